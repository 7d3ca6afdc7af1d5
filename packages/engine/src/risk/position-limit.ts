import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';
import type { SizeScaler } from './size-scaler.js';

/** Refuses a trade whose input is above its base mint's bound (`max_execution_amount_sol` for SOL) as far as it is open yet. */
export function checkPosition(opportunity: Opportunity, sizes: SizeScaler): CheckResult {
  const { amountIn, base } = opportunity;
  const maxAmountIn = sizes.scaled(base.maxAmountIn);
  if (amountIn <= maxAmountIn) return PASSED;
  return refuse('risk', 'RISK_POSITION_EXCEEDED', { amountIn, maxAmountIn });
}
