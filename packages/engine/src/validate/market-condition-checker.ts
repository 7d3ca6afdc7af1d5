import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import { PROBE_DIVISOR, type ValidationContext } from './validation-context.js';

const BPS = 10_000n;

/** Checks that the chain progresses, the pools trade, and no leg moves its pool's price too far. */
export class MarketConditionChecker {
  check(opportunity: Opportunity, context: ValidationContext): CheckResult {
    const { market, settings } = context;
    const ageSlots = market.ageSlots();
    if (ageSlots > settings.maxAgeSlots) {
      return refuse('validate', 'VALIDATE_AGE_EXCEEDED', { ageSlots, maxAgeSlots: settings.maxAgeSlots });
    }
    const allowedBps = BPS - BigInt(settings.maxPriceImpactBps);
    for (const [index, leg] of opportunity.legs.entries()) {
      const quote = context.quotes[index];
      const code =
        market.blockedCode(leg.pool) ?? (quote === undefined || 'code' in quote ? (quote?.code ?? 'none') : null);
      if (code !== null) return refuse('validate', 'VALIDATE_POOL_STATUS_INVALID', { pool: leg.poolAddress, code });
      if (quote === undefined || 'code' in quote) continue;
      // A small part of the input gets the price before our own size moves it; a probe that gives nothing proves nothing.
      const unmoved = quote.probeOut * PROBE_DIVISOR;
      if (unmoved === 0n || quote.amountOut * BPS < unmoved * allowedBps) {
        const details = {
          pool: leg.poolAddress,
          amountOut: quote.amountOut,
          unmoved,
          maxPriceImpactBps: settings.maxPriceImpactBps,
        };
        return refuse('validate', 'VALIDATE_PRICE_IMPACT_EXCEEDED', details);
      }
    }
    return PASSED;
  }
}
