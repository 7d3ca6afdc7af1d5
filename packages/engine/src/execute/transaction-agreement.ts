import type { LandedTransaction } from '../ports/chain-reader.js';

/** A transaction as one witness tells it. */
export interface Testimony {
  readonly witness: string;
  readonly landed: LandedTransaction;
}

/** What testimonies of one transaction come to. */
export interface TransactionAgreement {
  /** Undefined while no quorum tells the same. */
  readonly landed: LandedTransaction | undefined;
  /** Who tells something else than the quorum about what the transaction did. */
  readonly outvoted: readonly string[];
  /** Whether two testimonies differ and none has a quorum. */
  readonly isDisputed: boolean;
}

/**
 * Compares what decides a trade: slot, error, fee and every balance. Logs and compute units are left out: nodes may cut or lack them.
 * A testimony that differs from the quorum in its slot alone counts for nothing, but is no lie: a node on a fork tells such.
 */
export function agreeOnTransaction(testimonies: readonly Testimony[], quorum: number): TransactionAgreement {
  const groups = new Map<string, Testimony[]>();
  for (const testimony of testimonies) {
    const key = `${testimony.landed.slot} ${deedOf(testimony.landed)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [testimony]);
    else group.push(testimony);
  }
  const agreed = [...groups.values()].find((group) => group.length >= quorum)?.[0]?.landed;
  if (agreed === undefined) return { landed: undefined, outvoted: [], isDisputed: groups.size > 1 };
  const deed = deedOf(agreed);
  const outvoted = testimonies.filter(({ landed }) => deedOf(landed) !== deed).map(({ witness }) => witness);
  return { landed: agreed, outvoted, isDisputed: false };
}

/** What the transaction did, as text; of two nodes that tell the truth it is the same. */
function deedOf(landed: LandedTransaction): string {
  const { error, feeLamports, accountKeys, preLamports, postLamports, preTokenBalances, postTokenBalances } = landed;
  const byAccount = [preTokenBalances, postTokenBalances].map((balances) =>
    balances.toSorted((a, b) => a.accountIndex - b.accountIndex),
  );
  return JSON.stringify([error, feeLamports, accountKeys, preLamports, postLamports, byAccount], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
