import type { EngineOptions } from './engine-options.js';
import { soleWitness } from './chain/endpoints/sole-witness.js';
import type { EngineSettings } from './engine-settings.js';
import type { AlertThrottle } from './journal/alert-throttle.js';
import type { Journal } from './journal/journal.js';
import { BreakerPanel } from './risk/breaker-panel.js';
import { ClockJump } from './risk/breakers/clock-jump.js';
import { ConsecutiveMisses } from './risk/breakers/consecutive-misses.js';
import { DayLoss } from './risk/breakers/day-loss.js';
import { Drawdown } from './risk/breakers/drawdown.js';
import { FailureRate } from './risk/breakers/failure-rate.js';
import { FeedStaleness } from './risk/breakers/feed-staleness.js';
import { LoopStall } from './risk/breakers/loop-stall.js';
import { ProfitShortfall } from './risk/breakers/profit-shortfall.js';
import { RpcDisagreement } from './risk/breakers/rpc-disagreement.js';
import { SessionLoss } from './risk/breakers/session-loss.js';
import { StorageError } from './risk/breakers/storage-error.js';
import { DayLedger } from './risk/day-ledger.js';
import { Exposure } from './risk/exposure.js';
import { Inventory } from './risk/inventory.js';
import type { KillSwitch } from './risk/kill-switch.js';
import { LeaseKeeper, leaseTickMs } from './risk/lease-keeper.js';
import type { SteadyTime } from './risk/steady-time.js';
import type { TipLimit } from './risk/tip-limit.js';
import { BalanceTracker } from './validate/balance-tracker.js';

/** What watches over a run and can end it. */
export interface Watch {
  readonly balances: BalanceTracker;
  readonly breakers: BreakerPanel;
  readonly lease: LeaseKeeper;
  readonly ledger: DayLedger;
  readonly inventory: Inventory;
  readonly exposure: Exposure;
}

/** What the watch is built on. */
export interface WatchParts {
  readonly journal: Journal;
  readonly alerts: AlertThrottle;
  readonly killSwitch: KillSwitch;
  readonly time: SteadyTime;
  readonly tipLimit: TipLimit;
  /** Whether a reducing engine still waits for something. */
  readonly hasWorkLeft: () => boolean;
}

/** Makes the watch. It sees every event of the run from here on. */
export function createWatch(options: EngineOptions, settings: EngineSettings, parts: WatchParts): Watch {
  const { journal, alerts, killSwitch, tipLimit, hasWorkLeft } = parts;
  const { clock, gate } = options.ports;
  const { leaseMs, maxLeaseLapseMs: maxLapseMs } = settings.risk;
  const ledger = new DayLedger();
  const balances = new BalanceTracker();
  const inventory = new Inventory(balances);
  const breakers = createBreakers(options, settings, { ...parts, ledger }, (outcome) => {
    if (outcome.kind === 'executed') tipLimit.recordPaid(outcome);
    inventory.record(outcome.inventory);
  });
  journal.on((event) => breakers.observe(event));
  const lease = new LeaseKeeper({
    clock,
    settings: { leaseMs, maxLapseMs },
    killSwitch,
    alerts,
    gate,
    checkBreakers: () => breakers.checkAll(),
    hasWorkLeft,
  });
  return { balances, breakers, lease, ledger, inventory, exposure: new Exposure(settings.risk, inventory) };
}

function createBreakers(
  { ports, market }: EngineOptions,
  { risk }: EngineSettings,
  parts: Pick<WatchParts, 'journal' | 'alerts' | 'killSwitch' | 'time'> & { readonly ledger: DayLedger },
  onOutcome: ConstructorParameters<typeof BreakerPanel>[0]['onOutcome'],
): BreakerPanel {
  const { journal, ledger } = parts;
  return new BreakerPanel({
    ...parts,
    clock: ports.clock,
    counters: [
      new ConsecutiveMisses(risk.maxConsecutiveMisses),
      new FailureRate({ windowSends: risk.failureWindowSends, maxRateBps: risk.maxFailureRateBps }),
      new ProfitShortfall({
        ratioBps: risk.shortfallRatioBps,
        windowTrades: risk.shortfallWindowTrades,
        maxShortfalls: risk.maxShortfalls,
      }),
      new SessionLoss(risk.maxSessionLossLamports),
    ],
    sums: [new DayLoss(ledger, risk.maxDayLossLamports), new Drawdown(ledger, risk.maxDrawdownLamports)],
    watchers: [
      new FeedStaleness(market, risk.maxFeedStaleMs),
      new StorageError(journal),
      new ClockJump(risk.maxClockJumpMs),
      new LoopStall({ everyMs: leaseTickMs(risk), maxStallMs: risk.maxLoopStallMs }),
    ],
    nodes: new RpcDisagreement(ports.witnesses ?? soleWitness(ports.reader), risk.maxRpcDisagreementMs),
    onOutcome,
  });
}
