import { createEngineError } from '../errors/create-engine-error.js';
import type { ChainReader, Commitment, LatestBlockhash } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';

export interface BlockhashCacheOptions {
  readonly reader: Pick<ChainReader, 'getLatestBlockhash' | 'getBlockHeight'>;
  readonly clock: Clock;
  /** `confirmed` by default: a processed hash may lie on a dropped fork, a finalized one has lost a fifth of its life. */
  readonly commitment?: Commitment;
  /** Time between two refreshes, milliseconds; 1,000 by default. */
  readonly refreshMs?: number;
  /** Age at which a hash is no longer given out, milliseconds; 10,000 by default, whatever its life. */
  readonly maxAgeMs?: number;
  /** Slots behind the newest at which a hash is no longer given out; by default half of its life in blocks, which is read at the start. */
  readonly maxAgeSlots?: bigint;
  /** Returns the newest slot seen, for the age in slots. */
  readonly currentSlot?: () => bigint;
}

interface CachedBlockhash {
  readonly latest: LatestBlockhash;
  readonly loadedAtMicros: number;
}

const DEFAULT_REFRESH_MS = 1_000;
const DEFAULT_MAX_AGE_MS = 10_000;

/** Keeps a fresh blockhash at hand, so that building a transaction never waits for the network. */
export class BlockhashCache {
  readonly #options: BlockhashCacheOptions;
  readonly #stop = new AbortController();
  #cached: CachedBlockhash | null = null;
  #first: CachedBlockhash | null = null;
  /** Blocks between a hash and its last valid height; 0 before it was read. */
  #lifeBlocks = 0n;
  #maxAgeSlots = 0n;
  #lastFailure: unknown = null;
  #refreshing: Promise<void> | null = null;

  constructor(options: BlockhashCacheOptions) {
    this.#options = options;
  }

  /**
   * Loads the first hash and keeps refreshing in the background.
   * @throws CHAIN_* when the first hash cannot be loaded
   */
  async start(): Promise<void> {
    await this.#refresh();
    this.#lifeBlocks = await this.#readLifeBlocks();
    // Blocks are never more than slots, so that an age in slots errs on the safe side. Rounds down: rather younger.
    this.#maxAgeSlots = this.#options.maxAgeSlots ?? this.#lifeBlocks / 2n;
    this.#refreshing = this.#refreshForever();
  }

  /** Stops refreshing. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#refreshing;
  }

  /**
   * Returns the newest hash.
   * @throws CHAIN_BLOCKHASH_EXPIRED when it is too old to build on
   */
  latest(): LatestBlockhash {
    const { maxAgeMs = DEFAULT_MAX_AGE_MS, clock, currentSlot } = this.#options;
    if (this.#cached === null) throw this.#expired('no blockhash has been loaded yet');
    const ageMs = Math.floor((clock.nowMicros() - this.#cached.loadedAtMicros) / 1_000);
    if (ageMs > maxAgeMs) throw this.#expired(`the newest blockhash is ${ageMs} ms old`);
    const ageSlots = (currentSlot?.() ?? 0n) - this.#cached.latest.slot;
    if (ageSlots > this.#maxAgeSlots) throw this.#expired(`the newest blockhash is ${ageSlots} slots old`);
    return this.#cached.latest;
  }

  /** Goes by the pace of the heights since the start; `undefined` while only one height has been seen. */
  landableForMs(lastValidBlockHeight: bigint): number | undefined {
    if (this.#cached === null || this.#first === null) return undefined;
    const { latest, loadedAtMicros } = this.#cached;
    const blocks = Number(latest.lastValidBlockHeight - this.#first.latest.lastValidBlockHeight);
    if (blocks === 0 || this.#lifeBlocks === 0n) return undefined;
    const microsPerBlock = (loadedAtMicros - this.#first.loadedAtMicros) / blocks;
    const heightThen = latest.lastValidBlockHeight - this.#lifeBlocks;
    const left = Number(lastValidBlockHeight - heightThen) * microsPerBlock;
    return Math.max(0, Math.round((left - (this.#options.clock.nowMicros() - loadedAtMicros)) / 1_000));
  }

  async #readLifeBlocks(): Promise<bigint> {
    const { reader, commitment = 'confirmed' } = this.#options;
    const height = await reader.getBlockHeight(commitment);
    return (this.#cached?.latest.lastValidBlockHeight ?? height) - height;
  }

  async #refreshForever(): Promise<void> {
    const { clock, refreshMs = DEFAULT_REFRESH_MS } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        await clock.sleep(refreshMs, this.#stop.signal);
        await this.#refresh();
      } catch (error) {
        // Kept as the cause of the expiry; until then the hash at hand is good.
        this.#lastFailure = error;
      }
    }
  }

  async #refresh(): Promise<void> {
    const { reader, clock, commitment = 'confirmed' } = this.#options;
    // Taken before the request: the answer may be as old as that.
    const loadedAtMicros = clock.nowMicros();
    const latest = await reader.getLatestBlockhash(commitment);
    // A node behind a load balancer may answer from further back; the hash that lives longer stays.
    const older = this.#cached !== null && latest.lastValidBlockHeight < this.#cached.latest.lastValidBlockHeight;
    if (!older) this.#cached = { latest, loadedAtMicros };
    this.#first ??= this.#cached;
    this.#lastFailure = null;
  }

  #expired(what: string): Error {
    return createEngineError(
      'CHAIN_BLOCKHASH_EXPIRED',
      what,
      this.#lastFailure === null ? {} : { cause: this.#lastFailure },
    );
  }
}
