import type { PoolDescription } from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';

/** A mint of a cycle, with its token program. */
export interface TradableMint {
  readonly mint: Uint8Array;
  readonly tokenProgram: Uint8Array;
}

interface Counted extends TradableMint {
  readonly key: string;
  /** Pools against each base mint. */
  readonly pools: Map<string, number>;
}

/**
 * Returns the mints a two-leg cycle can pass through, base mints first: those that at least two pools trade against the same base
 * mint, the ones with most pools first, ties by address, `limit` at most.
 */
export function tradableMints(
  pools: readonly PoolDescription[],
  baseMints: readonly string[],
  limit: number,
): TradableMint[] {
  const bases = new Map<string, TradableMint>();
  const counted = new Map<string, Counted>();
  for (const pool of pools) {
    const a = { key: encodeBase58(pool.mintA), mint: pool.mintA, tokenProgram: pool.tokenProgramA };
    const b = { key: encodeBase58(pool.mintB), mint: pool.mintB, tokenProgram: pool.tokenProgramB };
    for (const [base, other] of [[a, b] as const, [b, a] as const]) {
      if (!baseMints.includes(base.key)) continue;
      bases.set(base.key, base);
      const entry = counted.get(other.key) ?? { ...other, pools: new Map<string, number>() };
      entry.pools.set(base.key, (entry.pools.get(base.key) ?? 0) + 1);
      counted.set(other.key, entry);
    }
  }
  const most = (entry: Counted) => Math.max(...entry.pools.values());
  const others = [...counted.values()]
    .filter((entry) => most(entry) >= 2 && !bases.has(entry.key))
    .sort((a, b) => most(b) - most(a) || (a.key < b.key ? -1 : 1));
  const first = baseMints.flatMap((mint) => bases.get(mint) ?? []);
  return [...first, ...others].slice(0, limit).map(({ mint, tokenProgram }) => ({ mint, tokenProgram }));
}
