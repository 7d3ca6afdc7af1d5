import type { StateSource } from '../journal/event.js';
import { isoTimestamp } from '../journal/iso-timestamp.js';
import type { BreakerPanel, BreakerStatus } from './breaker-panel.js';
import type { DayLedger } from './day-ledger.js';
import type { Exposure } from './exposure.js';
import type { Inventory } from './inventory.js';
import type { KillSwitch, TradingState } from './kill-switch.js';
import type { LeaseKeeper, LeaseStatus } from './lease-keeper.js';
import type { CoolDownStatus } from './pool-guard.js';
import type { RiskManager } from './risk-manager.js';
import type { SteadyTime } from './steady-time.js';
import type { TipLimit } from './tip-limit.js';

/** What the risk stage knows, as a plain object: integers that can pass 2^53 are decimal strings. */
export interface RiskStatus {
  readonly state: TradingState;
  /** Null while the state is ACTIVE, as are the two after it. */
  readonly trigger: string | null;
  readonly source: StateSource | null;
  /** ISO 8601. */
  readonly since: string | null;
  readonly breakers: readonly BreakerStatus[];
  readonly lease: LeaseStatus;
  readonly inFlight: number;
  readonly exposure: {
    readonly inFlightLamports: string;
    readonly inventoryLamports: string;
    readonly maxLamports: string;
    /** Inputs in flight by base mint, raw units. */
    readonly byBaseMint: Readonly<Record<string, string>>;
  };
  /** What trades have left in other mints; null where no price is known. */
  readonly inventory: readonly { readonly mint: string; readonly amount: string; readonly lamports: string | null }[];
  readonly coolDowns: readonly CoolDownStatus[];
  /** What 24 hours came to, in earlier runs too. */
  readonly day: {
    readonly netLamports: string;
    readonly lostLamports: string;
    readonly drawdownLamports: string;
    readonly tipLamports: string;
  };
}

/** Everything a status is read from. */
export interface RiskStatusSources {
  readonly killSwitch: KillSwitch;
  readonly breakers: BreakerPanel;
  readonly lease: LeaseKeeper;
  readonly exposure: Exposure;
  readonly inventory: Inventory;
  readonly risk: RiskManager;
  readonly ledger: DayLedger;
  readonly tipLimit: TipLimit;
  readonly time: SteadyTime;
}

/** Returns the status of this moment. */
export function riskStatus(sources: RiskStatusSources): RiskStatus {
  const { killSwitch, breakers, lease, exposure, inventory, risk, ledger, tipLimit, time } = sources;
  const { cause } = killSwitch;
  const { inFlightLamports, inventoryLamports, maxExposureLamports, byBaseMint } = exposure.status();
  const nowMs = time.nowMs();
  return {
    state: killSwitch.state,
    trigger: cause?.trigger ?? null,
    source: cause?.source ?? null,
    since: cause === undefined ? null : isoTimestamp(cause.sinceMs),
    breakers: breakers.status(),
    lease: lease.status(),
    inFlight: risk.inFlight,
    exposure: {
      inFlightLamports: inFlightLamports.toString(),
      inventoryLamports: inventoryLamports.toString(),
      maxLamports: maxExposureLamports.toString(),
      byBaseMint: Object.fromEntries([...byBaseMint].map(([mint, amount]) => [mint, amount.toString()])),
    },
    inventory: inventory.list().map(({ mint, amount, lamports }) => {
      return { mint, amount: amount.toString(), lamports: lamports?.toString() ?? null };
    }),
    coolDowns: risk.coolDowns,
    day: {
      netLamports: ledger.netLamports(nowMs).toString(),
      lostLamports: ledger.lostLamports(nowMs).toString(),
      drawdownLamports: ledger.drawdownLamports(nowMs).toString(),
      tipLamports: tipLimit.paidLamports().toString(),
    },
  };
}
