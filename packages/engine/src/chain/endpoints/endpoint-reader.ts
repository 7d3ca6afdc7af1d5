import type { ChainClock } from '@tandem/core-native';
import { createEngineError } from '../../errors/create-engine-error.js';
import type {
  AccountFilter,
  AccountReading,
  AccountSnapshot,
  AddressSignature,
  ChainReader,
  Commitment,
  HistoryPage,
  LandedTransaction,
  LatestBlockhash,
  ReadOptions,
  SignatureStatus,
  SimulationResult,
} from '../../ports/chain-reader.js';
import type { Clock } from '../../ports/clock.js';
import { isChainError } from '../is-chain-error.js';
import { agreeOnBlockhash } from './blockhash-agreement.js';
import type { EndpointSet } from './endpoint-set.js';
import type { EndpointSettings } from './endpoint-settings.js';

export interface EndpointReaderOptions {
  readonly set: EndpointSet;
  readonly clock: Clock;
  readonly settings: EndpointSettings;
}

/** Wait before everyone is asked once more: less than a slot. */
const NEXT_ROUND_MS = 100;

/** Failures that no node mends: the request itself is wrong. */
const FINAL: ReadonlySet<string> = new Set(['CHAIN_REQUEST_INVALID', 'CHAIN_ADDRESS_INVALID']);
/** Failures that time may mend. */
const PASSING: ReadonlySet<string> = new Set([
  'CHAIN_UNREACHABLE',
  'CHAIN_TIMEOUT',
  'CHAIN_RATE_LIMIT_EXCEEDED',
  'CHAIN_RESPONSE_INVALID',
  'CHAIN_NODE_LAG_EXCEEDED',
]);

type Question<T> = (reader: ChainReader, options: ReadOptions) => Promise<T>;

/**
 * Several nodes as one reader: the best healthy one is asked, and on a failure, or when it is behind the slot that is asked for, the
 * next one, within the deadline of the read.
 */
export class EndpointReader implements ChainReader {
  readonly #options: EndpointReaderOptions;

  constructor(options: EndpointReaderOptions) {
    this.#options = options;
  }

  async getAccounts(
    addresses: readonly Uint8Array[],
    commitment: Commitment,
    options?: ReadOptions,
  ): Promise<(AccountSnapshot | null)[]> {
    return await this.#light(options, async (reader, own) => await reader.getAccounts(addresses, commitment, own));
  }

  async readAccounts(
    addresses: readonly Uint8Array[],
    commitment: Commitment,
    options?: ReadOptions,
  ): Promise<AccountReading[]> {
    return await this.#light(options, async (reader, own) => await reader.readAccounts(addresses, commitment, own));
  }

  async getProgramAccounts(
    program: Uint8Array,
    commitment: Commitment,
    filters: readonly AccountFilter[],
    options?: ReadOptions,
  ): Promise<AccountSnapshot[]> {
    const { readMs } = this.#options.settings;
    return await this.#read(
      { ...options, attemptMs: readMs },
      async (reader, own) => await reader.getProgramAccounts(program, commitment, filters, own),
    );
  }

  /** Only a hash that a quorum knows, with a lifetime that a quorum finds possible. @throws CHAIN_QUORUM_MISSING, CHAIN_* */
  async getLatestBlockhash(commitment: Commitment, options?: ReadOptions): Promise<LatestBlockhash> {
    return await agreeOnBlockhash(this.#options, commitment, options?.signal);
  }

  async isBlockhashValid(blockhash: string, commitment: Commitment, options?: ReadOptions): Promise<boolean> {
    return await this.#light(options, async (reader, own) => await reader.isBlockhashValid(blockhash, commitment, own));
  }

  async getBlockHeight(commitment: Commitment, options?: ReadOptions): Promise<bigint> {
    return await this.#light(options, async (reader, own) => await reader.getBlockHeight(commitment, own));
  }

  async getSlot(commitment: Commitment, options?: ReadOptions): Promise<bigint> {
    return await this.#light(options, async (reader, own) => await reader.getSlot(commitment, own));
  }

  async getGenesisHash(options?: ReadOptions): Promise<string> {
    return await this.#light(options, async (reader, own) => await reader.getGenesisHash(own));
  }

  async getChainClock(options?: ReadOptions): Promise<ChainClock> {
    return await this.#light(options, async (reader, own) => await reader.getChainClock(own));
  }

  async getSignatureStatuses(
    signatures: readonly string[],
    searchHistory: boolean,
    options?: ReadOptions,
  ): Promise<(SignatureStatus | null)[]> {
    return await this.#light(
      options,
      async (reader, own) => await reader.getSignatureStatuses(signatures, searchHistory, own),
    );
  }

  async getTransaction(
    signature: string,
    commitment: 'confirmed' | 'finalized',
    options?: ReadOptions,
  ): Promise<LandedTransaction | null> {
    return await this.#light(options, async (reader, own) => await reader.getTransaction(signature, commitment, own));
  }

  async getSignaturesForAddress(
    address: Uint8Array,
    commitment: 'confirmed' | 'finalized',
    page: HistoryPage,
    options?: ReadOptions,
  ): Promise<AddressSignature[]> {
    return await this.#light(
      options,
      async (reader, own) => await reader.getSignaturesForAddress(address, commitment, page, own),
    );
  }

  async getFirstAvailableBlock(options?: ReadOptions): Promise<bigint> {
    return await this.#light(options, async (reader, own) => await reader.getFirstAvailableBlock(own));
  }

  async simulate(
    transaction: Uint8Array,
    returnAccounts: readonly Uint8Array[],
    options?: ReadOptions,
  ): Promise<SimulationResult> {
    return await this.#light(options, async (reader, own) => await reader.simulate(transaction, returnAccounts, own));
  }

  async getRecentPriorityFees(writable: readonly Uint8Array[], options?: ReadOptions): Promise<readonly bigint[]> {
    return await this.#light(options, async (reader, own) => await reader.getRecentPriorityFees(writable, own));
  }

  async getMinimumRent(dataLength: number, options?: ReadOptions): Promise<bigint> {
    return await this.#light(options, async (reader, own) => await reader.getMinimumRent(dataLength, own));
  }

  async #light<T>(options: ReadOptions | undefined, question: Question<T>): Promise<T> {
    return await this.#read({ ...options, attemptMs: this.#options.settings.attemptMs }, question);
  }

  /** Asks one node after the other, and all of them again, until one answers, none can, or the time is up. */
  async #read<T>(options: ReadOptions & { readonly attemptMs: number }, question: Question<T>): Promise<T> {
    const { set, clock, settings } = this.#options;
    const { attemptMs, signal, ...rest } = options;
    const deadlineMicros = clock.nowMicros() + settings.readMs * 1_000;
    let failure: unknown;
    for (;;) {
      let mayPass = false;
      for (const endpoint of set.candidates()) {
        const leftMs = Math.ceil((deadlineMicros - clock.nowMicros()) / 1_000);
        if (leftMs <= 0 || signal?.aborted === true) break;
        const bounds = { timeoutMs: Math.min(attemptMs, leftMs), signal };
        try {
          return await set.ask(
            endpoint,
            bounds,
            async (reader, own) => await question(reader, { ...rest, signal: own }),
          );
        } catch (error) {
          if (!isChainError(error) || FINAL.has(error.code)) throw error;
          mayPass ||= PASSING.has(error.code);
          // A refusal that time may mend is what a caller can act on; among equals the fittest node's word counts.
          if (failure === undefined || (PASSING.has(error.code) && !isPassing(failure))) failure = error;
        }
      }
      const isUp = clock.nowMicros() + NEXT_ROUND_MS * 1_000 >= deadlineMicros || signal?.aborted === true;
      if (isUp || (failure !== undefined && !mayPass))
        throw failure ?? createEngineError('CHAIN_UNREACHABLE', 'no node is fit to be asked');
      await clock.sleep(NEXT_ROUND_MS, signal).catch(() => undefined);
    }
  }
}

function isPassing(error: unknown): boolean {
  return isChainError(error) && PASSING.has(error.code);
}
