import type { PoolIndex } from '../../core-api.js';
import type { Edge, MintIndex, TokenGraph } from './token-graph.js';

/** A route of two legs: out of the base mint by the first, back by the second. */
export interface Cycle {
  readonly first: Edge;
  readonly second: Edge;
}

/** Finds candidate routes that start and end in the base mint: two legs through two different pools. */
export class CycleFinder {
  readonly #graph: TokenGraph;
  readonly #isUsable: (pool: PoolIndex) => boolean;

  /** @param isUsable says which pools may be part of a cycle */
  constructor(graph: TokenGraph, isUsable: (pool: PoolIndex) => boolean) {
    this.#graph = graph;
    this.#isUsable = isUsable;
  }

  /**
   * Hands every cycle of the base mint that goes through a touched pool to `take`, each once. `touched` is ascending and
   * without repeats. Order: touched pool, then the other pool, then the touched pool as first leg before second.
   */
  visit(base: MintIndex, touched: readonly PoolIndex[], take: (cycle: Cycle) => void): void {
    const seen = new Set<PoolIndex>();
    for (const pool of touched) {
      if (!this.#isUsable(pool)) continue;
      const other = this.#graph.otherEnd(pool, base);
      if (other === undefined) continue;
      const out = this.#graph.edges(base, other);
      const back = this.#graph.edges(other, base);
      // Both lists hold the pools of the pair in the same order.
      const own = out.findIndex((edge) => edge.pool === pool);
      const [ownOut, ownBack] = [out[own], back[own]];
      if (ownOut === undefined || ownBack === undefined) continue;
      for (const [at, first] of out.entries()) {
        const second = back[at];
        if (second === undefined || at === own || seen.has(first.pool) || !this.#isUsable(first.pool)) continue;
        take({ first: ownOut, second });
        take({ first, second: ownBack });
      }
      seen.add(pool);
    }
  }
}
