import { createEngineError } from '../../src/errors/create-engine-error.js';
import type { ChainReader, LandedTransaction, SignatureStatus } from '../../src/ports/index.js';
import { type ManualClock, ScriptedReader, type SeededRandom } from '../../src/testing/index.js';

/** What a node of the model does wrong. All liars tell the same lies, so that they agree with each other. */
export type Conduct = 'honest' | 'liar' | 'laggard' | 'erratic';

/** What happens to the one transaction of a run. */
export interface Fate {
  /** Block height of its block; undefined where it never lands. */
  readonly landsAt: bigint | undefined;
  readonly error: unknown;
  readonly lastValidBlockHeight: bigint;
}

const BLOCK_MS = 100;
const FIRST_HEIGHT = 1_000n;
const CONFIRMED_AFTER = 2n;
const LAG_BLOCKS = 60n;

/** A cluster that makes a block every 100 ms of a manual clock, and nodes that tell of it, each in its own way. */
export class ModelCluster {
  readonly #clock: ManualClock;
  readonly #random: SeededRandom;
  readonly #fate: Fate;
  readonly #finalizedAfter: bigint;
  /** From then on erratic nodes and laggards behave; liars go on. */
  calmFromMs = Number.POSITIVE_INFINITY;

  constructor(clock: ManualClock, random: SeededRandom, fate: Fate, finalizedAfter: bigint) {
    this.#clock = clock;
    this.#random = random;
    this.#fate = fate;
    this.#finalizedAfter = finalizedAfter;
  }

  /** Returns the newest block's height; slots have the same numbers. */
  get height(): bigint {
    return FIRST_HEIGHT + BigInt(Math.floor(this.#clock.nowMicros() / 1_000 / BLOCK_MS));
  }

  /** Returns the transaction as every honest node has it. */
  get truth(): LandedTransaction | null {
    const { landsAt, error } = this.#fate;
    return landsAt === undefined ? null : transaction(landsAt, error);
  }

  node(conduct: Conduct): ChainReader {
    const view = () => (this.#misbehaves(conduct, 'laggard') ? this.height - LAG_BLOCKS : this.height);
    const tell = async <T>(truth: () => T, lie: () => T): Promise<T> => {
      if (this.#misbehaves(conduct, 'erratic')) return await this.#fail();
      return conduct === 'liar' && this.#random.nextInt(3) > 0 ? lie() : truth();
    };
    return new ScriptedReader({
      getGenesisHash: async () => 'genesis',
      getSlot: async () => await tell(view, () => view() + 7n),
      getBlockHeight: async (commitment) =>
        await tell(
          () => view() - (commitment === 'finalized' ? this.#finalizedAfter : 0n),
          () => this.#fate.lastValidBlockHeight + BigInt(this.#random.nextInt(40)) - 20n,
        ),
      getFirstAvailableBlock: async () =>
        await tell(
          () => FIRST_HEIGHT,
          () => 0n,
        ),
      getSignatureStatuses: async (signatures) =>
        await tell(
          () => signatures.map(() => this.#status(view())),
          () => signatures.map(() => (this.#fate.landsAt === undefined ? FORGED_STATUS : null)),
        ),
      getTransaction: async (_, commitment) =>
        await tell(
          () => (this.#reached(view(), commitment) ? this.truth : null),
          () =>
            this.#random.nextInt(2) === 0 ? null : transaction(1_010n, this.#fate.error === null ? 'Forged' : null),
        ),
    });
  }

  #misbehaves(conduct: Conduct, as: Conduct): boolean {
    return conduct === as && this.#clock.nowMicros() < this.calmFromMs * 1_000;
  }

  /** Nothing, an error, or an answer that never comes. */
  async #fail(): Promise<never> {
    if (this.#random.nextInt(2) === 0) throw createEngineError('CHAIN_UNREACHABLE', 'down');
    return await new Promise(() => undefined);
  }

  #status(height: bigint): SignatureStatus | null {
    const { landsAt, error } = this.#fate;
    if (landsAt === undefined || height < landsAt) return null;
    const confirmationStatus = this.#reached(height, 'finalized')
      ? 'finalized'
      : this.#reached(height, 'confirmed')
        ? 'confirmed'
        : 'processed';
    return { slot: landsAt, error, confirmationStatus };
  }

  #reached(height: bigint, commitment: 'confirmed' | 'finalized'): boolean {
    const { landsAt } = this.#fate;
    const depth = commitment === 'finalized' ? this.#finalizedAfter : CONFIRMED_AFTER;
    return landsAt !== undefined && height >= landsAt + depth;
  }
}

const FORGED_STATUS: SignatureStatus = { slot: 1_010n, error: null, confirmationStatus: 'finalized' };

function transaction(slot: bigint, error: unknown): LandedTransaction {
  return {
    signature: 'sig',
    slot,
    error,
    accountKeys: ['wallet'],
    signers: ['wallet'],
    feeLamports: 5_000n,
    computeUnitsConsumed: null,
    preLamports: [1_000_000n],
    postLamports: [995_000n],
    preTokenBalances: [],
    postTokenBalances: [],
    logs: [],
  };
}
