import { describe, expect, it } from 'vitest';
import type { FeedSilence } from '../../src/market/feed-watch.js';
import type { Witness } from '../../src/ports/witnesses.js';
import type { Moment, OutcomeBreaker } from '../../src/risk/breakers/breaker.js';
import { ClockJump } from '../../src/risk/breakers/clock-jump.js';
import { ConsecutiveMisses } from '../../src/risk/breakers/consecutive-misses.js';
import { DayLoss } from '../../src/risk/breakers/day-loss.js';
import { Drawdown } from '../../src/risk/breakers/drawdown.js';
import { FailureRate } from '../../src/risk/breakers/failure-rate.js';
import { FeedStaleness } from '../../src/risk/breakers/feed-staleness.js';
import { LoopStall } from '../../src/risk/breakers/loop-stall.js';
import { isShortfall, ProfitShortfall } from '../../src/risk/breakers/profit-shortfall.js';
import { RpcDisagreement } from '../../src/risk/breakers/rpc-disagreement.js';
import { SessionLoss } from '../../src/risk/breakers/session-loss.js';
import { StorageError } from '../../src/risk/breakers/storage-error.js';
import { Tripwire } from '../../src/risk/breakers/tripwire.js';
import { DayLedger } from '../../src/risk/day-ledger.js';
import type { TradeOutcome } from '../../src/risk/trade-outcome.js';
import { outcome } from './risk-parts.js';

/** A moment so many milliseconds after the start, the wall clock ahead by some. */
function at(ms: number, aheadMs = 0): Moment {
  return { nowMicros: ms * 1_000, wallMs: ms + aheadMs, steadyMs: ms };
}
const miss = (changes: Partial<TradeOutcome> = {}) => outcome({ kind: 'failed', netLamports: -5n, ...changes });
const hit = outcome;

function after(breaker: OutcomeBreaker, outcomes: readonly TradeOutcome[]): string | undefined {
  for (const one of outcomes) breaker.take(one);
  return breaker.check(at(0));
}

describe('ConsecutiveMisses', () => {
  it('trips at so many misses in a row; a trade that executes begins a new row', () => {
    const breaker = new ConsecutiveMisses(3);
    expect(after(breaker, [miss(), miss(), hit(), miss(), miss({ kind: 'expired' })])).toBeUndefined();
    expect(after(breaker, [miss()])).toBe('RISK_MISSES_EXCEEDED: 3 misses in a row');
  });

  it('leaves out what counts as money only', () => {
    const breaker = new ConsecutiveMisses(2);
    expect(after(breaker, [miss(), miss({ scope: 'money' }), hit({ scope: 'money' })])).toBeUndefined();
    expect(after(breaker, [miss()])).toContain('RISK_MISSES_EXCEEDED');
  });
});

describe('FailureRate', () => {
  it('trips when more than the share of a full window missed, and forgets what has left it', () => {
    const breaker = new FailureRate({ windowSends: 4, maxRateBps: 5_000 });
    expect(after(breaker, [miss(), miss(), miss()])).toBeUndefined();
    expect(after(breaker, [hit()])).toBe('RISK_FAILURE_RATE_EXCEEDED: 3 of the last 4 sends missed');
    expect(after(breaker, [hit()])).toBeUndefined();
    expect(breaker.reading()).toEqual({ value: '2 of 4 sends', limit: '5000 bps of 4 sends' });
  });
});

describe('ProfitShortfall', () => {
  it('calls less than the share of the expected profit a shortfall, and exactly the share none', () => {
    expect([80n, 79n, -5n].map((actual) => isShortfall(actual, 100n, 8_000))).toEqual([false, true, true]);
  });

  it('trips at so many among the last trades that executed', () => {
    const breaker = new ProfitShortfall({ ratioBps: 8_000, windowTrades: 3, maxShortfalls: 2 });
    const short = hit({ actualProfit: 79n });
    expect(after(breaker, [short, hit(), hit(), short, miss(), miss()])).toBeUndefined();
    expect(after(breaker, [short])).toMatch(/^RISK_SHORTFALLS_EXCEEDED: 2 of the last 3 trades/);
  });
});

describe('losses', () => {
  it('the session trips at its net loss, gains counted, earlier runs not', () => {
    const breaker = new SessionLoss(20n);
    const outcomes = [hit({ netLamports: 5n }), miss({ netLamports: -24n }), miss({ origin: 'journal' })];
    expect(after(breaker, outcomes)).toBeUndefined();
    expect(after(breaker, [miss({ netLamports: -1n })])).toBe('RISK_LOSS_EXCEEDED: the session lost 20 lamports');
  });

  it('the day trips at the sum of its losses, whatever was won', () => {
    const ledger = new DayLedger();
    const breaker = new DayLoss(ledger, 20n);
    for (const net of [-19n, 1_000n]) ledger.book(0, net);
    expect(breaker.check(at(0))).toBeUndefined();
    ledger.book(0, -1n);
    expect(breaker.check(at(0))).toBe('RISK_DAY_LOSS_EXCEEDED: 20 lamports were lost in 24 hours, 20 are allowed');
  });

  it('the drawdown trips at the fall from the highest point, also where the day has won', () => {
    const ledger = new DayLedger();
    const breaker = new Drawdown(ledger, 20n);
    for (const net of [100n, -19n]) ledger.book(0, net);
    expect(breaker.check(at(0))).toBeUndefined();
    ledger.book(0, -1n);
    expect(breaker.check(at(0))).toMatch(/^RISK_DRAWDOWN_EXCEEDED: 20 lamports below/);
  });
});

describe('FeedStaleness', () => {
  it('trips after so long a time without a current feed, lost or silent; a moment of it begins the time anew', () => {
    let live = true;
    let silence: FeedSilence | null = null;
    const breaker = new FeedStaleness({ isLive: () => live, feedSilence: () => silence }, 1_000);
    const checks: (string | undefined)[] = [];
    const look = (ms: number) => checks.push(breaker.check(at(ms)));
    look(0);
    live = false;
    look(100);
    live = true;
    silence = { cause: 'silent', forMs: 500, slotMs: 400 };
    look(1_099);
    silence = null;
    look(1_100);
    live = false;
    look(1_200);
    look(2_199);
    expect(checks.every((check) => check === undefined)).toBe(true);
    expect(breaker.check(at(2_200))).toBe('RISK_FEED_TIMEOUT: the feed has not been current for 1000 ms');
  });
});

describe('RpcDisagreement', () => {
  const node = (isHealthy: boolean) => ({ name: 'n', isHealthy, reader: {} }) as Witness;
  const nodes = (list: readonly Witness[]) => ({ quorum: 2, list: () => list, outvote: () => undefined });

  it('trips when a contradiction about a send lasts, and not when its verdict comes', () => {
    const breaker = new RpcDisagreement(nodes([node(true), node(true), node(true)]), 1_000);
    breaker.dispute('a');
    expect(breaker.check(at(0))).toBeUndefined();
    breaker.agree('a');
    expect(breaker.check(at(1_000))).toBeUndefined();
    breaker.dispute('b');
    breaker.check(at(2_000));
    expect(breaker.check(at(3_000))).toMatch(/^RISK_NODES_MISMATCH: 1 sends disputed, 3 fit nodes/);
  });

  it('trips when fewer than a quorum of the nodes are fit for so long', () => {
    const list = [node(true), node(false), node(false)];
    const breaker = new RpcDisagreement(nodes(list), 1_000);
    breaker.check(at(0));
    list[1] = node(true);
    breaker.check(at(999));
    list[1] = node(false);
    breaker.check(at(1_000));
    expect(breaker.check(at(1_999))).toBeUndefined();
    expect(breaker.check(at(2_000))).toContain('1 fit nodes where 2 must agree, for 1000 ms');
  });
});

describe('ClockJump', () => {
  it.each([
    ['forwards', 2_001],
    ['backwards', -2_001],
  ])('trips when the wall clock is set %s', (_, jumpMs) => {
    const breaker = new ClockJump(2_000);
    expect([breaker.check(at(0)), breaker.check(at(250, 2_000)), breaker.check(at(500, 0))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(breaker.check(at(750, jumpMs))).toMatch(/^RISK_CLOCK_MISMATCH/);
  });
});

describe('LoopStall', () => {
  it('trips when a look comes late by more than allowed', () => {
    const breaker = new LoopStall({ everyMs: 250, maxStallMs: 5_000 });
    expect([breaker.check(at(0)), breaker.check(at(250)), breaker.check(at(5_500))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(breaker.check(at(10_751))).toBe('RISK_LOOP_TIMEOUT: the event loop stood still for 5001 ms');
  });
});

it('StorageError trips as soon as the journal takes nothing any more', () => {
  const journal = { healthy: true };
  const breaker = new StorageError(journal);
  expect(breaker.check()).toBeUndefined();
  journal.healthy = false;
  expect(breaker.check()).toContain('JOURNAL_WRITE_INVALID');
});

it('Tripwire keeps the first finding, with its code', () => {
  const breaker = new Tripwire('balance_drift', 'RISK_BALANCE_MISMATCH');
  expect(breaker.check()).toBeUndefined();
  breaker.pull('5 lamports are missing');
  breaker.pull('6 lamports are missing');
  expect(breaker.check()).toBe('RISK_BALANCE_MISMATCH: 5 lamports are missing');
});
