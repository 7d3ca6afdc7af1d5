import { describe, expect, it } from 'vitest';
import { ProfitValidator } from '../../src/execute/profit-validator.js';
import type { LandedTransaction, TokenBalance } from '../../src/ports/index.js';
import { SOL, sampleOpportunity, USD } from '../strategy/sample-opportunity.js';

const WALLET = 'Wallet';
const TIP = 'TipAccount';
const sol = sampleOpportunity().base;
const usd = { ...sol, mint: USD, lamportPriceNumerator: 1n, lamportPriceDenominator: 5n };
const token = (accountIndex: number, mint: string, amount: bigint, owner = WALLET): TokenBalance => ({
  accountIndex,
  mint,
  owner,
  amount,
});

/** Wallet (0), its wSOL account (1), its USD account (2), a vault (3), the tip account (4). */
function landed(changes: Partial<LandedTransaction> = {}): LandedTransaction {
  return {
    signature: 'sig',
    slot: 9n,
    error: null,
    feeLamports: 5_000n,
    computeUnitsConsumed: 1n,
    logs: [],
    accountKeys: [WALLET, 'WsolAccount', 'UsdAccount', 'Vault', TIP],
    signers: [WALLET],
    preLamports: [1_000_000n, 2_039_280n + 500_000n, 2_039_280n, 7n, 10n],
    postLamports: [1_000_000n - 6_250n, 2_039_280n + 550_000n, 2_039_280n, 7n, 10n],
    preTokenBalances: [token(1, SOL, 500_000n), token(2, USD, 70n), token(3, SOL, 999n, 'Pool')],
    postTokenBalances: [token(1, SOL, 550_000n), token(2, USD, 70n), token(3, SOL, 111n, 'Pool')],
    ...changes,
  };
}
const validator = new ProfitValidator(WALLET, [TIP]);

describe('ProfitValidator', () => {
  it('counts native and wrapped SOL together, net of every fee', () => {
    const fill = validator.measure(landed(), sol);
    expect(fill).toMatchObject({ actualProfit: 43_750n, netProfitLamports: 43_750n, slot: 9n });
    expect(fill.fees).toEqual({ base: 5_000n, priority: 1_250n, tip: 0n, rent: 0n });
  });

  it('does not believe meta.fee: the priority fee is what left the wallet', () => {
    expect(validator.measure(landed({ feeLamports: 1n }), sol).fees.priority).toBe(1_250n);
  });

  it('sees the tip where it arrives, and takes it out of the priority fee', () => {
    const before = landed();
    const fill = validator.measure(
      landed({ postLamports: [1_000_000n - 6_250n - 2_000n, before.postLamports[1]!, 2_039_280n, 7n, 2_010n] }),
      sol,
    );
    expect(fill.fees).toEqual({ base: 5_000n, priority: 1_250n, tip: 2_000n, rent: 0n });
    expect(fill.actualProfit).toBe(41_750n);
  });

  it('sees the rent of an account that did not exist, without the SOL wrapped in it', () => {
    const fill = validator.measure(
      landed({
        preLamports: [10_000_000n, 0n, 0n, 7n, 10n],
        postLamports: [10_000_000n - 6_250n - 4_078_560n, 2_039_280n + 90n, 2_039_280n, 7n, 10n],
        preTokenBalances: [],
        postTokenBalances: [token(1, SOL, 90n), token(2, USD, 0n)],
      }),
      sol,
    );
    expect(fill.fees).toEqual({ base: 5_000n, priority: 1_250n, tip: 0n, rent: 4_078_560n });
    expect(fill.actualProfit).toBe(90n - 6_250n - 4_078_560n);
  });

  it('measures another base mint in its own units and values it in lamports at the price of the decision', () => {
    const fill = validator.measure(
      landed({ postTokenBalances: [token(1, SOL, 500_000n), token(2, USD, 10_070n)] }),
      usd,
    );
    expect(fill.actualProfit).toBe(10_000n);
    expect(fill.netProfitLamports).toBe(50_000n - 6_250n);
  });

  it('rounds a loss of another base mint away from zero, against us', () => {
    const price = { ...usd, lamportPriceNumerator: 3n, lamportPriceDenominator: 1n };
    const fill = validator.measure(landed({ postTokenBalances: [token(1, SOL, 500_000n), token(2, USD, 69n)] }), price);
    expect([fill.actualProfit, fill.netProfitLamports]).toEqual([-1n, -1n - 6_250n]);
  });

  it('names what stayed in other mints and leaves it out of the profit', () => {
    const fill = validator.measure(landed({ postTokenBalances: [token(1, SOL, 550_000n), token(2, USD, 73n)] }), sol);
    expect([...fill.inventory]).toEqual([[USD, 3n]]);
    expect(fill.netProfitLamports).toBe(43_750n);
  });

  it('ignores token accounts of others', () => {
    const fill = validator.measure(
      landed({ postTokenBalances: [token(1, SOL, 550_000n), token(2, USD, 70n), token(3, SOL, 1_000_000n, 'Pool')] }),
      sol,
    );
    expect(fill.actualProfit).toBe(43_750n);
  });

  it('takes the cost of a failed transaction from the balances', () => {
    expect(validator.costOf(landed())).toBe(6_250n);
  });
});
