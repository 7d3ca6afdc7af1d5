import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import type { ValidationContext } from './validation-context.js';

/** What the runtime gives one transaction: agave `MAX_COMPUTE_UNIT_LIMIT`. */
export const MAX_TRANSACTION_COMPUTE_UNITS = 1_400_000;

/** Refuses a route whose swaps may take more compute units than a transaction can have: it would fail after its fee was paid. */
export function checkComputeUnits(opportunity: Opportunity, { costs }: ValidationContext): CheckResult {
  const swaps = opportunity.legs.reduce((sum, leg) => sum + leg.computeUnits, 0);
  const computeUnits = swaps + costs.overheadComputeUnits;
  if (computeUnits <= MAX_TRANSACTION_COMPUTE_UNITS) return PASSED;
  return refuse('validate', 'VALIDATE_COMPUTE_UNITS_EXCEEDED', {
    computeUnits,
    maxComputeUnits: MAX_TRANSACTION_COMPUTE_UNITS,
  });
}
