import { Exposure, type ExposureSettings } from '../../src/risk/exposure.js';
import { Inventory } from '../../src/risk/inventory.js';
import { KillSwitch } from '../../src/risk/kill-switch.js';
import { SteadyTime } from '../../src/risk/steady-time.js';
import type { TradeOutcome } from '../../src/risk/trade-outcome.js';
import type { Clock } from '../../src/ports/clock.js';
import { ManualClock } from '../../src/testing/index.js';
import { BalanceTracker } from '../../src/validate/balance-tracker.js';
import { PASSED } from '../../src/validate/refusal.js';

/** A switch whose changes a test reads: "FROM→TO trigger (source)". */
export function recordedSwitch(clock: Clock = new ManualClock()) {
  const changes: string[] = [];
  const faults: unknown[] = [];
  const killSwitch = new KillSwitch({
    nowMs: () => clock.nowMs(),
    onListenerFault: (error) => faults.push(error),
  });
  killSwitch.on((from, to, trigger, source) => changes.push(`${from}→${to} ${trigger} (${source})`));
  return { killSwitch, changes, faults };
}

/** A lease that is always alive. */
export const openLease = { check: () => PASSED };

export function exposureOf(settings: Partial<ExposureSettings> = {}, balances = new BalanceTracker()) {
  const inventory = new Inventory(balances);
  const wide = { maxExposureLamports: 1n << 62n, maxInventoryLamports: 1n << 62n };
  return { inventory, exposure: new Exposure({ ...wide, ...settings }, inventory) };
}

/** A trade of this run that executed and came out as expected. */
export function outcome(changes: Partial<TradeOutcome> = {}): TradeOutcome {
  return {
    id: 'o',
    atMs: 0,
    kind: 'executed',
    netLamports: 0n,
    actualProfit: 100n,
    expectedProfit: 100n,
    tipLamports: 0n,
    inventory: {},
    scope: 'trade',
    origin: 'run',
    ...changes,
  };
}

export function timeOf(clock: Clock): SteadyTime {
  return new SteadyTime(clock);
}

export const HOUR_MS = 3_600_000;
