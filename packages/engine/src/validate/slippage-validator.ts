import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import type { ValidationContext } from './validation-context.js';

const BPS = 10_000n;

/**
 * Checks that no leg moved by more than the slippage tolerance between the plan and now, in either direction: a pool that suddenly
 * gives far more is being moved, and the picture of it is not to be trusted.
 */
export class SlippageValidator {
  check(opportunity: Opportunity, context: ValidationContext): CheckResult {
    const toleranceBps = BigInt(context.settings.slippageToleranceBps);
    for (const [index, leg] of opportunity.legs.entries()) {
      const quote = context.quotes[index];
      if (quote === undefined || 'code' in quote) {
        return refuse('validate', 'VALIDATE_QUOTE_MISSING', { pool: leg.poolAddress, code: quote?.code ?? 'none' });
      }
      const change =
        quote.amountOut > leg.amountOut ? quote.amountOut - leg.amountOut : leg.amountOut - quote.amountOut;
      if (change * BPS > leg.amountOut * toleranceBps) {
        const details = { pool: leg.poolAddress, planned: leg.amountOut, quoted: quote.amountOut, toleranceBps };
        return refuse('validate', 'VALIDATE_SLIPPAGE_EXCEEDED', details);
      }
    }
    return PASSED;
  }
}
