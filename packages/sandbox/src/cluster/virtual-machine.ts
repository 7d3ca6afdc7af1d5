import { createHash } from 'node:crypto';

import { EngineError } from '@tandem/engine/ports';
import {
  Account,
  Clock,
  EpochSchedule,
  FailedTransactionMetadata,
  LiteSvm,
  type TransactionMetadata,
} from 'litesvm/dist/internal.js';

import { AccountCache } from './account-cache.js';
import type { AccountState } from './account-state.js';
import { addressBytes, addressKey, type AddressKey, parseAddress, UPGRADEABLE_LOADER } from './address-key.js';
import type { DecodedTransaction } from './transaction-decoder.js';
import { transactionErrorJson, type TransactionErrorJson } from './transaction-error.js';

/** Slots of an epoch, as on mainnet. */
export const SLOTS_PER_EPOCH = 432_000n;
/** Gate of v1 transactions (SIMD-0385), and the owner of such accounts. */
const V1_GATE = 'txv1aq4pp281K9um3tnPgkfX8UqtFT6wcVW3hNezGLL';
const FEATURE_PROGRAM = 'Feature111111111111111111111111111111111111';
/** What agave writes for accounts that are exempt from rent, that is for all. */
const RENT_EXEMPT_EPOCH = 0xffff_ffff_ffff_ffffn;

/** One instruction that a program called, with the call depth at which it ran. */
export interface InnerInstructionRecord {
  readonly programIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
  readonly stackHeight: number;
}

/** What running a transaction gave; `error` is null when it succeeded. */
export interface ExecutionReport {
  readonly error: TransactionErrorJson | null;
  /** Whether any instruction was reached; a transaction refused before that left no trace in the machine. */
  readonly ran: boolean;
  readonly logs: readonly string[];
  readonly innerInstructions: readonly (readonly InnerInstructionRecord[])[];
  readonly computeUnits: bigint;
  readonly returnData: { readonly program: AddressKey; readonly data: Uint8Array } | null;
}

/** A simulation's report and the accounts it would have written. */
export interface SimulationReport extends ExecutionReport {
  readonly written: ReadonlyMap<AddressKey, AccountState>;
}

/** Whether the machine checks signatures of what it runs. */
export type SignatureCheck = 'verify' | 'skip';

/** LiteSVM behind plain values: accounts, programs, sysvars and execution; it knows no blocks and no history. */
export class VirtualMachine {
  readonly #svm = new LiteSvm();
  readonly #accounts = new AccountCache();
  /** Programs without their bytes. */
  readonly #programs = new AccountCache();

  constructor() {
    // Blockhash lifetime and duplicates are the cluster's business: LiteSVM knows a single hash.
    this.#svm.setBlockhashCheck(false);
    this.#svm.setTransactionHistory(0n);
    this.#svm.setLogBytesLimit(10_000n);
    this.#svm.setEpochSchedule(new EpochSchedule(SLOTS_PER_EPOCH, SLOTS_PER_EPOCH, false, 0n, 0n));
    this.#svm.withNativeMints();
    this.#closeV1Gate();
  }

  account(key: AddressKey): AccountState | null {
    const cached = this.#accounts.find(key);
    if (cached !== undefined) return cached;
    const account = this.#svm.getAccount(addressBytes(key));
    const state = account === null ? null : toState(account);
    this.#accounts.keep(key, state);
    return state;
  }

  /** Returns an account without its data when it is a program: programs are large and their bytes are rarely wanted. */
  accountOutline(key: AddressKey): AccountState | null {
    const cached = this.#accounts.find(key) ?? this.#programs.find(key);
    if (cached !== undefined && cached !== null) return cached;
    const account = this.#svm.getAccount(addressBytes(key));
    if (account === null) return null;
    const isProgram = account.executable();
    const state = isProgram ? { ...outline(account), data: new Uint8Array() } : toState(account);
    (isProgram ? this.#programs : this.#accounts).keep(key, state);
    return state;
  }

  /** Returns the bytes of an account, and of the program data when it is an upgradeable program. */
  loadedSize(key: AddressKey): number {
    const state = this.account(key);
    if (state === null) return 0;
    if (!state.executable || state.owner !== UPGRADEABLE_LOADER || state.data.length < 36) return state.data.length;
    // UpgradeableLoaderState::Program is a u32 tag and the address of the program data.
    return state.data.length + (this.account(addressKey(state.data, 4))?.data.length ?? 0);
  }

  setAccount(key: AddressKey, state: AccountState): void {
    const account = new Account(
      state.lamports,
      state.data,
      addressBytes(state.owner),
      state.executable,
      RENT_EXEMPT_EPOCH,
    );
    this.#svm.setAccount(addressBytes(key), account);
    this.#accounts.forget(key);
    this.#programs.forget(key);
  }

  accountsOwnedBy(program: AddressKey): [AddressKey, AccountState][] {
    return this.#svm
      .getProgramAccounts(addressBytes(program))
      .map((entry) => [addressKey(entry.address), toState(entry.account())]);
  }

  /** @throws SANDBOX_PROGRAM_INVALID when the bytes are no program. */
  loadProgram(programId: AddressKey, elf: Uint8Array): void {
    this.#accounts.clear();
    this.#programs.clear();
    try {
      this.#svm.addProgram(addressBytes(programId), elf);
    } catch (cause) {
      throw new EngineError('SANDBOX_PROGRAM_INVALID', 'the bytes are not a loadable Solana program', {
        cause,
        context: { bytes: elf.length, sha256: createHash('sha256').update(elf).digest('hex') },
        action: 'give a .so file as `solana program dump` writes it',
      });
    }
  }

  minimumRent(dataLength: bigint): bigint {
    return this.#svm.minimumBalanceForRentExemption(dataLength);
  }

  setClock(slot: bigint, unixTimestamp: bigint, epochStart: bigint): void {
    const epoch = slot / SLOTS_PER_EPOCH;
    this.#svm.setClock(new Clock(slot, epochStart, epoch, epoch + 1n, unixTimestamp));
  }

  /** Sets the slot hashes sysvar, newest first; creating a lookup table needs it. */
  setSlotHashes(hashes: readonly { readonly slot: bigint; readonly hash: string }[]): void {
    this.#svm.setSlotHashes([...hashes]);
  }

  /**
   * Marks the gate of v1 transactions as not active: this chain stands before it, as `decodeTransaction` does, so that the engine's
   * way on such networks is tried as well. LiteSVM itself has every gate open.
   */
  #closeV1Gate(): void {
    const [gate, owner] = [parseAddress(V1_GATE), parseAddress(FEATURE_PROGRAM)];
    if (gate === undefined || owner === undefined) throw new RangeError('an address of the v1 gate is no address');
    // A feature account is an optional u64: a byte that says whether the slot of activation follows.
    const data = new Uint8Array(9);
    this.setAccount(gate, { lamports: this.minimumRent(9n), owner, data, executable: false });
  }

  /** Runs a transaction for good; `writable` are the accounts it may change, the fee payer first. */
  execute(transaction: DecodedTransaction, writable: readonly AddressKey[]): ExecutionReport {
    const result = this.#svm.sendVersionedTransaction(transaction.bytes);
    for (const key of writable) {
      this.#accounts.forget(key);
      this.#programs.forget(key);
    }
    return result instanceof FailedTransactionMetadata ? failureReport(result) : report(result, null);
  }

  simulate(transaction: DecodedTransaction, signatures: SignatureCheck): SimulationReport {
    this.#svm.setSigverify(signatures === 'verify');
    try {
      const result = this.#svm.simulateVersionedTransaction(transaction.bytes);
      if (result instanceof FailedTransactionMetadata) return { ...failureReport(result), written: new Map() };
      const written = new Map(
        result.postAccounts().map((entry) => [addressKey(entry.address), toState(entry.account())]),
      );
      return { ...report(result.meta(), null), written };
    } finally {
      this.#svm.setSigverify(true);
    }
  }
}

function outline(account: Account): Omit<AccountState, 'data'> {
  return { lamports: account.lamports(), owner: addressKey(account.owner()), executable: account.executable() };
}

function toState(account: Account): AccountState {
  return { ...outline(account), data: account.data() };
}

function failureReport(failed: FailedTransactionMetadata): ExecutionReport {
  return report(failed.meta(), transactionErrorJson(failed));
}

function report(meta: TransactionMetadata, error: TransactionErrorJson | null): ExecutionReport {
  const returned = meta.returnData();
  const data = returned.data();
  return {
    error,
    // LiteSVM leaves the signature zero in the metadata of what it refused to run.
    ran: error === null || meta.signature().some((byte) => byte !== 0),
    logs: meta.logs(),
    innerInstructions: meta.innerInstructions().map((calls) =>
      calls.map((call) => {
        const inner = call.instruction();
        return {
          programIndex: inner.programIdIndex(),
          accounts: inner.accounts(),
          data: inner.data(),
          stackHeight: call.stackHeight(),
        };
      }),
    ),
    computeUnits: meta.computeUnitsConsumed(),
    returnData: data.length === 0 ? null : { program: addressKey(returned.programId()), data },
  };
}
