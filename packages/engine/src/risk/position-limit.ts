import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/** Refuses a trade whose input is above its base mint's bound (`max_execution_amount_sol` for SOL). */
export function checkPosition(opportunity: Opportunity): CheckResult {
  const { amountIn, base } = opportunity;
  if (amountIn <= base.maxAmountIn) return PASSED;
  return refuse('risk', 'RISK_POSITION_EXCEEDED', { amountIn, maxAmountIn: base.maxAmountIn });
}
