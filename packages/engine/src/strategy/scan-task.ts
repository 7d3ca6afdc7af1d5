import type { Candidate, SearchRequest, StoreId } from '@tandem/core-native';

/** One worker's share of a full scan. */
export interface ScanTask {
  /** The backend the main thread runs on; a worker that gets another one refuses. */
  readonly backend: 'native' | 'typescript';
  /** The shared store; ignored with a replica. */
  readonly store: StoreId;
  /** Every account of the store where stores are not shared across threads, otherwise absent. */
  readonly replica?: Uint8Array;
  /** Pools in the main thread's store; a replica must hold as many, or its indices mean other pools. */
  readonly poolCount: number;
  /** The request with the share's pools as `touched`. */
  readonly request: SearchRequest;
}

/** Splits pools `0..poolCount` into parts by turns, so that neighbours of like cost spread evenly. Empty parts are left out. */
export function partitionPools(pools: Uint32Array, parts: number): Uint32Array[] {
  const shares: number[][] = Array.from({ length: Math.max(1, parts) }, () => []);
  pools.forEach((pool, position) => shares[position % shares.length]?.push(pool));
  return shares.filter((share) => share.length > 0).map((share) => Uint32Array.from(share));
}

/**
 * Merges the shares' candidates into what one search over all pools gives: each route once (both of its pools' shares find it),
 * best net profit in lamports first, ties by base mint and pool indices, cut to the request's length.
 */
export function mergeCandidates(shares: readonly (readonly Candidate[])[], request: SearchRequest): Candidate[] {
  const byRoute = new Map<string, Candidate>();
  for (const candidate of shares.flat()) {
    const route = candidate.legs.map((leg) => `${leg.pool}:${leg.direction}`).join('>');
    byRoute.set(`${candidate.baseMintIndex}|${route}`, candidate);
  }
  return [...byRoute.values()].sort((a, b) => compareCandidates(a, b, request)).slice(0, request.maxCandidates);
}

function compareCandidates(a: Candidate, b: Candidate, request: SearchRequest): number {
  const byProfit = lamportsOf(b, request) - lamportsOf(a, request);
  if (byProfit !== 0n) return byProfit > 0n ? 1 : -1;
  for (let leg = 0; leg < Math.min(a.legs.length, b.legs.length); leg += 1) {
    const byPool = (a.legs[leg]?.pool ?? 0) - (b.legs[leg]?.pool ?? 0);
    if (byPool !== 0) return byPool;
  }
  return a.baseMintIndex - b.baseMintIndex;
}

/** Rounds down: a fraction of a lamport is no profit. */
function lamportsOf(candidate: Candidate, request: SearchRequest): bigint {
  const base = request.baseMints[candidate.baseMintIndex];
  if (base === undefined) return 0n;
  return (candidate.profit.net * base.lamportPriceDenominator) / base.lamportPriceNumerator;
}
