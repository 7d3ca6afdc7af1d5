import { ABSENT_ACCOUNT, sameState, type AccountState } from './account-state.js';
import { resolveAccounts, type ResolvedAccounts } from './account-resolver.js';
import type { AddressKey } from './address-key.js';
import { MintDecimals, tokenBalance, type TokenBalanceRecord } from './token-balances.js';
import type { DecodedTransaction } from './transaction-decoder.js';
import { failureFate, type TransactionErrorJson } from './transaction-error.js';
import { transactionFee, type TransactionFee } from './transaction-fee.js';
import type { ExecutionReport, SignatureCheck, SimulationReport, VirtualMachine } from './virtual-machine.js';

/** An account that a transaction changed. */
export interface AccountChange {
  readonly key: AddressKey;
  readonly before: AccountState | null;
  readonly after: AccountState | null;
}

/** A transaction that landed: what it did and what stood before and after. */
export interface LandedExecution {
  readonly outcome: 'landed';
  readonly report: ExecutionReport;
  readonly accounts: ResolvedAccounts;
  readonly fee: TransactionFee;
  readonly changes: readonly AccountChange[];
  readonly preLamports: readonly bigint[];
  readonly postLamports: readonly bigint[];
  readonly preTokens: readonly TokenBalanceRecord[];
  readonly postTokens: readonly TokenBalanceRecord[];
}

/** A transaction that no block will ever hold. */
export interface DroppedExecution {
  readonly outcome: 'dropped';
  readonly error: TransactionErrorJson;
}

/** Transactions that all succeeded one after the other, or the first of them that did not; nothing of them is left then. */
export type ExecutionTogether =
  | { readonly outcome: 'succeeded'; readonly executions: readonly LandedExecution[] }
  | { readonly outcome: 'failed'; readonly index: number; readonly error: TransactionErrorJson };

/** A simulation: the report, and the states around it for those who ask. */
export interface Simulation {
  readonly report: SimulationReport;
  /** Null when the accounts could not be resolved. */
  readonly accounts: ResolvedAccounts | null;
  readonly fee: TransactionFee;
  readonly before: readonly (AccountState | null)[];
  readonly after: readonly (AccountState | null)[];
}

const NOTHING_RAN: SimulationReport = {
  error: null,
  ran: false,
  logs: [],
  innerInstructions: [],
  computeUnits: 0n,
  returnData: null,
  written: new Map(),
};

/** Runs transactions on the machine and observes what they change; blocks and lifetimes are the caller's business. */
export class TransactionExecutor {
  readonly #machine: VirtualMachine;
  readonly #decimals: MintDecimals;

  constructor(machine: VirtualMachine) {
    this.#machine = machine;
    this.#decimals = new MintDecimals((key) => machine.account(key));
  }

  /** Forgets what is cached about an account that was overwritten from outside. */
  forget(key: AddressKey): void {
    this.#decimals.forget(key);
  }

  execute(transaction: DecodedTransaction, slot: bigint): LandedExecution | DroppedExecution {
    const accounts = resolveAccounts(transaction, slot, (key) => this.#machine.account(key));
    if ('error' in accounts) return { outcome: 'dropped', error: accounts.error };
    const { keys, isWritable } = accounts;
    const fee = transactionFee(transaction);
    const before = this.#readAll(accounts);
    const report = this.#relabel(
      this.#machine.execute(
        transaction,
        keys.filter((_, index) => isWritable[index] === true),
      ),
      transaction,
    );
    const after = [...before];
    if (report.error === null) {
      for (let index = 0; index < keys.length; index += 1) {
        if (isWritable[index] === true) after[index] = this.#read(keys, index);
      }
    } else {
      const fate = failureFate(report.error, report.ran);
      if (fate === 'dropped') return { outcome: 'dropped', error: report.error };
      // LiteSVM does not charge for what fails while loading; a validator does.
      if (fate === 'fee-only') this.#charge(keys, before, fee.totalLamports);
      after[0] = this.#read(keys, 0);
    }
    const changes = this.#changes(accounts, before, after);
    return {
      outcome: 'landed',
      report,
      accounts,
      fee,
      changes,
      preLamports: before.map((state) => state?.lamports ?? 0n),
      postLamports: after.map((state) => state?.lamports ?? 0n),
      preTokens: this.tokensOf(before),
      postTokens: this.tokensOf(after),
    };
  }

  /** Executes all in order, or undoes those that had succeeded as soon as one fails. */
  executeTogether(transactions: readonly DecodedTransaction[], slot: bigint): ExecutionTogether {
    const executions: LandedExecution[] = [];
    for (const [index, transaction] of transactions.entries()) {
      const execution = this.execute(transaction, slot);
      if (execution.outcome === 'landed') executions.push(execution);
      const error = execution.outcome === 'dropped' ? execution.error : execution.report.error;
      if (error === null) continue;
      this.undo(executions);
      return { outcome: 'failed', index, error };
    }
    return { outcome: 'succeeded', executions };
  }

  /** Writes back what the accounts held before the newest executions, the fee of a failed one included. */
  undo(executions: readonly LandedExecution[]): void {
    for (const { changes } of executions.toReversed()) {
      for (const { key, before } of changes) {
        this.#machine.setAccount(key, before ?? ABSENT_ACCOUNT);
        this.#decimals.forget(key);
      }
    }
  }

  simulate(transaction: DecodedTransaction, slot: bigint, signatures: SignatureCheck): Simulation {
    const fee = transactionFee(transaction);
    const accounts = resolveAccounts(transaction, slot, (key) => this.#machine.account(key));
    if ('error' in accounts)
      return { report: { ...NOTHING_RAN, error: accounts.error }, accounts: null, fee, before: [], after: [] };
    const before = this.#readAll(accounts);
    const simulated = this.#machine.simulate(transaction, signatures);
    const report = { ...this.#relabel(simulated, transaction), written: simulated.written };
    const after = accounts.keys.map((key, index) => report.written.get(key) ?? before[index] ?? null);
    const payer = after[0];
    // Of a failed execution only the fee remains.
    if (report.error !== null && report.ran && payer !== null && payer !== undefined) {
      after[0] = { ...payer, lamports: payer.lamports - fee.totalLamports };
    }
    return { report, accounts, fee, before, after };
  }

  /** Returns the token balances among some accounts, by their index. */
  tokensOf(states: readonly (AccountState | null)[]): TokenBalanceRecord[] {
    const found: TokenBalanceRecord[] = [];
    states.forEach((state, index) => {
      const balance = state === null ? undefined : tokenBalance(state, index, this.#decimals);
      if (balance !== undefined) found.push(balance);
    });
    return found;
  }

  /** Programs may be outlined: what only is read cannot change, and balances do not need code. */
  #readAll({ keys, isWritable }: ResolvedAccounts): (AccountState | null)[] {
    return keys.map((key, index) =>
      isWritable[index] === true ? this.#machine.account(key) : this.#machine.accountOutline(key),
    );
  }

  #read(keys: readonly AddressKey[], index: number): AccountState | null {
    const key = keys[index];
    return key === undefined ? null : this.#machine.account(key);
  }

  #charge(keys: readonly AddressKey[], before: readonly (AccountState | null)[], lamports: bigint): void {
    const [payer, state] = [keys[0], before[0]];
    if (payer === undefined || state === null || state === undefined) return;
    this.#machine.setAccount(payer, { ...state, lamports: state.lamports - lamports });
  }

  #changes(
    { keys, isWritable }: ResolvedAccounts,
    before: readonly (AccountState | null)[],
    after: readonly (AccountState | null)[],
  ): AccountChange[] {
    const changes: AccountChange[] = [];
    keys.forEach((key, index) => {
      const change = { key, before: before[index] ?? null, after: after[index] ?? null };
      if (isWritable[index] !== true || sameState(change.before, change.after)) return;
      this.#decimals.forget(key);
      changes.push(change);
    });
    return changes;
  }

  /** LiteSVM calls a missing program unfit for execution; agave distinguishes the two. */
  #relabel(report: ExecutionReport, transaction: DecodedTransaction): ExecutionReport {
    if (report.error !== 'InvalidProgramForExecution') return report;
    const isMissing = transaction.instructions.some((instruction) => {
      const program = transaction.staticKeys[instruction.programIndex];
      return program !== undefined && this.#machine.accountOutline(program) === null;
    });
    return isMissing ? { ...report, error: 'ProgramAccountNotFound' } : report;
  }
}
