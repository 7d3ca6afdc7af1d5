import { describe, expect, it } from 'vitest';
import type { Moment } from '../../src/risk/breakers/breaker.js';
import { ClockJump } from '../../src/risk/breakers/clock-jump.js';
import { ConsecutiveMisses } from '../../src/risk/breakers/consecutive-misses.js';
import { DayLoss } from '../../src/risk/breakers/day-loss.js';
import { Drawdown } from '../../src/risk/breakers/drawdown.js';
import { FailureRate } from '../../src/risk/breakers/failure-rate.js';
import { FeedStaleness } from '../../src/risk/breakers/feed-staleness.js';
import { LoopStall } from '../../src/risk/breakers/loop-stall.js';
import { ProfitShortfall } from '../../src/risk/breakers/profit-shortfall.js';
import { RpcDisagreement } from '../../src/risk/breakers/rpc-disagreement.js';
import { SessionLoss } from '../../src/risk/breakers/session-loss.js';
import { StorageError } from '../../src/risk/breakers/storage-error.js';
import { Tripwire } from '../../src/risk/breakers/tripwire.js';
import { DayLedger } from '../../src/risk/day-ledger.js';
import { HOUR_MS, outcome } from './risk-parts.js';

/** The moment so many milliseconds into a run; `wallMs` where the wall clock says otherwise. */
function at(ms: number, wallMs = ms): Moment {
  return { nowMicros: ms * 1_000, wallMs, steadyMs: ms };
}

describe('breakers on what becomes of sends', () => {
  it('trips after so many misses in a row, and begins a new row with a trade that executes', () => {
    const breaker = new ConsecutiveMisses(2);
    breaker.take(outcome({ kind: 'failed' }));
    breaker.take(outcome());
    breaker.take(outcome({ kind: 'expired' }));
    expect(breaker.check()).toBeUndefined();
    breaker.take(outcome({ kind: 'failed', scope: 'money' }));
    expect(breaker.check()).toBeUndefined();
    breaker.take(outcome({ kind: 'failed' }));
    expect(breaker.check()).toMatch(/^RISK_MISSES_EXCEEDED: 2 /);
  });

  it('trips when too many of the last sends missed, and says nothing before there were so many', () => {
    const breaker = new FailureRate({ windowSends: 4, maxRateBps: 5_000 });
    for (const kind of ['failed', 'failed', 'failed'] as const) breaker.take(outcome({ kind }));
    expect(breaker.check()).toBeUndefined();
    breaker.take(outcome());
    expect(breaker.check()).toMatch(/^RISK_FAILURE_RATE_EXCEEDED: 3 of the last 4 /);
    breaker.take(outcome());
    expect(breaker.check()).toBeUndefined();
  });

  it('trips when too many of the last trades earned less than the share that was expected', () => {
    const breaker = new ProfitShortfall({ ratioBps: 8_000, windowTrades: 3, maxShortfalls: 2 });
    breaker.take(outcome({ actualProfit: 79n }));
    breaker.take(outcome({ actualProfit: 80n }));
    breaker.take(outcome({ actualProfit: 0n, kind: 'failed' }));
    expect(breaker.check()).toBeUndefined();
    breaker.take(outcome({ actualProfit: -1n }));
    expect(breaker.check()).toMatch(/^RISK_SHORTFALLS_EXCEEDED: 2 of the last 3 /);
    breaker.take(outcome());
    expect(breaker.check()).toBeUndefined();
  });

  it('counts what a run lost, gains and losses together, and leaves out what earlier runs lost', () => {
    const breaker = new SessionLoss(10n);
    breaker.take(outcome({ netLamports: -100n, origin: 'journal' }));
    breaker.take(outcome({ netLamports: 5n }));
    breaker.take(outcome({ netLamports: -14n }));
    expect(breaker.check()).toBeUndefined();
    breaker.take(outcome({ netLamports: -1n }));
    expect(breaker.check()).toMatch(/^RISK_LOSS_EXCEEDED: the session lost 10 /);
  });
});

describe('breakers on 24 hours', () => {
  it('adds up losses that no gain takes back; only time does', () => {
    const ledger = new DayLedger();
    const breaker = new DayLoss(ledger, 10n);
    ledger.book(0, -9n);
    ledger.book(0, 100n);
    expect(breaker.check(at(0))).toBeUndefined();
    ledger.book(HOUR_MS, -1n);
    expect(breaker.check(at(HOUR_MS))).toMatch(/^RISK_DAY_LOSS_EXCEEDED: 10 /);
    expect(breaker.check(at(24 * HOUR_MS))).toMatch(/^RISK_DAY_LOSS_EXCEEDED/);
    expect(breaker.check(at(24 * HOUR_MS + 60_000))).toBeUndefined();
  });

  it('measures the fall from the highest point, within a minute too', () => {
    const ledger = new DayLedger();
    const breaker = new Drawdown(ledger, 10n);
    ledger.book(0, 50n);
    ledger.book(0, -9n);
    expect(breaker.check(at(0))).toBeUndefined();
    ledger.book(0, 5n);
    ledger.book(HOUR_MS, -6n);
    expect(breaker.check(at(HOUR_MS))).toMatch(/^RISK_DRAWDOWN_EXCEEDED: 10 /);
  });
});

describe('breakers on time', () => {
  it('trips when the wall clock jumps in either direction, and not when both clocks stood still', () => {
    for (const wallMs of [6_100, -4_100]) {
      const breaker = new ClockJump(5_000);
      expect(breaker.check(at(0))).toBeUndefined();
      expect(breaker.check(at(1_000, wallMs))).toMatch(/^RISK_CLOCK_MISMATCH/);
    }
    const breaker = new ClockJump(5_000);
    breaker.check(at(0));
    expect(breaker.check(at(60_000))).toBeUndefined();
    expect(breaker.check(at(61_000, 66_000))).toBeUndefined();
  });

  it('trips when a look comes too late', () => {
    const breaker = new LoopStall({ everyMs: 250, maxStallMs: 5_000 });
    expect(breaker.check(at(100))).toBeUndefined();
    expect(breaker.check(at(5_350))).toBeUndefined();
    expect(breaker.check(at(10_601))).toMatch(/^RISK_LOOP_TIMEOUT: the event loop stood still for 5001 ms/);
  });

  it('trips when the feed has not been current for long, and forgets each stall that ends', () => {
    let silence: { readonly cause: string } | null = { cause: 'silent' };
    const market = { isLive: () => true, feedSilence: () => silence as never };
    const breaker = new FeedStaleness(market, 60_000);
    expect(breaker.check(at(0))).toBeUndefined();
    silence = null;
    expect(breaker.check(at(59_000))).toBeUndefined();
    silence = { cause: 'silent' };
    expect(breaker.check(at(60_000))).toBeUndefined();
    expect(breaker.check(at(120_000))).toMatch(/^RISK_FEED_TIMEOUT: .* 60000 ms/);
  });
});

describe('breakers on the world', () => {
  it('trips when nodes contradict each other for long, or too few are fit, and not once they agree', () => {
    let healthy = 3;
    const nodes = () =>
      ['a', 'b', 'c'].map((name, index) => ({ name, isHealthy: index < healthy, reader: undefined as never }));
    const breaker = new RpcDisagreement({ quorum: 2, list: nodes, outvote: () => undefined }, 10_000);
    breaker.dispute('one');
    expect(breaker.check(at(0))).toBeUndefined();
    breaker.agree('one');
    expect(breaker.check(at(10_000))).toBeUndefined();
    breaker.dispute('two');
    breaker.check(at(11_000));
    expect(breaker.check(at(21_000))).toMatch(/^RISK_NODES_MISMATCH: 1 sends disputed/);
    breaker.agree('two');
    healthy = 1;
    breaker.check(at(22_000));
    expect(breaker.check(at(32_000))).toMatch(/^RISK_NODES_MISMATCH: 0 sends disputed, 1 fit nodes/);
  });

  it('trips at once where the journal failed, and where another part found what must not be', () => {
    const journal = { healthy: true };
    const storage = new StorageError(journal);
    expect(storage.check()).toBeUndefined();
    journal.healthy = false;
    expect(storage.check()).toMatch(/^JOURNAL_WRITE_INVALID/);
    const wire = new Tripwire('foreign_spend', 'RISK_FOREIGN_SPEND_INVALID');
    expect(wire.check()).toBeUndefined();
    wire.pull('first');
    wire.pull('second');
    expect(wire.check()).toBe('RISK_FOREIGN_SPEND_INVALID: first');
  });
});
