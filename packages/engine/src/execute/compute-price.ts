import { decodeAddress } from '../chain/base58.js';
import type { ChainReader } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';

/** What is offered for a compute unit, parsed once from the configuration. */
export interface ComputePriceSettings {
  readonly mode: 'fixed' | 'recent';
  readonly percentile: number;
  /** The price where it is fixed, the lower bound where it follows recent fees. */
  readonly leastMicroLamports: bigint;
  readonly mostMicroLamports: bigint;
}

export interface ComputePriceOptions {
  readonly settings: ComputePriceSettings;
  readonly reader: Pick<ChainReader, 'getRecentPriorityFees'>;
  readonly clock: Clock;
}

const POLL_MS = 3_000;
/** `getRecentPrioritizationFees` takes at most so many accounts. */
const MAX_ACCOUNTS = 128;

/**
 * The price of a compute unit. Where it follows recent fees, it is a percentile of the lowest prices of recent blocks that wrote the
 * accounts we wrote last, within two bounds; read off the hot path. Those are floors, not bids: zero is a frequent answer.
 */
export class ComputePrice {
  readonly #options: ComputePriceOptions;
  /** Base58, in the order of their last use. */
  readonly #written = new Set<string>();
  #microLamports: bigint;

  constructor(options: ComputePriceOptions) {
    this.#options = options;
    this.#microLamports = options.settings.leastMicroLamports;
  }

  /** Micro-lamports a compute unit, as of the last poll. */
  get microLamports(): bigint {
    return this.#microLamports;
  }

  /** Takes note of an account (base58) that a transaction of ours writes. */
  noteWritten(address: string): void {
    if (this.#options.settings.mode === 'fixed') return;
    this.#written.delete(address);
    this.#written.add(address);
    const [oldest] = this.#written;
    if (this.#written.size > MAX_ACCOUNTS && oldest !== undefined) this.#written.delete(oldest);
  }

  /** Follows the fees until the signal aborts; returns at once where the price is fixed. Faults are told, and the last price stays. */
  async run(signal: AbortSignal, onFault: (error: unknown) => void): Promise<void> {
    const { settings, clock } = this.#options;
    while (settings.mode === 'recent' && !signal.aborted) {
      try {
        await this.#read();
      } catch (error) {
        onFault(error);
      }
      // The end of the sleep and its abort both lead to the loop's condition.
      await clock.sleep(POLL_MS, signal).catch(() => undefined);
    }
  }

  async #read(): Promise<void> {
    const { settings, reader } = this.#options;
    if (this.#written.size === 0) return;
    const fees = await reader.getRecentPriorityFees([...this.#written].map(decodeAddress));
    const sorted = [...fees].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    // Nearest rank: the smallest fee that so many percent of the blocks do not exceed.
    const rank = Math.ceil((sorted.length * settings.percentile) / 100);
    const fee = sorted[Math.max(0, rank - 1)] ?? 0n;
    const { leastMicroLamports, mostMicroLamports } = settings;
    const raised = fee > leastMicroLamports ? fee : leastMicroLamports;
    this.#microLamports = raised < mostMicroLamports ? raised : mostMicroLamports;
  }
}
