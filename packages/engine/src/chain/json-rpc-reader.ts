import type { ChainClock } from '@tandem/core-native';
import { createEngineError } from '../errors/create-engine-error.js';
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
} from '../ports/chain-reader.js';
import { decodeAccountJson } from './account-json.js';
import { encodeBase58 } from './base58.js';
import { chainError } from './chain-error.js';
import { CLOCK_SYSVAR_ADDRESS, decodeClockSysvar } from './clock-sysvar.js';
import { JsonField } from './json-field.js';
import { JsonRpcClient, type JsonRpcClientOptions } from './json-rpc-client.js';
import { decodeLandedTransaction } from './landed-transaction-json.js';

/** Limits of the JSON-RPC methods (agave, rpc-client-api/src/request.rs). */
const MAX_MULTIPLE_ACCOUNTS = 100;
const MAX_SIGNATURE_STATUSES = 256;
const MAX_FEE_ACCOUNTS = 128;
const PARALLEL_CHUNKS = 8;
const COMMITMENTS: readonly string[] = ['processed', 'confirmed', 'finalized'] satisfies Commitment[];

export interface JsonRpcReaderOptions extends JsonRpcClientOptions {
  /** Commitment of simulations and of the clock. */
  readonly commitment: Commitment;
}

/** Reads the chain over JSON-RPC. Transient failures are retried until the deadline; every failure is a CHAIN_* error. */
export class JsonRpcReader implements ChainReader {
  readonly #client: JsonRpcClient;
  readonly #commitment: Commitment;

  constructor(options: JsonRpcReaderOptions) {
    this.#client = new JsonRpcClient(options);
    this.#commitment = options.commitment;
  }

  /** Closes the connections. */
  close(): void {
    this.#client.close();
  }

  async getAccounts(
    addresses: readonly Uint8Array[],
    commitment: Commitment,
    options?: ReadOptions,
  ): Promise<(AccountSnapshot | null)[]> {
    return (await this.readAccounts(addresses, commitment, options)).map((reading) => reading.account);
  }

  async readAccounts(
    addresses: readonly Uint8Array[],
    commitment: Commitment,
    options?: ReadOptions,
  ): Promise<AccountReading[]> {
    const chunks = inChunks(addresses, MAX_MULTIPLE_ACCOUNTS);
    return await mapInOrder(chunks, async (chunk) => {
      const config = { encoding: 'base64', commitment, ...leastSlot(options) };
      const result = await this.#ask('getMultipleAccounts', [chunk.map(encodeBase58), config], options);
      const slot = result.get('context').get('slot').u64();
      const accounts = expectLength(result.get('value'), chunk.length);
      return accounts.map((json, index) => {
        const address = elementOf(chunk, index);
        return { address, slot, account: decodeAccountJson(json, address, slot) };
      });
    });
  }

  async getProgramAccounts(
    program: Uint8Array,
    commitment: Commitment,
    filters: readonly AccountFilter[],
    options?: ReadOptions,
  ): Promise<AccountSnapshot[]> {
    const config = {
      encoding: 'base64',
      commitment,
      withContext: true,
      filters: filters.map(filterJson),
      ...leastSlot(options),
    };
    const result = await this.#ask('getProgramAccounts', [encodeBase58(program), config], options);
    const slot = result.get('context').get('slot').u64();
    return result
      .get('value')
      .list()
      .map((entry) => {
        const account = decodeAccountJson(entry.get('account'), entry.get('pubkey').address(), slot);
        if (account === null) throw entry.get('account').wrong('an account');
        return account;
      });
  }

  async getLatestBlockhash(commitment: Commitment, options?: ReadOptions): Promise<LatestBlockhash> {
    const result = await this.#ask('getLatestBlockhash', [{ commitment, ...leastSlot(options) }], options);
    const value = result.get('value');
    value.get('blockhash').address();
    return {
      blockhash: value.get('blockhash').text(),
      lastValidBlockHeight: value.get('lastValidBlockHeight').u64(),
      slot: result.get('context').get('slot').u64(),
    };
  }

  async isBlockhashValid(blockhash: string, commitment: Commitment, options?: ReadOptions): Promise<boolean> {
    const config = { commitment, ...leastSlot(options) };
    return (await this.#ask('isBlockhashValid', [blockhash, config], options)).get('value').flag();
  }

  async getBlockHeight(commitment: Commitment, options?: ReadOptions): Promise<bigint> {
    return (await this.#ask('getBlockHeight', [{ commitment, ...leastSlot(options) }], options)).u64();
  }

  async getSlot(commitment: Commitment, options?: ReadOptions): Promise<bigint> {
    return (await this.#ask('getSlot', [{ commitment, ...leastSlot(options) }], options)).u64();
  }

  async getGenesisHash(options?: ReadOptions): Promise<string> {
    const hash = await this.#ask('getGenesisHash', [], options);
    hash.address();
    return hash.text();
  }

  async getChainClock(options?: ReadOptions): Promise<ChainClock> {
    const [account] = await this.getAccounts([CLOCK_SYSVAR_ADDRESS], this.#commitment, options);
    if (account === undefined || account === null)
      throw createEngineError('CHAIN_RESPONSE_INVALID', 'the node knows no clock sysvar');
    return decodeClockSysvar(account.data);
  }

  async getSignatureStatuses(
    signatures: readonly string[],
    searchHistory: boolean,
    options?: ReadOptions,
  ): Promise<(SignatureStatus | null)[]> {
    const chunks = inChunks(signatures, MAX_SIGNATURE_STATUSES);
    return await mapInOrder(chunks, async (chunk) => {
      const config = { searchTransactionHistory: searchHistory };
      const result = await this.#ask('getSignatureStatuses', [chunk, config], options);
      return expectLength(result.get('value'), chunk.length).map(decodeSignatureStatus);
    });
  }

  async getTransaction(
    signature: string,
    commitment: 'confirmed' | 'finalized',
    options?: ReadOptions,
  ): Promise<LandedTransaction | null> {
    const config = { encoding: 'json', commitment, maxSupportedTransactionVersion: 1 };
    const result = await this.#ask('getTransaction', [signature, config], options);
    return result.isNull() ? null : decodeLandedTransaction(result, signature);
  }

  async getSignaturesForAddress(
    address: Uint8Array,
    commitment: 'confirmed' | 'finalized',
    { limit, before }: HistoryPage,
    options?: ReadOptions,
  ): Promise<AddressSignature[]> {
    const config = { commitment, limit, ...(before === undefined ? {} : { before }) };
    const result = await this.#ask('getSignaturesForAddress', [encodeBase58(address), config], options);
    return result.list().map((entry) => {
      const time = entry.get('blockTime');
      return {
        signature: entry.get('signature').text(),
        slot: entry.get('slot').u64(),
        blockTime: time.isNull() ? null : time.u64(),
      };
    });
  }

  async getFirstAvailableBlock(options?: ReadOptions): Promise<bigint> {
    return (await this.#ask('getFirstAvailableBlock', [], options)).u64();
  }

  async simulate(
    transaction: Uint8Array,
    returnAccounts: readonly Uint8Array[],
    options?: ReadOptions,
  ): Promise<SimulationResult> {
    const accounts = { encoding: 'base64', addresses: returnAccounts.map(encodeBase58) };
    const config = {
      encoding: 'base64',
      sigVerify: false,
      commitment: this.#commitment,
      ...(returnAccounts.length === 0 ? {} : { accounts }),
      ...leastSlot(options),
    };
    const bytes = Buffer.from(transaction).toString('base64');
    const result = await this.#ask('simulateTransaction', [bytes, config], options);
    const slot = result.get('context').get('slot').u64();
    const value = result.get('value');
    const units = value.get('unitsConsumed');
    // A transaction that fails before it runs has no accounts to show.
    const shown = value.get('accounts').isNull() ? [] : expectLength(value.get('accounts'), returnAccounts.length);
    return {
      slot,
      error: value.get('err').value ?? null,
      logs: value
        .get('logs')
        .listOrNone()
        .map((line) => line.text()),
      unitsConsumed: units.isNull() ? null : units.u64(),
      accounts: returnAccounts.map((address, index) => {
        const account = shown[index];
        return account === undefined ? null : decodeAccountJson(account, address, slot);
      }),
    };
  }

  async getRecentPriorityFees(writable: readonly Uint8Array[], options?: ReadOptions): Promise<readonly bigint[]> {
    const chunks = writable.length === 0 ? [[]] : inChunks(writable, MAX_FEE_ACCOUNTS);
    return await mapInOrder(chunks, async (chunk) => {
      const result = await this.#ask('getRecentPrioritizationFees', [chunk.map(encodeBase58)], options);
      return result.list().map((entry) => entry.get('prioritizationFee').u64());
    });
  }

  async getMinimumRent(dataLength: number, options?: ReadOptions): Promise<bigint> {
    return (await this.#ask('getMinimumBalanceForRentExemption', [dataLength], options)).u64();
  }

  async #ask(method: string, params: readonly unknown[], options: ReadOptions = {}): Promise<JsonField> {
    try {
      return new JsonField(await this.#client.read(method, params, options.signal), method);
    } catch (error) {
      throw chainError(error);
    }
  }
}

/** Slots are far below 2^53; every node has reached slot 0. */
function leastSlot({ minContextSlot = 0n }: ReadOptions = {}): { minContextSlot?: number } {
  return minContextSlot === 0n ? {} : { minContextSlot: Number(minContextSlot) };
}

function filterJson(filter: AccountFilter): object {
  if ('dataSize' in filter) return { dataSize: filter.dataSize };
  const bytes = Buffer.from(filter.bytes).toString('base64');
  return { memcmp: { offset: filter.offset, bytes, encoding: 'base64' } };
}

function decodeSignatureStatus(field: JsonField): SignatureStatus | null {
  if (field.isNull()) return null;
  const status = field.get('confirmationStatus');
  if (typeof status.value !== 'string' || !COMMITMENTS.includes(status.value)) throw status.wrong('a commitment');
  return {
    slot: field.get('slot').u64(),
    error: field.get('err').value ?? null,
    confirmationStatus: status.value as Commitment,
  };
}

function expectLength(field: JsonField, length: number): JsonField[] {
  const list = field.list();
  if (list.length !== length) throw field.wrong(`a list of ${length}`);
  return list;
}

function inChunks<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

/** Maps chunks with bounded parallelism and returns the results in the order of the chunks. */
async function mapInOrder<T, R>(chunks: readonly T[], load: (chunk: T) => Promise<R[]>): Promise<R[]> {
  const results: R[][] = [];
  for (let at = 0; at < chunks.length; at += PARALLEL_CHUNKS) {
    results.push(...(await Promise.all(chunks.slice(at, at + PARALLEL_CHUNKS).map(load))));
  }
  return results.flat();
}

function elementOf<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no element ${index} among ${items.length}`);
  return item;
}
