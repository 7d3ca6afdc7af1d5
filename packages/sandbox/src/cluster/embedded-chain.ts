import { ABSENT_ACCOUNT, type AccountState } from './account-state.js';
import { CLOCK_SYSVAR, type AddressKey } from './address-key.js';
import { AccountVersions } from './account-versions.js';
import { encodeBase58 } from './base58.js';
import { type Block, BlockLedger, type BlockLedgerOptions, type Commitment } from './block-ledger.js';
import type { ChainListener } from './chain-events.js';
import { PriorityFees } from './priority-fees.js';
import type { DecodedTransaction } from './transaction-decoder.js';
import type { TransactionErrorJson } from './transaction-error.js';
import {
  type ExecutionTogether,
  type LandedExecution,
  type Simulation,
  TransactionExecutor,
} from './transaction-executor.js';
import {
  type HistoryLimits,
  type LandedDetails,
  type LandedRecord,
  TransactionHistory,
} from './transaction-history.js';
import { SLOTS_PER_EPOCH, type SignatureCheck, VirtualMachine } from './virtual-machine.js';

export interface EmbeddedChainOptions extends BlockLedgerOptions {
  readonly firstSlot: bigint;
  /** Returns unix seconds; read once for each block. */
  readonly unixTimestamp: () => bigint;
  readonly historyLimits: HistoryLimits;
}

/** What became of a transaction; `record` is present when it landed. */
export interface SubmitOutcome {
  readonly signature: string;
  readonly error: TransactionErrorJson | null;
  readonly record: LandedRecord | undefined;
}

/** What became of transactions that were to land together: all of them in this order, or none. */
export type BundleOutcome =
  | { readonly outcome: 'landed'; readonly records: readonly LandedRecord[] }
  | { readonly outcome: 'failed'; readonly index: number; readonly error: TransactionErrorJson };

/** Whether a simulation judges the blockhash's age, and how. */
export type LifetimeCheck = 'skip' | { readonly atHeight: bigint; readonly maxAge: bigint };

/** Bytes that loading an account, and a lookup table, counts beyond data (SIMD-0186). */
const ACCOUNT_OVERHEAD_BYTES = 64;
const LOOKUP_TABLE_BYTES = 8_248;

/** Slot hashes the sysvar holds (agave `MAX_ENTRIES`). */
const SLOT_HASHES = 512;

/** The chain without its servers: synchronous, deterministic, driven from outside by `advanceSlot` and `submit`. */
export class EmbeddedChain {
  readonly machine = new VirtualMachine();
  readonly ledger: BlockLedger;
  readonly history: TransactionHistory;
  readonly fees = new PriorityFees();
  readonly #versions = new AccountVersions();
  readonly #executor = new TransactionExecutor(this.machine);
  readonly #listeners = new Set<ChainListener>();
  /** Signatures that landed recently enough for their blockhash to be usable, by block height; oldest first. */
  readonly #recent = new Map<string, bigint>();
  readonly #options: EmbeddedChainOptions;
  #epochStart: bigint;
  #indexInBlock = 0;

  constructor(options: EmbeddedChainOptions) {
    this.#options = options;
    this.history = new TransactionHistory(options.historyLimits);
    const now = options.unixTimestamp();
    this.#epochStart = now;
    this.ledger = new BlockLedger(options.firstSlot, now, options);
    this.fees.openBlock(this.ledger.head.slot);
    // Blocks before the first client call let `finalized` be a block behind `confirmed` from the start.
    for (let block = 0; block <= options.finalizedLag; block += 1) this.advanceSlot();
  }

  /** Adds a listener and returns the function that removes it. */
  listen(listener: ChainListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes the block being filled and opens the next, skipping the slots that have no leader. */
  advanceSlot(): Block {
    const now = this.#options.unixTimestamp();
    const parent = this.ledger.head;
    const block = this.ledger.advance(now, this.history.nextSequence);
    this.#indexInBlock = 0;
    this.fees.openBlock(block.slot);
    if (block.slot / SLOTS_PER_EPOCH !== parent.slot / SLOTS_PER_EPOCH) this.#epochStart = now;
    this.#versions.remember(CLOCK_SYSVAR, block.slot, this.machine.account(CLOCK_SYSVAR));
    this.machine.setClock(block.slot, now, this.#epochStart);
    this.machine.setSlotHashes(this.ledger.slotHashes(SLOT_HASHES));
    this.#forgetOldSignatures(block.blockHeight);
    const clock = this.machine.account(CLOCK_SYSVAR);
    for (const listener of this.#listeners) {
      listener.onSlot?.(block);
      listener.onAccount?.(CLOCK_SYSVAR, clock, block.slot, 'transaction');
    }
    // Only now: listeners were told what the newly final blocks changed.
    this.#versions.forgetThrough(this.ledger.at('finalized').slot);
    return block;
  }

  /** Executes a transaction in the block being filled, or drops it as a validator would. */
  submit(transaction: DecodedTransaction): SubmitOutcome {
    const signature = signatureOf(transaction);
    const { slot } = this.ledger.head;
    for (const listener of this.#listeners) listener.onReceived?.(signature, slot);
    const stale = this.#lifetimeError(transaction, signature);
    if (stale !== null) return { signature, error: stale, record: undefined };
    const execution = this.#executor.execute(transaction, slot);
    if (execution.outcome === 'dropped') return { signature, error: execution.error, record: undefined };
    return { signature, error: execution.report.error, record: this.#land(transaction, execution) };
  }

  /** Executes transactions in order in the block being filled: all of them succeed there, or the chain never saw them. */
  submitTogether(transactions: readonly DecodedTransaction[]): BundleOutcome {
    const result = this.#executeTogether(transactions);
    if (result.outcome === 'failed') return result;
    const records = result.executions.map((execution, index) => {
      const transaction = expectAt(transactions, index);
      const signature = signatureOf(transaction);
      for (const listener of this.#listeners) listener.onReceived?.(signature, this.ledger.head.slot);
      return this.#land(transaction, execution);
    });
    return { outcome: 'landed', records };
  }

  /** Runs transactions in order against the newest state, each upon what the one before left, and keeps nothing. */
  simulateTogether(transactions: readonly DecodedTransaction[]): ExecutionTogether {
    const result = this.#executeTogether(transactions);
    if (result.outcome === 'succeeded') this.#executor.undo(result.executions);
    return result;
  }

  /** Runs a transaction against the newest state and keeps nothing. */
  simulate(
    transaction: DecodedTransaction,
    checks: { readonly lifetime: LifetimeCheck; readonly signatures: SignatureCheck },
  ): Simulation {
    const simulation = this.#executor.simulate(transaction, this.ledger.head.slot, checks.signatures);
    if (checks.lifetime === 'skip') return simulation;
    const signature = signatureOf(transaction);
    const stale = this.#lifetimeError(transaction, signature, checks.lifetime);
    if (stale === null || simulation.report.error === 'SignatureFailure') return simulation;
    const report = {
      ...simulation.report,
      error: stale,
      ran: false,
      logs: [],
      innerInstructions: [],
      computeUnits: 0n,
      returnData: null,
      written: new Map(),
    };
    return { ...simulation, report, after: simulation.before };
  }

  /** Returns the token balances among some accounts, by their index. */
  tokensOf(states: readonly (AccountState | null)[]): ReturnType<TransactionExecutor['tokensOf']> {
    return this.#executor.tokensOf(states);
  }

  /** Estimates the bytes that loading some accounts counts: data, program data behind programs, tables, and overhead. */
  loadedBytes(keys: readonly AddressKey[], tables: number): number {
    const sizes = keys.map((key) => this.machine.loadedSize(key) + ACCOUNT_OVERHEAD_BYTES);
    return sizes.reduce((sum, size) => sum + size, tables * LOOKUP_TABLE_BYTES);
  }

  /** Writes an account as genesis would: it is there at every commitment at once. */
  setAccount(key: AddressKey, state: AccountState): void {
    this.machine.setAccount(key, state);
    this.#executor.forget(key);
    this.#versions.overwrite(key);
    const written = this.machine.account(key);
    for (const listener of this.#listeners) listener.onAccount?.(key, written, this.ledger.head.slot, 'outside');
  }

  loadProgram(programId: AddressKey, elf: Uint8Array): void {
    this.machine.loadProgram(programId, elf);
  }

  /** Returns an account as of the newest block of a commitment. */
  account(key: AddressKey, commitment: Commitment): AccountState | null {
    if (commitment !== 'processed') {
      const then = this.#versions.stateAt(key, this.ledger.at(commitment).slot);
      if (then !== undefined) return then;
    }
    const state = this.machine.account(key);
    return state === null || state.lamports === 0n ? null : state;
  }

  /** Returns the accounts a program owned as of the newest block of a commitment, ordered by address. */
  accountsOwnedBy(program: AddressKey, commitment: Commitment): [AddressKey, AccountState][] {
    const owned = new Map(this.machine.accountsOwnedBy(program));
    if (commitment !== 'processed') {
      const { slot } = this.ledger.at(commitment);
      for (const key of this.#versions.changedKeys()) {
        const then = this.#versions.stateAt(key, slot);
        if (then === undefined) continue;
        if (then !== null && then.owner === program) owned.set(key, then);
        else owned.delete(key);
      }
    }
    return [...owned].filter(([, state]) => state.lamports > 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The accounts that the block of a slot changed, with their states at its end. */
  *changesIn(slot: bigint): Generator<[AddressKey, AccountState]> {
    for (const key of this.#versions.changedIn(slot)) {
      const then = this.#versions.stateAt(key, slot);
      yield [key, (then === undefined ? this.machine.account(key) : then) ?? ABSENT_ACCOUNT];
    }
  }

  /** Returns the landed transactions of a block that the history still holds, in order. */
  recordsIn(block: Block): LandedRecord[] {
    const end = this.transactionsThrough(block);
    const records: LandedRecord[] = [];
    for (let sequence = block.firstSequence; sequence < end; sequence += 1) {
      const record = this.history.at(sequence);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** Counts the transactions that landed up to the end of a block. */
  transactionsThrough(block: Block): number {
    return this.ledger.childOf(block)?.firstSequence ?? this.history.nextSequence;
  }

  #lifetimeError(
    transaction: DecodedTransaction,
    signature: string,
    check?: { readonly atHeight: bigint; readonly maxAge: bigint },
  ): TransactionErrorJson | null {
    if (!this.ledger.queue.isUsable(transaction.blockhash, check?.atHeight, check?.maxAge)) return 'BlockhashNotFound';
    return this.#recent.has(signature) ? 'AlreadyProcessed' : null;
  }

  #executeTogether(transactions: readonly DecodedTransaction[]): ExecutionTogether {
    const seen = new Set<string>();
    for (const [index, transaction] of transactions.entries()) {
      const signature = signatureOf(transaction);
      const stale = this.#lifetimeError(transaction, signature);
      if (stale !== null) return { outcome: 'failed', index, error: stale };
      if (seen.has(signature)) return { outcome: 'failed', index, error: 'AlreadyProcessed' };
      seen.add(signature);
    }
    return this.#executor.executeTogether(transactions, this.ledger.head.slot);
  }

  /** Writes an execution into the block being filled and tells the listeners. */
  #land(transaction: DecodedTransaction, execution: LandedExecution): LandedRecord {
    const { slot, blockHeight } = this.ledger.head;
    const signature = signatureOf(transaction);
    this.#recent.set(signature, blockHeight);
    const details = detailsOf(transaction, execution);
    const record = this.#record(transaction, signature, execution, details);
    for (const change of execution.changes) {
      this.#versions.remember(change.key, slot, change.before);
      for (const listener of this.#listeners) listener.onAccount?.(change.key, change.after, slot, 'transaction');
    }
    for (const listener of this.#listeners) listener.onTransaction?.(record, details);
    return record;
  }

  #record(
    transaction: DecodedTransaction,
    signature: string,
    execution: LandedExecution,
    details: LandedDetails,
  ): LandedRecord {
    const { report, accounts, fee } = execution;
    this.fees.record(fee.unitPrice, accounts.keys, accounts.isWritable);
    const { slot } = this.ledger.head;
    const landed = { signature, slot, index: this.#indexInBlock, version: transaction.version, error: report.error };
    this.#indexInBlock += 1;
    return this.history.append(landed, accounts.keys, details);
  }

  #forgetOldSignatures(blockHeight: bigint): void {
    for (const [signature, height] of this.#recent) {
      // A hash lives 150 blocks; the margin equals the queue's own.
      if (blockHeight - height <= 300n) break;
      this.#recent.delete(signature);
    }
  }
}

function signatureOf(transaction: DecodedTransaction): string {
  return encodeBase58(transaction.signatures[0] ?? new Uint8Array());
}

function expectAt(transactions: readonly DecodedTransaction[], index: number): DecodedTransaction {
  const transaction = transactions[index];
  if (transaction === undefined) throw new RangeError(`no transaction at index ${index}`);
  return transaction;
}

function detailsOf(transaction: DecodedTransaction, execution: LandedExecution): LandedDetails {
  const { report, accounts, fee, preLamports, postLamports, preTokens, postTokens } = execution;
  const { logs, innerInstructions, computeUnits, returnData } = report;
  return {
    // The client's buffer may be a window of a larger one.
    bytes: transaction.bytes.slice(),
    feeLamports: fee.totalLamports,
    staticKeyCount: transaction.staticKeys.length,
    loadedWritableCount: accounts.loadedWritableCount,
    isWritable: accounts.isWritable,
    preLamports,
    postLamports,
    preTokens,
    postTokens,
    logs,
    innerInstructions,
    computeUnits,
    returnData,
  };
}
