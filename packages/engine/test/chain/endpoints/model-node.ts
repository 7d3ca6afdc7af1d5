import { createEngineError } from '../../../src/errors/create-engine-error.js';
import type { EngineCode } from '../../../src/errors/codes.js';
import type { ReadOptions } from '../../../src/ports/index.js';
import { type ManualClock, ScriptedReader } from '../../../src/testing/index.js';

const SLOT_MS = 100;
const FINALIZED_AFTER = 32n;
const LIFETIME_BLOCKS = 150n;

/** A node of a cluster that makes a slot every 100 ms of a manual clock; a test bends what it tells. */
export class ModelNode {
  readonly reader: ScriptedReader;
  readonly #clock: ManualClock;
  genesisHash = 'genesis';
  /** Slots it is behind (above 0) or claims to be ahead. */
  behind = 0n;
  /** Added to the finalized height it tells. */
  heightLie = 0n;
  /** Added to the last valid block height it tells. */
  lifetimeLie = 0n;
  /** Thrown by every read. */
  failure: EngineCode | undefined;
  /** Never answers. */
  isSilent = false;
  latencyMs = 0;
  /** Set, it gives this hash and knows no other. */
  ownHash: string | undefined;
  /** What the reads that were given up have seen. */
  aborted = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
    this.reader = new ScriptedReader({
      getGenesisHash: async (options) => await this.#answer(options, () => this.genesisHash),
      getSlot: async (_, options) => await this.#answer(options, () => this.slot),
      getBlockHeight: async (_, options) =>
        await this.#answer(options, () => this.slot - FINALIZED_AFTER + this.heightLie),
      getAccounts: async (_, __, options) => await this.#answer(options, () => []),
      getLatestBlockhash: async (_, options) =>
        await this.#answer(options, () => ({
          blockhash: this.ownHash ?? `hash-${this.slot}`,
          lastValidBlockHeight: this.slot + LIFETIME_BLOCKS + this.lifetimeLie,
          slot: this.slot,
        })),
      isBlockhashValid: async (hash, _, options) =>
        await this.#answer(options, () => {
          const slot = /^hash-(\d+)$/.exec(hash)?.[1];
          return this.ownHash === undefined && slot !== undefined && BigInt(slot) <= this.slot;
        }),
    });
  }

  get slot(): bigint {
    return 1_000n + BigInt(Math.floor(this.#clock.nowMicros() / 1_000 / SLOT_MS)) - this.behind;
  }

  async #answer<T>({ minContextSlot = 0n, signal }: ReadOptions = {}, tell: () => T): Promise<T> {
    if (this.isSilent) {
      signal?.addEventListener('abort', () => (this.aborted += 1));
      return await new Promise(() => undefined);
    }
    if (this.latencyMs > 0) await this.#clock.sleep(this.latencyMs);
    if (this.failure !== undefined) throw createEngineError(this.failure, 'as told');
    if (this.slot < minContextSlot) throw createEngineError('CHAIN_NODE_LAG_EXCEEDED', 'behind');
    return tell();
  }
}
