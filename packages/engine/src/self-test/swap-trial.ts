import {
  type AccountRecord,
  type ChainClock,
  type CoreApi,
  decodeInstructions,
  Direction,
  encodeAccountBatch,
  encodeInstructions,
  type Instruction,
  type StoreId,
  SwapMode,
} from '@tandem/core-native';
import { decodeAddress, encodeBase58 } from '../chain/base58.js';
import { CLOCK_SYSVAR_ADDRESS, decodeClockSysvar } from '../chain/clock-sysvar.js';
import { decodeTransactionError } from '../chain/transaction-error.js';
import type { BlockhashSource } from '../execute/blockhash-source.js';
import { computeBudgetInstructions } from '../execute/compute-budget.js';
import type { FailureHandler } from '../execute/failure-handler.js';
import { WRAPPED_SOL_MINT } from '../execute/system-programs.js';
import { TokenAccounts } from '../execute/token-accounts.js';
import { unsignedTransaction } from '../execute/unsigned-transaction.js';
import { isCreated, type VenueAccount, venueAccounts } from '../execute/venue-setup.js';
import { createTokenAccount, type TokenAccountPlace, wrapLamports } from '../execute/wallet-instructions.js';
import { absentAccount } from '../market/market-store.js';
import type { AccountReading, AccountSnapshot, ChainReader, SimulationResult } from '../ports/chain-reader.js';
import { MAX_TRANSACTION_COMPUTE_UNITS } from '../validate/compute-check.js';
import type { TrialPlan } from './trial-plan.js';

/** What a trial showed; `undecided` proves nothing either way. */
export interface TrialResult {
  readonly kind: 'matched' | 'mismatched' | 'refused' | 'undecided';
  readonly detail: string;
}

export interface SwapTrialOptions {
  readonly core: CoreApi;
  /** The market's store, which knows what the pool depends on. */
  readonly store: StoreId;
  readonly reader: Pick<ChainReader, 'readAccounts' | 'simulate'>;
  readonly blockhashes: BlockhashSource;
  readonly failures: FailureHandler;
  readonly wallet: Uint8Array;
  /** The clock to quote against where the node does not show its own. */
  readonly clock: () => ChainClock;
}

interface Wallet {
  readonly source: TokenAccountPlace;
  readonly destination: TokenAccountPlace;
  readonly sourceAmount: bigint;
  readonly destinationAmount: bigint;
  /** Instructions that make the accounts ready. */
  readonly setUp: readonly Instruction[];
  readonly wrapped: bigint;
}

const NO_TABLES = new Uint8Array(0);
const AMOUNT_OFFSET = 64;
/** Any output counts; some programs take no minimum of zero. */
const LEAST_OUT = 1n;

/**
 * Simulates one swap on the node and compares what it gave with the quote. The pool's accounts are read before and after: only where
 * they are the same is the state known that the node swapped on. Nothing is signed.
 */
export async function trySwap(plan: TrialPlan, options: SwapTrialOptions): Promise<TrialResult> {
  const { core, reader } = options;
  const watched = splitAddresses(core.watchedAccounts(options.store, Uint32Array.of(plan.pool.index)));
  const [source, destination] = places(plan, options.wallet);
  const kept = venueAccounts(options.wallet, [plan.venue]);
  const owned = [source, destination, ...kept].map(({ account }) => account);
  const before = await reader.readAccounts([...watched, ...owned], 'processed');
  const readings = before.slice(watched.length);
  const wallet = readWallet(plan, options.wallet, { source, destination, kept, readings });
  const pool = before.slice(0, watched.length);
  const store = storeOf(core, pool);
  try {
    const swaps = decodeInstructions(core.swapInstructions(store, options.wallet, [legOf(plan, wallet)]));
    const head = [...computeBudgetInstructions(MAX_TRANSACTION_COMPUTE_UNITS, 0n), ...wallet.setUp];
    const blockhash = decodeAddress(options.blockhashes.latest().blockhash);
    const packed = encodeInstructions([...head, ...swaps]);
    const transaction = unsignedTransaction(core.compileMessage(options.wallet, blockhash, packed, NO_TABLES));
    const shown = [source.account, destination.account, CLOCK_SYSVAR_ADDRESS];
    const simulated = await reader.simulate(transaction, shown);
    const after = await reader.readAccounts(watched, 'processed');
    if (!isSame(pool, after)) return { kind: 'undecided', detail: 'the pool moved meanwhile' };
    if (simulated.error !== null) return judgeFailure(simulated, head.length, plan, options);
    return judgeAmounts(simulated, wallet, plan, { core, store, clock: options.clock() });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('QUOTE_'))) throw error;
    return { kind: 'undecided', detail: `the pool gives no quote: ${String(error.code)}` };
  } finally {
    core.dropStore(store);
  }
}

function places({ pool, direction }: TrialPlan, wallet: Uint8Array): [TokenAccountPlace, TokenAccountPlace] {
  const accounts = new TokenAccounts(wallet);
  const a = accounts.derive(pool.mintA, pool.tokenProgramA);
  const b = accounts.derive(pool.mintB, pool.tokenProgramB);
  return direction === Direction.AToB ? [a, b] : [b, a];
}

/** What the wallet has, and the instructions that give it what the swap needs. */
function readWallet(
  { amountIn }: TrialPlan,
  owner: Uint8Array,
  found: {
    readonly source: TokenAccountPlace;
    readonly destination: TokenAccountPlace;
    readonly kept: readonly VenueAccount[];
    readonly readings: readonly AccountReading[];
  },
): Wallet {
  const { source, destination, kept } = found;
  const [sourceReading, destinationReading, ...keptReadings] = found.readings;
  const setUp: Instruction[] = [];
  if (!sourceReading?.account) setUp.push(createTokenAccount(owner, source));
  if (!destinationReading?.account) setUp.push(createTokenAccount(owner, destination));
  setUp.push(...kept.filter((one, at) => !isCreated(one, keptReadings[at]?.account)).map(({ create }) => create));
  const sourceAmount = amountOf(sourceReading?.account);
  const isSol = encodeBase58(source.mint) === WRAPPED_SOL_MINT;
  const wrapped = isSol && sourceAmount < amountIn ? amountIn - sourceAmount : 0n;
  if (wrapped > 0n) setUp.push(...wrapLamports(owner, source.account, wrapped));
  const destinationAmount = amountOf(destinationReading?.account);
  return { source, destination, sourceAmount, destinationAmount, setUp, wrapped };
}

function legOf({ direction, amountIn }: TrialPlan, { source, destination }: Wallet) {
  return {
    pool: 0,
    direction,
    mode: SwapMode.ExactIn,
    amount: amountIn,
    limit: LEAST_OUT,
    sourceAccount: source.account,
    destinationAccount: destination.account,
  };
}

/** A store that holds the one pool as it was read. */
function storeOf(core: CoreApi, readings: readonly AccountReading[]): StoreId {
  const records = readings.map(({ address, slot, account }): AccountRecord => account ?? absentAccount(address, slot));
  const store = core.createStore();
  core.addPools(store, encodeAccountBatch(records.slice(0, 1)));
  const batch = encodeAccountBatch(records);
  // What comes into reach because of the others is taken by the second pass.
  if (core.applyAccounts(store, batch).rewatched.length > 0) core.applyAccounts(store, batch);
  return store;
}

/** The swap is ours to answer for; what fails before it (fees, rent, a token account) says nothing about the venue. */
function judgeFailure(
  simulated: SimulationResult,
  firstSwap: number,
  { venue }: TrialPlan,
  { failures }: SwapTrialOptions,
): TrialResult {
  const detail = failures.describe(simulated, { firstLegInstruction: firstSwap, venues: [venue] });
  const index = decodeTransactionError(simulated.error)?.instructionIndex ?? -1;
  return { kind: index >= firstSwap ? 'refused' : 'undecided', detail };
}

function judgeAmounts(
  { accounts }: SimulationResult,
  wallet: Wallet,
  { direction, amountIn }: TrialPlan,
  { core, store, clock }: { readonly core: CoreApi; readonly store: StoreId; readonly clock: ChainClock },
): TrialResult {
  const [source, destination, sysvar] = accounts;
  const spent = wallet.sourceAmount + wallet.wrapped - amountOf(source);
  const received = amountOf(destination) - wallet.destinationAmount;
  const simulatedClock = sysvar ? decodeClockSysvar(sysvar.data) : clock;
  const quote = core.quote(store, 0, direction, SwapMode.ExactIn, amountIn, simulatedClock);
  const isMatched = spent === quote.amountIn && received === quote.amountOut;
  const quoted = `${quote.amountIn} for ${quote.amountOut}`;
  return isMatched
    ? { kind: 'matched', detail: quoted }
    : { kind: 'mismatched', detail: `the quote is ${quoted}, the simulated swap gave ${spent} for ${received}` };
}

function isSame(before: readonly AccountReading[], after: readonly AccountReading[]): boolean {
  return before.every(({ account }, index) => {
    const other = after[index]?.account ?? null;
    if (account === null || other === null) return account === other;
    return Buffer.compare(account.owner, other.owner) === 0 && Buffer.compare(account.data, other.data) === 0;
  });
}

function amountOf(account: AccountSnapshot | null | undefined): bigint {
  if (!account || account.data.length < AMOUNT_OFFSET + 8) return 0n;
  const { data } = account;
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(AMOUNT_OFFSET, true);
}

function splitAddresses(packed: Uint8Array): Uint8Array[] {
  return Array.from({ length: packed.length / 32 }, (_, index) => packed.slice(32 * index, 32 * (index + 1)));
}
