import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import type { ValidationContext } from './validation-context.js';

/** Reckons the profit again from the planned amounts with the core's one definition, against the smallest profit worth a transaction. */
export function checkProfit(opportunity: Opportunity, context: ValidationContext): CheckResult {
  const { base } = opportunity;
  const profit = context.core.profit({
    amountIn: opportunity.amountIn,
    amountOut: opportunity.amountOut,
    routeComputeUnits: opportunity.legs.reduce((sum, leg) => sum + leg.computeUnits, 0),
    costs: context.costs,
    lamportPriceNumerator: base.lamportPriceNumerator,
    lamportPriceDenominator: base.lamportPriceDenominator,
  });
  if (profit.net < base.minNetProfit) {
    return refuse('validate', 'VALIDATE_PROFIT_MISSING', { net: profit.net, minNetProfit: base.minNetProfit });
  }
  return PASSED;
}
