import type { PoolIndex } from '@tandem/core-native';
import type { Clock } from '../ports/clock.js';
import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';
import { CoolDown, type CoolDownResult, type CoolDownSettings } from './cool-down.js';

/** Returns the slot up to which both reserves of a pool are known (`MarketState.reservesSlot`). */
export type PoolSlot = (pool: PoolIndex) => bigint;

/** Slots a pool rests after its first miss in a row; doubled by each further one. */
const FIRST_REST_SLOTS = 1n;
/** Longest rest: about 13 s of 200 ms slots. */
const LONGEST_REST_SLOTS = 64n;
/** After so many slots an update that never came is taken for lost; the market's own resnapshots have corrected the pool by then. */
const LOST_UPDATE_SLOTS = 32n;

interface Guard {
  /** Slot the last own transaction on this pool landed in. */
  readonly landedSlot: bigint;
  readonly missesInARow: number;
  readonly restsUntilSlot: bigint;
  /** Slot from which the pool may be traded again, at which it is searched once more although nothing touched it; then `undefined`. */
  readonly dueSlot: bigint | undefined;
}

/** When pools and mints rest, parsed once from the configuration. */
export interface PoolGuardSettings {
  readonly poolCoolDown: CoolDownSettings;
  readonly mintCoolDown: CoolDownSettings;
}

/** A pool or mint that rests, and why. */
export interface CoolDownStatus {
  readonly kind: 'pool' | 'mint';
  /** Base58. */
  readonly address: string;
  readonly leftMs: number;
  readonly reason: string;
}

/**
 * Keeps the engine from taking the same gap twice. After an own transaction the pool's stored state may still be the one from
 * before it: until updates of both vaults from the landing slot or later have arrived, and that slot is over, the pool is not traded. Pools whose
 * trades miss again and again rest for doubling times; pools and mints whose trades fail or fall short more often than not rest
 * for a configured time. A base mint never rests: that would be a halt, which is the breakers' business. Bounded by the number of
 * pools.
 */
export class PoolGuard {
  readonly #clock: Clock;
  readonly #guards = new Map<PoolIndex, Guard>();
  readonly #poolCoolDown: CoolDown<PoolIndex>;
  readonly #mintCoolDown: CoolDown<string>;
  /** Addresses of the pools that have failed, for the status. */
  readonly #addresses = new Map<PoolIndex, string>();
  /** Pools that waited for a mint, to be searched once it has rested. */
  readonly #waiting = new Map<string, Set<PoolIndex>>();

  constructor(clock: Clock, settings: PoolGuardSettings) {
    this.#clock = clock;
    this.#poolCoolDown = new CoolDown(settings.poolCoolDown);
    this.#mintCoolDown = new CoolDown(settings.mintCoolDown);
  }

  check(opportunity: Opportunity, poolSlot: PoolSlot): CheckResult {
    const cool = this.#checkCoolDowns(opportunity);
    if (cool.kind === 'refusal') return cool;
    for (const leg of opportunity.legs) {
      const guard = this.#guards.get(leg.pool);
      if (guard === undefined) continue;
      if (opportunity.slot < guard.restsUntilSlot) {
        const details = {
          pool: leg.poolAddress,
          missesInARow: guard.missesInARow,
          restsUntilSlot: guard.restsUntilSlot,
        };
        return refuse('risk', 'RISK_POOL_MISSES_EXCEEDED', details);
      }
      if (!isCurrent(guard, opportunity.slot, poolSlot(leg.pool))) {
        const details = { pool: leg.poolAddress, landedSlot: guard.landedSlot, slot: opportunity.slot };
        return refuse('risk', 'RISK_POOL_UPDATE_MISSING', details);
      }
      if (guard.missesInARow === 0) this.#guards.delete(leg.pool);
    }
    return PASSED;
  }

  /** Takes note of a trade that executed in a slot: its pools wait for their own update. */
  recordExecuted(pools: readonly PoolIndex[], landedSlot: bigint): void {
    for (const pool of pools) {
      this.#guards.set(pool, { landedSlot, missesInARow: 0, restsUntilSlot: 0n, dueSlot: landedSlot + 1n });
    }
  }

  /** Takes note of a miss; `slot` is where it failed, or the current one when it expired. */
  recordMissed(pools: readonly PoolIndex[], slot: bigint): void {
    for (const pool of pools) {
      const missesInARow = (this.#guards.get(pool)?.missesInARow ?? 0) + 1;
      const rest = FIRST_REST_SLOTS << BigInt(Math.min(missesInARow - 1, 6));
      const restsUntilSlot = slot + (rest > LONGEST_REST_SLOTS ? LONGEST_REST_SLOTS : rest);
      // A failed transaction changed nothing, so no update of its own is waited for.
      this.#guards.set(pool, { landedSlot: -1n, missesInARow, restsUntilSlot, dueSlot: restsUntilSlot });
    }
  }

  /** Counts how a trade came out for its pools and for the mints between them. */
  recordResult({ legs, base }: Opportunity, result: CoolDownResult): void {
    const now = this.#clock.nowMicros();
    for (const { pool, poolAddress } of legs) {
      this.#addresses.set(pool, poolAddress);
      this.#poolCoolDown.record(pool, result, now);
    }
    const mints = new Set(legs.map(({ mintOut }) => mintOut));
    mints.delete(base.mint);
    for (const mint of mints) this.#mintCoolDown.record(mint, result, now);
  }

  /** Returns the pools whose wait has ended by this slot, each once: gaps that were refused meanwhile are looked for again. */
  takeDue(slot: bigint): PoolIndex[] {
    const now = this.#clock.nowMicros();
    const due = new Set(this.#poolCoolDown.takeEnded(now));
    for (const mint of this.#mintCoolDown.takeEnded(now)) {
      for (const pool of this.#waiting.get(mint) ?? []) due.add(pool);
      this.#waiting.delete(mint);
    }
    for (const [pool, guard] of this.#guards) {
      if (guard.dueSlot === undefined || slot < guard.dueSlot) continue;
      this.#guards.set(pool, { ...guard, dueSlot: undefined });
      due.add(pool);
    }
    return [...due].sort((a, b) => a - b);
  }

  /** Returns the pools and mints that rest for a configured time. */
  coolDowns(): CoolDownStatus[] {
    const now = this.#clock.nowMicros();
    const pools = this.#poolCoolDown.list(now).map(({ key, leftMs, reason }) => {
      return { kind: 'pool' as const, address: this.#addresses.get(key) ?? String(key), leftMs, reason };
    });
    const mints = this.#mintCoolDown.list(now).map(({ key, leftMs, reason }) => {
      return { kind: 'mint' as const, address: key, leftMs, reason };
    });
    return [...pools, ...mints];
  }

  #checkCoolDowns({ legs }: Opportunity): CheckResult {
    const now = this.#clock.nowMicros();
    for (const { pool, poolAddress, mintOut } of legs) {
      const resting = this.#poolCoolDown.find(pool, now);
      if (resting !== undefined) {
        const details = { pool: poolAddress, restsForMs: resting.leftMs, because: resting.reason };
        return refuse('risk', 'RISK_POOL_FAILURES_EXCEEDED', details);
      }
      const mint = this.#mintCoolDown.find(mintOut, now);
      if (mint === undefined) continue;
      this.#waitFor(mintOut, pool);
      const details = { mint: mintOut, restsForMs: mint.leftMs, because: mint.reason };
      return refuse('risk', 'RISK_MINT_FAILURES_EXCEEDED', details);
    }
    return PASSED;
  }

  #waitFor(mint: string, pool: PoolIndex): void {
    const pools = this.#waiting.get(mint);
    if (pools === undefined) this.#waiting.set(mint, new Set([pool]));
    else pools.add(pool);
  }
}

function isCurrent(guard: Guard, slot: bigint, poolSlot: bigint): boolean {
  if (slot > guard.landedSlot + LOST_UPDATE_SLOTS) return true;
  return poolSlot > guard.landedSlot || (poolSlot === guard.landedSlot && slot > guard.landedSlot);
}
