import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from './refusal.js';
import type { ValidationContext } from './validation-context.js';

/** Checks that the wallet can pay: the input, every fee, and the accounts the legs pay from and into. */
export class BalanceChecker {
  check(opportunity: Opportunity, context: ValidationContext): CheckResult {
    const { balances, settings } = context;
    const missing = opportunity.legs.find((leg) => !balances.hasAccount(leg.mintOut));
    if (missing !== undefined && settings.mode === 'real') {
      return refuse('validate', 'VALIDATE_TOKEN_ACCOUNT_MISSING', { mint: missing.mintOut });
    }
    const spendable = balances.spendable(opportunity.base.mint);
    if (opportunity.amountIn > spendable) {
      return refuse('validate', 'VALIDATE_BALANCE_EXCEEDED', { amountIn: opportunity.amountIn, spendable });
    }
    const { baseFeeLamports, priorityFeeLamports, tipLamports, rentLamports } = opportunity.profit;
    const needed = baseFeeLamports + priorityFeeLamports + tipLamports + rentLamports + settings.minWalletLamports;
    const lamports = balances.spendableLamports();
    if (needed > lamports) return refuse('validate', 'VALIDATE_LAMPORTS_EXCEEDED', { needed, lamports });
    return PASSED;
  }
}
