import type { Opportunity } from '../strategy/opportunity.js';
import { BalanceChecker } from './balance-checker.js';
import { checkComputeUnits } from './compute-check.js';
import { checkFreshness } from './freshness-check.js';
import { MarketConditionChecker } from './market-condition-checker.js';
import { checkProfit } from './profit-check.js';
import type { CheckResult, Refusal } from './refusal.js';
import { checkRequote } from './requote-check.js';
import { SlippageValidator } from './slippage-validator.js';
import { ValidationContext, type ValidationSources } from './validation-context.js';

/** An opportunity that passed every check against the state of this moment. */
export interface ValidatedOpportunity {
  readonly kind: 'validated';
  readonly opportunity: Opportunity;
}

/** One check: pure, synchronous, one reason to refuse. */
export type Check = (opportunity: Opportunity, context: ValidationContext) => CheckResult;

/** Runs the checks in order; the first refusal is the answer. */
export class ExecutionValidator {
  readonly #sources: ValidationSources;
  readonly #checks: readonly Check[];

  constructor(sources: ValidationSources) {
    this.#sources = sources;
    const balance = new BalanceChecker();
    const condition = new MarketConditionChecker();
    const slippage = new SlippageValidator();
    this.#checks = [
      checkFreshness,
      checkComputeUnits,
      (opportunity, context) => balance.check(opportunity, context),
      (opportunity, context) => condition.check(opportunity, context),
      checkRequote,
      (opportunity, context) => slippage.check(opportunity, context),
      checkProfit,
    ];
  }

  /** Returns the opportunity as validated, or why it is refused. */
  validate(opportunity: Opportunity): ValidatedOpportunity | Refusal {
    const context = new ValidationContext(opportunity, this.#sources);
    for (const check of this.#checks) {
      const result = check(opportunity, context);
      if (result.kind === 'refusal') return result;
    }
    return { kind: 'validated', opportunity };
  }
}
