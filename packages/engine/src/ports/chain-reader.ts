import type { ChainClock } from '@tandem/core-native';

export type Commitment = 'processed' | 'confirmed' | 'finalized';

/** An account with the slot at which it was read. */
export interface AccountSnapshot {
  readonly address: Uint8Array;
  readonly owner: Uint8Array;
  readonly lamports: bigint;
  readonly slot: bigint;
  readonly data: Uint8Array;
}

export interface LatestBlockhash {
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
  readonly slot: bigint;
}

/** A token balance of one account in a transaction, raw units. */
export interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
}

/** A landed transaction with the balances around it; every address is base58, in the message's account order. */
export interface LandedTransaction {
  readonly signature: string;
  readonly slot: bigint;
  /** Null when it succeeded; otherwise the cluster's TransactionError as JSON. */
  readonly error: unknown;
  readonly accountKeys: readonly string[];
  /** Who signed it, the payer first. */
  readonly signers: readonly string[];
  readonly feeLamports: bigint;
  readonly computeUnitsConsumed: bigint | null;
  readonly preLamports: readonly bigint[];
  readonly postLamports: readonly bigint[];
  readonly preTokenBalances: readonly TokenBalance[];
  readonly postTokenBalances: readonly TokenBalance[];
  readonly logs: readonly string[];
}

export interface SignatureStatus {
  readonly slot: bigint;
  readonly error: unknown;
  readonly confirmationStatus: Commitment;
}

/** A transaction that names an address. */
export interface AddressSignature {
  readonly signature: string;
  readonly slot: bigint;
  /** Seconds since 1970 as the cluster reckons; null where the node does not know. */
  readonly blockTime: bigint | null;
}

/** Which part of an address's history is asked for. */
export interface HistoryPage {
  /** At most so many, up to 1,000. */
  readonly limit: number;
  /** Only what landed before this signature, which the node must know. */
  readonly before?: string;
}

export interface SimulationResult {
  /** Slot of the state it ran on. */
  readonly slot: bigint;
  readonly error: unknown;
  readonly logs: readonly string[];
  readonly unitsConsumed: bigint | null;
  /** The requested accounts after the simulation, null where absent. */
  readonly accounts: readonly (AccountSnapshot | null)[];
}

/** The size an account must have, or bytes it must hold at an offset. */
export type AccountFilter = { readonly dataSize: number } | { readonly offset: number; readonly bytes: Uint8Array };

/** What stood at an address, and when: without an account only the slot tells which of two answers is the newer one. */
export interface AccountReading {
  readonly address: Uint8Array;
  readonly slot: bigint;
  /** Null where no account stands. */
  readonly account: AccountSnapshot | null;
}

/** What a caller asks of a read beside its answer. */
export interface ReadOptions {
  /** A node that has not reached this slot at the read's commitment refuses with CHAIN_NODE_LAG_EXCEEDED. */
  readonly minContextSlot?: bigint;
  /** Gives the read up: it rejects with CHAIN_TIMEOUT, and its request is closed. */
  readonly signal?: AbortSignal;
}

/** A read that no slot bounds. */
type Cancellable = Pick<ReadOptions, 'signal'>;

/** Reads of the chain. Every call has a deadline and throws CHAIN_* errors. */
export interface ChainReader {
  /** Returns null for accounts that do not exist, in order. */
  getAccounts(
    addresses: readonly Uint8Array[],
    commitment: Commitment,
    options?: ReadOptions,
  ): Promise<(AccountSnapshot | null)[]>;
  /** Returns what stands at the addresses, in order, each with the slot of its read. */
  readAccounts(
    addresses: readonly Uint8Array[],
    commitment: Commitment,
    options?: ReadOptions,
  ): Promise<AccountReading[]>;
  /** Returns the accounts a program owns that meet every filter. */
  getProgramAccounts(
    program: Uint8Array,
    commitment: Commitment,
    filters: readonly AccountFilter[],
    options?: ReadOptions,
  ): Promise<AccountSnapshot[]>;
  getLatestBlockhash(commitment: Commitment, options?: ReadOptions): Promise<LatestBlockhash>;
  /** Whether a transaction may still be anchored at the hash; false also where the node does not know it yet. */
  isBlockhashValid(blockhash: string, commitment: Commitment, options?: ReadOptions): Promise<boolean>;
  getBlockHeight(commitment: Commitment, options?: ReadOptions): Promise<bigint>;
  getSlot(commitment: Commitment, options?: ReadOptions): Promise<bigint>;
  /** Returns the hash of the cluster's first block, base58: its identity. */
  getGenesisHash(options?: Cancellable): Promise<string>;
  /** Reads the clock sysvar. */
  getChainClock(options?: ReadOptions): Promise<ChainClock>;
  /** Null where the cluster does not know the signature. `searchHistory` looks beyond the recent status cache. */
  getSignatureStatuses(
    signatures: readonly string[],
    searchHistory: boolean,
    options?: Cancellable,
  ): Promise<(SignatureStatus | null)[]>;
  getTransaction(
    signature: string,
    commitment: 'confirmed' | 'finalized',
    options?: Cancellable,
  ): Promise<LandedTransaction | null>;
  /** Returns the transactions that name an address and have reached the commitment, newest first. */
  getSignaturesForAddress(
    address: Uint8Array,
    commitment: 'confirmed' | 'finalized',
    page: HistoryPage,
    options?: Cancellable,
  ): Promise<AddressSignature[]>;
  /** Returns the oldest slot of which the node still knows what landed. */
  getFirstAvailableBlock(options?: Cancellable): Promise<bigint>;
  /** Simulates without signature verification. */
  simulate(
    transaction: Uint8Array,
    returnAccounts: readonly Uint8Array[],
    options?: ReadOptions,
  ): Promise<SimulationResult>;
  /** Minimum compute-unit prices of recent blocks that wrote these accounts, micro-lamports. */
  getRecentPriorityFees(writable: readonly Uint8Array[], options?: Cancellable): Promise<readonly bigint[]>;
  getMinimumRent(dataLength: number, options?: Cancellable): Promise<bigint>;
}
