/**
 * The contract every core backend meets, written by hand. The native addon and the TypeScript fallback are both checked
 * against it by the compiler, and against each other by the same vectors and the same randomized comparison.
 *
 * Conventions: addresses are 32 raw bytes (lists of addresses are their concatenation); `u64` and `u128` are `bigint`,
 * `u32` and smaller are `number`; every call is a whole job. Failures are thrown as `CoreError` with a stable `code`.
 */

/** Identifies a pool store; native stores are process-global, so a worker thread can open the id of another thread. */
export type StoreId = number;
/** Identifies a signing key that is held by the backend. */
export type SignerId = number;
/** Dense index of a pool inside one store. */
export type PoolIndex = number;

/** Venue numbers, equal to the Rust enum's discriminants; `VENUE_STEMS` gives their file stems. */
export const Venue = {
  RaydiumCpmm: 0,
  RaydiumAmmV4: 1,
  RaydiumClmm: 2,
  OrcaWhirlpool: 3,
  MeteoraDlmm: 4,
  MeteoraDammV2: 5,
  Pumpswap: 6,
} as const;
export type Venue = (typeof Venue)[keyof typeof Venue];

/** Direction of a swap through a pool: mint A is token 0 (Raydium), coin (AMM v4), X (DLMM), base (PumpSwap). */
export const Direction = { AToB: 0, BToA: 1 } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/**
 * Which side of a swap is fixed. Partial fill: the input is at most the amount, and the pool takes what its range can price;
 * venues without such a swap refuse it.
 */
export const SwapMode = { ExactIn: 0, ExactOut: 1, PartialFill: 2 } as const;
export type SwapMode = (typeof SwapMode)[keyof typeof SwapMode];

/** Which of a venue's swap instructions, where they answer differently: the one that `swapInstructions` builds, or the one it replaced. */
export const InstructionSet = { Current: 0, Legacy: 1 } as const;
export type InstructionSet = (typeof InstructionSet)[keyof typeof InstructionSet];

/** The cluster's clock a quote is made against; the sysvar's values, never the local time. */
export interface ChainClock {
  readonly slot: bigint;
  readonly epoch: bigint;
  /** Unix seconds of the clock sysvar. */
  readonly unixTimestamp: bigint;
}

/** One account that was not taken, and why. */
export interface AccountRefusal {
  readonly address: Uint8Array;
  readonly code: string;
  readonly message: string;
}

/** What a batch of accounts changed. */
export interface ApplyReport {
  /**
   * Pools whose quotes may have changed, ascending, each once: those with new bytes of an account, also where the bytes were
   * refused. The same bytes at a newer slot renew the slot and touch nothing.
   */
  readonly touched: Uint32Array;
  /** Accounts that are no part of any pool in the store. */
  readonly unknown: number;
  /** Accounts dropped because the store holds a newer slot of them. */
  readonly stale: number;
  /** Accounts whose bytes and slot the store already had. */
  readonly duplicates: number;
  /**
   * Pools that watch other accounts than before (a tick array came into reach), ascending, each once: ask `watchedAccounts`
   * again, and apply what is new of them.
   */
  readonly rewatched: Uint32Array;
  /**
   * Accounts whose bytes a pool could not decode, with the first such pool's reason. The bytes count as the account's newest:
   * the pool is disabled (`PoolDescription.disabledCode`) until newer bytes decode, and its state before stays.
   */
  readonly refusals: readonly AccountRefusal[];
}

/** What `addPools` did: `indices[i]` belongs to the i-th account of the batch, or is 0xffffffff when it was refused. */
export interface AddPoolsReport {
  readonly indices: Uint32Array;
  readonly refusals: readonly AccountRefusal[];
}

/** A pool's facts for display, planning and tests. */
export interface PoolDescription {
  readonly index: PoolIndex;
  readonly address: Uint8Array;
  readonly venue: Venue;
  readonly mintA: Uint8Array;
  readonly mintB: Uint8Array;
  readonly tokenProgramA: Uint8Array;
  readonly tokenProgramB: Uint8Array;
  /** True when every account that no quote can do without has been applied and all newest bytes were decoded. Says nothing about status or open time. */
  readonly ready: boolean;
  /** Why the newest bytes of an account cannot be used (POOL_ACCOUNT_*: closed, cut off, of another kind), if so. */
  readonly disabledCode: string | null;
  /** Tradable reserves (after pending fees), zero while not ready. */
  readonly reserveA: bigint;
  readonly reserveB: bigint;
  /** Slot of the newest account that belongs to the pool, one that was refused included. */
  readonly slot: bigint;
  /** Compute units a swap that stays within one price range may take. */
  readonly computeUnits: number;
}

/** The amounts a leg gives against the stored state. */
export interface Quote {
  /** Gross debit of the input account, raw units. */
  readonly amountIn: bigint;
  /** Net credit of the output account, raw units. */
  readonly amountOut: bigint;
}

/** One swap of a sequence, with everything its instruction can say. */
export interface SwapOrder {
  readonly direction: Direction;
  readonly mode: SwapMode;
  /** Exact in: the input. Exact out: the output. Partial fill: the largest input. */
  readonly amount: bigint;
  /** Q64.64 square-root price at which the swap stops, the rest unspent; default none. Venues without one refuse it. */
  readonly sqrtPriceLimit?: bigint;
  /** Default: the current one. */
  readonly instructions?: InstructionSet;
  readonly clock: ChainClock;
}

/** What became of an order: its amounts, or why it was refused (QUOTE_*). */
export interface OrderOutcome {
  readonly quote: Quote | null;
  readonly code: string | null;
}

/** One leg of a swap to be turned into an instruction. */
export interface SwapLeg {
  readonly pool: PoolIndex;
  readonly direction: Direction;
  readonly mode: SwapMode;
  /** Exact in: the input. Exact out: the output. */
  readonly amount: bigint;
  /** Exact in: the minimum output. Exact out: the maximum input. */
  readonly limit: bigint;
  /** The wallet's token account that pays. */
  readonly sourceAccount: Uint8Array;
  /** The wallet's token account that receives. */
  readonly destinationAccount: Uint8Array;
}

/** Every cost of one transaction, and how lamports convert to the base mint: `baseUnits = ceil(lamports * numerator / denominator)`. */
export interface CostModel {
  /** Base fee: 5,000 lamports a signature. */
  readonly baseFeeLamports: bigint;
  /** Compute-unit price in micro-lamports. */
  readonly computeUnitPriceMicroLamports: bigint;
  /** Compute units besides the swaps (budget instructions, tip, account set-up). */
  readonly overheadComputeUnits: number;
  /** The limit requested is the sum of the legs' units and the overhead, times this, in basis points above 10,000 (1,000 = +10 %). */
  readonly computeUnitMarginBps: number;
  /** Fixed tip. */
  readonly tipLamports: bigint;
  /** Share of a positive gross profit (in lamports) that is tipped on top, basis points up to 10,000; both steps round up. */
  readonly tipShareBps: number;
  /** Most that the fixed tip and the share may be together. */
  readonly maxTipLamports: bigint;
  /** Rent paid for accounts the transaction creates. */
  readonly rentLamports: bigint;
}

/** A mint cycles start and end in, with the bounds of its trades. */
export interface BaseMint {
  readonly mint: Uint8Array;
  /** Largest input of a cycle, raw units. */
  readonly maxAmountIn: bigint;
  /** Smallest net profit worth returning, raw units. */
  readonly minNetProfit: bigint;
  /** Price of one lamport in raw units of this mint: numerator / denominator (1/1 for wrapped SOL). */
  readonly lamportPriceNumerator: bigint;
  readonly lamportPriceDenominator: bigint;
}

export interface SearchRequest {
  /** The pools whose cycles are searched; all pools when omitted. */
  readonly touched?: Uint32Array;
  readonly clock: ChainClock;
  readonly baseMints: readonly BaseMint[];
  readonly costs: CostModel;
  /** Pools whose newest account is older than this slot are not used. */
  readonly oldestSlot: bigint;
  /** Longest list to return. */
  readonly maxCandidates: number;
}

export interface CandidateLeg {
  readonly pool: PoolIndex;
  readonly direction: Direction;
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  /** Compute units this swap may take. */
  readonly computeUnits: number;
}

/** The one definition of profit: gross = out - in; cost = base fee + priority fee + tip + rent; net = gross - cost. */
export interface Profit {
  /** Base mint raw units; may be negative. */
  readonly gross: bigint;
  readonly baseFeeLamports: bigint;
  readonly priorityFeeLamports: bigint;
  readonly tipLamports: bigint;
  readonly rentLamports: bigint;
  /** All costs in base mint raw units, rounded up. */
  readonly cost: bigint;
  readonly net: bigint;
  /** The compute-unit limit the priority fee was reckoned with. */
  readonly computeUnitLimit: number;
}

/** A sized cycle with a positive expected net profit. */
export interface Candidate {
  /** Position in `SearchRequest.baseMints`. */
  readonly baseMintIndex: number;
  readonly legs: readonly CandidateLeg[];
  readonly profit: Profit;
  /** Slot of the oldest pool used. */
  readonly oldestSlot: bigint;
}

export interface ProfitRequest {
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  /** Sum of the legs' compute units. */
  readonly routeComputeUnits: number;
  readonly costs: CostModel;
  readonly lamportPriceNumerator: bigint;
  readonly lamportPriceDenominator: bigint;
}

/** The refusals a batch quote reports in its `codes` array: 0 is success, n is `QUOTE_CODES[n]`. */
export interface QuoteBatch {
  readonly pools: Uint32Array;
  readonly directions: Uint8Array;
  readonly modes: Uint8Array;
  readonly amounts: BigUint64Array;
}

export interface CoreApi {
  readonly backend: 'native' | 'typescript';
  /** Whether a store id opened on another thread is the same store. */
  readonly sharesStoresAcrossThreads: boolean;

  // --- stores -------------------------------------------------------------------------------------------------------
  createStore(): StoreId;
  dropStore(store: StoreId): void;
  /**
   * Registers the pools among a packed account batch (`encodeAccountBatch`) by owner, discriminator and length. A known pool
   * keeps its index and its state (newer bytes go through `applyAccounts`); a new one takes over what the store already holds
   * of the accounts it shares. @throws STORE_BATCH_INVALID, and then nothing is applied
   */
  addPools(store: StoreId, accounts: Uint8Array): AddPoolsReport;
  /**
   * Applies account updates: newer slots win, equal slots take the later arrival, older ones are counted as stale. An address
   * at which no account stands is applied as one of the system program (32 zero bytes) without data.
   * @throws STORE_BATCH_INVALID, and then nothing is applied
   */
  applyAccounts(store: StoreId, accounts: Uint8Array): ApplyReport;
  /**
   * Returns the addresses that quotes of these pools depend on, each once, pool by pool: pools, configs, vaults, mints, and the
   * tick or bin arrays in reach of the price, which change with it (`ApplyReport.rewatched`).
   */
  watchedAccounts(store: StoreId, pools: Uint32Array): Uint8Array;
  /**
   * Returns every account the store holds as a packed batch, pools first by index: `addPools` and then `applyAccounts` of the
   * whole batch give an equal replica. An account whose newest bytes were refused comes twice, the last good bytes first.
   */
  exportAccounts(store: StoreId): Uint8Array;
  poolCount(store: StoreId): number;
  /** Returns the pool's index, or -1 when the store does not hold it. */
  findPool(store: StoreId, address: Uint8Array): number;
  describePools(store: StoreId, pools: Uint32Array): PoolDescription[];

  // --- quotes -------------------------------------------------------------------------------------------------------
  /**
   * Quotes one leg: exact in spends the whole amount or is refused. For tests and the CLI: hot paths use `quoteBatch` or
   * `findCandidates`.
   * @throws QUOTE_* where the program would refuse; POOL_ACCOUNT_* when the pool is disabled
   */
  quote(
    store: StoreId,
    pool: PoolIndex,
    direction: Direction,
    mode: SwapMode,
    amount: bigint,
    clock: ChainClock,
  ): Quote;
  /**
   * Quotes orders in a row, each from the state that the ones before left; the store stays as it is, and a refused order
   * changes nothing for those after it. Where the program stops at a price limit or at the end of its range, the quote says
   * what it took. @throws STORE_POOL_NOT_FOUND; POOL_ACCOUNT_* when the pool is disabled
   */
  quoteSequence(store: StoreId, pool: PoolIndex, orders: readonly SwapOrder[]): OrderOutcome[];
  /**
   * Quotes many legs. `out[i]` is the output (exact in) or the gross input (exact out), `codes[i]` 0 or an index into `QUOTE_CODES`.
   * A refused leg has 0 in `out`; a disabled pool counts as one that misses an account. Returns the number of quotes without a
   * refusal. The arrays must not overlap, and hold anything after a throw. @throws STORE_BATCH_INVALID, STORE_POOL_NOT_FOUND
   */
  quoteBatch(store: StoreId, batch: QuoteBatch, clock: ChainClock, out: BigUint64Array, codes: Uint8Array): number;

  // --- search -------------------------------------------------------------------------------------------------------
  /**
   * Finds, sizes and ranks the two-leg cycles through the touched pools: those with a positive net profit of at least
   * `minNetProfit`, best net profit (in lamports, rounded down) first, ties by pool indices, then by base mint. Sizes are exact
   * on small pools and elsewhere within the rounding of a few raw units; see crates/search/src/size_optimizer.rs. Cycles whose
   * costs do not fit 64 bits are left out. @throws STORE_POOL_NOT_FOUND, PROFIT_LAMPORT_PRICE_INVALID, PROFIT_TIP_SHARE_OUT_OF_RANGE
   */
  findCandidates(store: StoreId, request: SearchRequest): Candidate[];
  /** Reckons one profit as `findCandidates` does. @throws PROFIT_* */
  profit(request: ProfitRequest): Profit;

  // --- wire ---------------------------------------------------------------------------------------------------------
  /** Returns the swap instructions of the legs as packed instructions (`decodeInstructions` reads them), whatever the pools lack. */
  swapInstructions(store: StoreId, owner: Uint8Array, legs: readonly SwapLeg[]): Uint8Array;
  /**
   * Compiles a v0 message. `instructions` and `lookupTables` are packed (`encodeInstructions`, `encodeLookupTables`).
   * Byte for byte what web3.js `compileToV0Message` gives for the same input. @throws WIRE_*
   */
  compileMessage(
    payer: Uint8Array,
    blockhash: Uint8Array,
    instructions: Uint8Array,
    lookupTables: Uint8Array,
  ): Uint8Array;
  /**
   * Compiles a v1 message (SIMD-0385), which has no lookup tables. Instructions to the compute-budget program become values of
   * its header, so that the others move up: the same limits and the same fee as those instructions set in a v0 message. One of
   * them must set the compute-unit limit. The message is refused where the signed transaction would be too large. @throws WIRE_*
   */
  compileMessageV1(payer: Uint8Array, blockhash: Uint8Array, instructions: Uint8Array): Uint8Array;
  /** Returns the positions of the tables that make the message smaller, in the order they should be passed. */
  chooseLookupTables(payer: Uint8Array, instructions: Uint8Array, lookupTables: Uint8Array): Uint32Array;
  /** Takes a 64-byte secret key (seed and public key) into the backend. The caller wipes its copy. @throws WIRE_SECRET_KEY_INVALID */
  createSigner(secretKey: Uint8Array): SignerId;
  signerAddress(signer: SignerId): Uint8Array;
  dropSigner(signer: SignerId): void;
  /**
   * Signs a message for which the signer is the only required signature and returns the whole transaction: of a v0 message the
   * signature stands before it, after a count byte; of a v1 message at the end. @throws WIRE_TRANSACTION_TOO_LARGE, WIRE_SIGNER_MISMATCH
   */
  signTransaction(signer: SignerId, message: Uint8Array): Uint8Array;
}
