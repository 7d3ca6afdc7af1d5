import { Direction, type PoolIndex } from '../../core-api.js';

/** Dense index of a mint inside one graph. */
export type MintIndex = number;

/** A swap from one mint to another through a pool. */
export interface Edge {
  readonly pool: PoolIndex;
  readonly direction: Direction;
}

/** Mints are nodes, pools are edges. Mints are dense indices; every order is that of arrival. */
export class TokenGraph {
  readonly #mints = new Map<string, MintIndex>();
  /** By mint: the mints one swap away, each with the pools that lead there, ascending. */
  readonly #neighbours: Map<MintIndex, Edge[]>[] = [];
  readonly #ends: (readonly [MintIndex, MintIndex])[] = [];

  /** Adds the next pool; its index is the number of pools before it. A pool of one mint with itself leads nowhere. */
  pushPool([mintA, mintB]: readonly [string, string]): void {
    const pool = this.#ends.length;
    const [a, b] = [this.#intern(mintA), this.#intern(mintB)];
    this.#ends.push([a, b]);
    if (a === b) return;
    this.#connect(a, b, { pool, direction: Direction.AToB });
    this.#connect(b, a, { pool, direction: Direction.BToA });
  }

  /** Returns the index of a mint's key. */
  findMint(mint: string): MintIndex | undefined {
    return this.#mints.get(mint);
  }

  /** Returns the mint at the other end of a pool, unless the pool does not hold this mint. */
  otherEnd(pool: PoolIndex, mint: MintIndex): MintIndex | undefined {
    const [a, b] = this.#ends[pool] ?? [0, 0];
    if (a === b) return undefined;
    if (mint === a) return b;
    return mint === b ? a : undefined;
  }

  /** Returns the swaps from one mint to another, by ascending pool. */
  edges(from: MintIndex, to: MintIndex): readonly Edge[] {
    return this.#neighbours[from]?.get(to) ?? [];
  }

  #intern(mint: string): MintIndex {
    const known = this.#mints.get(mint);
    if (known !== undefined) return known;
    const index = this.#neighbours.length;
    this.#mints.set(mint, index);
    this.#neighbours.push(new Map());
    return index;
  }

  #connect(from: MintIndex, to: MintIndex, edge: Edge): void {
    const near = this.#neighbours[from];
    const edges = near?.get(to);
    if (edges === undefined) near?.set(to, [edge]);
    else edges.push(edge);
  }
}
