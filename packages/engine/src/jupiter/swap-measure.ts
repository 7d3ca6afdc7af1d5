import { WRAPPED_SOL_MINT } from '../execute/system-programs.js';
import { type WalletChanges, walletChanges } from '../execute/wallet-changes.js';
import type { LandedTransaction } from '../ports/chain-reader.js';

/** What a landed transaction did to the wallet, read from the balances around it. */
export interface SwapMeasure {
  /** Lamports that left every account of the transaction: what the cluster took, whatever `meta.fee` says. */
  readonly feeLamports: bigint;
  /** Lamports that keep accounts alive which this transaction created. */
  readonly rentLamports: bigint;
  /** Change of native and wrapped SOL together, fee and rent included; negative where it was spent. */
  readonly solChange: bigint;
  /** Changes of every other mint, raw units. */
  readonly tokenChanges: ReadonlyMap<string, bigint>;
  /** Everything, as the journal has it. */
  readonly changes: WalletChanges;
}

/** Returns what a transaction changed for a wallet. */
export function measureSwap(landed: LandedTransaction, wallet: string): SwapMeasure {
  const changes = walletChanges(landed, wallet);
  const tokenChanges = new Map(changes.tokens);
  const wrapped = tokenChanges.get(WRAPPED_SOL_MINT) ?? 0n;
  tokenChanges.delete(WRAPPED_SOL_MINT);
  return {
    feeLamports: sum(landed.preLamports) - sum(landed.postLamports),
    rentLamports: rentOf(landed),
    solChange: changes.lamports + wrapped,
    tokenChanges,
    changes,
  };
}

/** Returns what the swap itself moved of a mint: of SOL without what the cluster took and what was locked as rent. */
export function swappedAmount(measure: SwapMeasure, mint: string): bigint {
  if (mint !== WRAPPED_SOL_MINT) return measure.tokenChanges.get(mint) ?? 0n;
  return measure.solChange + measure.feeLamports + measure.rentLamports;
}

/** A wrapped-SOL account holds its tokens as lamports; those are no rent. */
function rentOf(landed: LandedTransaction): bigint {
  let rent = 0n;
  for (const [index, before] of landed.preLamports.entries()) {
    const after = landed.postLamports[index] ?? 0n;
    if (before !== 0n || after === 0n) continue;
    const tokens = landed.postTokenBalances.find(
      ({ accountIndex, mint }) => accountIndex === index && mint === WRAPPED_SOL_MINT,
    );
    rent += after - (tokens?.amount ?? 0n);
  }
  return rent;
}

function sum(lamports: readonly bigint[]): bigint {
  return lamports.reduce((total, one) => total + one, 0n);
}
