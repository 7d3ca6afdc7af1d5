import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import type { ValidationContext } from './validation-context.js';

/**
 * Quotes every leg again on the store as it is now. Each leg's planned output is the next one's input and its minimum on chain, so
 * a leg that gives less than planned would only fail there.
 */
export function checkRequote(opportunity: Opportunity, context: ValidationContext): CheckResult {
  for (const [index, leg] of opportunity.legs.entries()) {
    const quote = context.quotes[index];
    if (quote === undefined || 'code' in quote) {
      return refuse('validate', 'VALIDATE_QUOTE_MISSING', { pool: leg.poolAddress, code: quote?.code ?? 'none' });
    }
    if (quote.amountOut < leg.amountOut) {
      const details = { pool: leg.poolAddress, planned: leg.amountOut, quoted: quote.amountOut };
      return refuse('validate', 'VALIDATE_QUOTE_MISMATCH', details);
    }
  }
  return PASSED;
}
