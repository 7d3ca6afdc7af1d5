import {
  type AccountRecord,
  type AccountRefusal,
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
import { unsignedTransaction } from '../chain/transaction-signature.js';
import { isCreated, type VenueAccount, venueAccounts } from '../execute/venue-setup.js';
import { createTokenAccount, type TokenAccountPlace, wrapLamports } from '../execute/wallet-instructions.js';
import { absentAccount } from '../market/market-store.js';
import type {
  AccountReading,
  AccountSnapshot,
  ChainReader,
  Commitment,
  SimulationResult,
} from '../ports/chain-reader.js';
import { MAX_TRANSACTION_COMPUTE_UNITS } from '../validate/compute-check.js';
import type { TrialPlan } from './trial-plan.js';

/** What a trial showed; `unreadable` are bytes the core no longer knows, and `undecided` proves nothing either way. */
export interface TrialResult {
  readonly kind: 'matched' | 'mismatched' | 'refused' | 'unreadable' | 'undecided';
  readonly detail: string;
  /** Slot of the simulation, where there was one. */
  readonly slot?: bigint;
}

export interface SwapTrialOptions {
  readonly core: CoreApi;
  /** The market's store, which knows what the pool depends on. */
  readonly store: StoreId;
  readonly reader: Pick<ChainReader, 'readAccounts' | 'simulate'>;
  /** The commitment the reader simulates at: reads at another one would see another state. */
  readonly commitment: Commitment;
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
 * they are the same, and the simulation ran on a slot between the two, is the state known that the node swapped on. Nothing is signed.
 * @throws CHAIN_* and whatever the core must not throw
 */
export async function trySwap(plan: TrialPlan, options: SwapTrialOptions): Promise<TrialResult> {
  const { core, reader, commitment } = options;
  const watched = splitAddresses(core.watchedAccounts(options.store, Uint32Array.of(plan.pool.index)));
  const [source, destination] = places(plan, options.wallet);
  const kept = venueAccounts(options.wallet, [plan.venue]);
  const owned = [source, destination, ...kept].map(({ account }) => account);
  const before = await reader.readAccounts([...watched, ...owned], commitment);
  const readings = before.slice(watched.length);
  const wallet = readWallet(plan, options.wallet, { source, destination, kept, readings });
  const pool = before.slice(0, watched.length);
  const { store, refusals } = storeOf(core, pool);
  try {
    if (refusals.length > 0) return judgeRefusals(refusals, pool);
    const head = [...computeBudgetInstructions(MAX_TRANSACTION_COMPUTE_UNITS, 0n), ...wallet.setUp];
    const transaction = transactionOf(plan, wallet, { ...options, store, head });
    const shown = [source.account, destination.account, CLOCK_SYSVAR_ADDRESS];
    const simulated = await reader.simulate(transaction, shown);
    const after = await reader.readAccounts(watched, commitment);
    if (!isSame(pool, after)) return { kind: 'undecided', detail: 'the pool moved meanwhile' };
    const result =
      simulated.error === null
        ? judgeAmounts(simulated, wallet, plan, { core, store, clock: options.clock() })
        : judgeFailure(simulated, head.length, plan, options);
    return result.kind === 'matched' ? result : requireSlotBetween(result, { before, simulated, after });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // Also a swap that does not fit into a transaction says nothing about the venue.
    if (!code.startsWith('QUOTE_') && code !== 'WIRE_TRANSACTION_TOO_LARGE') throw error;
    return { kind: 'undecided', detail: `the pool gives no quote: ${code}` };
  } finally {
    core.dropStore(store);
  }
}

function transactionOf(
  plan: TrialPlan,
  wallet: Wallet,
  options: SwapTrialOptions & { readonly head: readonly Instruction[] },
): Uint8Array {
  const { core, store, head } = options;
  const swaps = decodeInstructions(core.swapInstructions(store, options.wallet, [legOf(plan, wallet)]));
  const blockhash = decodeAddress(options.blockhashes.latest().blockhash);
  const packed = encodeInstructions([...head, ...swaps]);
  return unsignedTransaction(core.compileMessage(options.wallet, blockhash, packed, NO_TABLES));
}

/** Bytes that are there and cannot be read are the venue's doing; an account that is gone is the pool's own end. */
function judgeRefusals(refusals: readonly AccountRefusal[], pool: readonly AccountReading[]): TrialResult {
  const present = new Set(pool.filter(({ account }) => account !== null).map(({ address }) => encodeBase58(address)));
  const refusal = refusals.find(({ address }) => present.has(encodeBase58(address)));
  if (refusal === undefined) return { kind: 'undecided', detail: 'an account of the pool is gone' };
  const { address, code, message } = refusal;
  return { kind: 'unreadable', detail: `the core cannot read ${encodeBase58(address)} any more (${code}: ${message})` };
}

/** Nodes behind one address, or one that catches up, answer from different slots: what was simulated then is not what was read. */
function requireSlotBetween(
  result: TrialResult,
  answers: {
    readonly before: readonly AccountReading[];
    readonly simulated: SimulationResult;
    readonly after: readonly AccountReading[];
  },
): TrialResult {
  const { slot } = answers.simulated;
  const isBetween =
    answers.before.every((read) => read.slot <= slot) && answers.after.every((read) => slot <= read.slot);
  if (isBetween) return { ...result, slot };
  return { kind: 'undecided', detail: `slot ${slot} was simulated, and others were read (${result.detail})`, slot };
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

/** A store that holds the one pool as it was read, and what the core refused of it. */
function storeOf(
  core: CoreApi,
  readings: readonly AccountReading[],
): { readonly store: StoreId; readonly refusals: readonly AccountRefusal[] } {
  const records = readings.map(({ address, slot, account }): AccountRecord => account ?? absentAccount(address, slot));
  const store = core.createStore();
  const added = core.addPools(store, encodeAccountBatch(records.slice(0, 1)));
  const batch = encodeAccountBatch(records);
  const first = core.applyAccounts(store, batch);
  // What comes into reach because of the others is taken by the second pass.
  const second = first.rewatched.length > 0 ? core.applyAccounts(store, batch).refusals : [];
  return { store, refusals: [...added.refusals, ...first.refusals, ...second] };
}

/** The program at the venue's id is gone or cannot be run: the cluster says so of the transaction, not of an instruction. */
const PROGRAM_ERRORS: ReadonlySet<string> = new Set(['ProgramAccountNotFound', 'InvalidProgramForExecution']);

/** The swap is ours to answer for; what fails before it (fees, rent, a token account) says nothing about the venue. */
function judgeFailure(
  simulated: SimulationResult,
  firstSwap: number,
  { venue }: TrialPlan,
  { failures }: SwapTrialOptions,
): TrialResult {
  const detail = failures.describe(simulated, { firstLegInstruction: firstSwap, venues: [venue] });
  const error = decodeTransactionError(simulated.error);
  const isRefused = (error?.instructionIndex ?? -1) >= firstSwap || PROGRAM_ERRORS.has(error?.variant ?? '');
  return { kind: isRefused ? 'refused' : 'undecided', detail };
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
