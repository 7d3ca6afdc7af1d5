import type { PoolDescription, PoolIndex } from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
import { VENUE_CATALOG } from '../market/venue-catalog.js';

/** What never changes about a pool, with its addresses as text. */
export interface PoolFacts {
  readonly venue: string;
  readonly address: string;
  readonly mintA: string;
  readonly mintB: string;
  readonly mintABytes: Uint8Array;
  readonly mintBBytes: Uint8Array;
  readonly tokenProgramA: Uint8Array;
  readonly tokenProgramB: Uint8Array;
}

/** Describes pools from the core's store. */
export type DescribePools = (pools: Uint32Array) => readonly PoolDescription[];

/** Remembers the facts of each pool, so that the hot path encodes no address twice. Bounded by the number of pools. */
export class PoolDirectory {
  readonly #describe: DescribePools;
  readonly #facts = new Map<PoolIndex, PoolFacts>();

  constructor(describe: DescribePools) {
    this.#describe = describe;
  }

  /** Returns a pool's facts. @throws the core's POOL_* error when the store does not hold the index */
  facts(pool: PoolIndex): PoolFacts {
    const known = this.#facts.get(pool);
    if (known !== undefined) return known;
    const [description] = this.#describe(Uint32Array.of(pool));
    if (description === undefined) throw new RangeError(`the store describes no pool ${pool}`);
    const facts = factsOf(description);
    this.#facts.set(pool, facts);
    return facts;
  }
}

function factsOf(description: PoolDescription): PoolFacts {
  return {
    venue: VENUE_CATALOG.find((entry) => entry.venue === description.venue)?.stem ?? `venue_${description.venue}`,
    address: encodeBase58(description.address),
    mintA: encodeBase58(description.mintA),
    mintB: encodeBase58(description.mintB),
    mintABytes: description.mintA,
    mintBBytes: description.mintB,
    tokenProgramA: description.tokenProgramA,
    tokenProgramB: description.tokenProgramB,
  };
}
