import type { PoolIndex } from '@tandem/core-native';
import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

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

/**
 * Keeps the engine from taking the same gap twice. After an own transaction the pool's stored state may still be the one from
 * before it: until updates of both vaults from the landing slot or later have arrived, and that slot is over, the pool is not traded. Pools whose
 * trades miss again and again rest for doubling times. Bounded by the number of pools.
 */
export class PoolGuard {
  readonly #guards = new Map<PoolIndex, Guard>();

  check(opportunity: Opportunity, poolSlot: PoolSlot): CheckResult {
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

  /** Returns the pools whose wait has ended by this slot, each once: gaps that were refused meanwhile are looked for again. */
  takeDue(slot: bigint): PoolIndex[] {
    const due: PoolIndex[] = [];
    for (const [pool, guard] of this.#guards) {
      if (guard.dueSlot === undefined || slot < guard.dueSlot) continue;
      this.#guards.set(pool, { ...guard, dueSlot: undefined });
      due.push(pool);
    }
    return due.sort((a, b) => a - b);
  }
}

function isCurrent(guard: Guard, slot: bigint, poolSlot: bigint): boolean {
  if (slot > guard.landedSlot + LOST_UPDATE_SLOTS) return true;
  return poolSlot > guard.landedSlot || (poolSlot === guard.landedSlot && slot > guard.landedSlot);
}
