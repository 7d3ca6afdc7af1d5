import { Direction } from '@tandem/core-native';
import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import type { ValidationContext } from './validation-context.js';

const BPS = 10_000n;

/** Checks that the chain progresses, the pools trade, and no leg is large for its pool. */
export class MarketConditionChecker {
  check(opportunity: Opportunity, context: ValidationContext): CheckResult {
    const { market, settings } = context;
    const ageSlots = market.ageSlots();
    if (ageSlots > settings.maxAgeSlots) {
      return refuse('validate', 'VALIDATE_AGE_EXCEEDED', { ageSlots, maxAgeSlots: settings.maxAgeSlots });
    }
    for (const [index, leg] of opportunity.legs.entries()) {
      const pool = context.pools[index];
      if (pool === undefined || !pool.ready) return refuse('validate', 'VALIDATE_POOL_MISSING', { pool: leg.poolAddress });
      const code = pool.disabledCode ?? market.blockedCode(leg.pool);
      if (code !== null) return refuse('validate', 'VALIDATE_POOL_STATUS_INVALID', { pool: leg.poolAddress, code });
      const reserveIn = leg.direction === Direction.AToB ? pool.reserveA : pool.reserveB;
      // Rounds down, against us.
      const allowed = (reserveIn * BigInt(settings.maxReserveShareBps)) / BPS;
      if (leg.amountIn > allowed) {
        const details = { pool: leg.poolAddress, amountIn: leg.amountIn, allowed };
        return refuse('validate', 'VALIDATE_PRICE_IMPACT_EXCEEDED', details);
      }
    }
    return PASSED;
  }
}
