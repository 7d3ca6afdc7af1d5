import { getBase58Decoder, getBase58Encoder } from '@solana/kit';
import { Account, Clock, FailedTransactionMetadata, LiteSvm } from 'litesvm/dist/internal.js';

/** An account as the machine holds it. */
export interface HeldAccount {
  readonly lamports: bigint;
  readonly data: Uint8Array;
  readonly owner: string;
}

/** One account of an instruction and how the instruction may use it. */
export interface AccountUse {
  readonly address: string;
  readonly writable: boolean;
  readonly signer: boolean;
}

/** One instruction, as a client would put it in a message. */
export interface ProgramCall {
  readonly programId: string;
  readonly accounts: readonly AccountUse[];
  readonly data: Uint8Array;
}

/** What an execution did; `failure` is absent when the instruction succeeded. */
export interface CallOutcome {
  readonly failure: CallFailure | undefined;
  readonly computeUnits: number;
  readonly after: ReadonlyMap<string, HeldAccount>;
  readonly logs: readonly string[];
}

/** How an execution failed: `code` is present for a custom program error only. */
interface CallFailure {
  readonly code: number | undefined;
  readonly text: string;
}

/** Slot, time and epoch of the clock sysvar. */
interface MachineTime {
  readonly slot: bigint;
  readonly unixTimestamp: bigint;
  readonly epoch: bigint;
}

const encoder = getBase58Encoder();
const decoder = getBase58Decoder();
const MAX_COMPUTE_UNITS = 1_400_000;
const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';

/** Returns the 32 bytes of a base58 address. */
export function addressBytes(address: string): Uint8Array {
  return new Uint8Array(encoder.encode(address));
}

/** Returns the base58 form of the 32 bytes at an offset. */
export function addressAt(data: Uint8Array, offset: number): string {
  return decoder.decode(data.subarray(offset, offset + 32));
}

/** Runs single instructions against a fixed set of accounts, and never changes them. */
export class SwapMachine {
  readonly #svm = new LiteSvm();
  readonly #payer: string;

  constructor(payer: string) {
    this.#payer = payer;
    this.#svm.setSigverify(false);
    this.#svm.setBlockhashCheck(false);
    this.put(payer, { lamports: 10_000_000_000n, data: new Uint8Array(), owner: '11111111111111111111111111111111' });
  }

  /** Installs a program under an address. */
  load(programId: string, bytes: Uint8Array): void {
    this.#svm.addProgram(addressBytes(programId), bytes);
  }

  /** Creates or overwrites an account. */
  put(address: string, account: HeldAccount): void {
    const { lamports, data, owner } = account;
    this.#svm.setAccount(addressBytes(address), new Account(lamports, data, addressBytes(owner), false, 0n));
  }

  /** Sets the clock sysvar. */
  setTime(time: MachineTime): void {
    this.#svm.setClock(new Clock(time.slot, 0n, time.epoch, time.epoch, time.unixTimestamp));
  }

  /** Executes a call on a copy of the state: two executions see the same accounts. */
  execute(call: ProgramCall): CallOutcome {
    const result = this.#svm.simulateLegacyTransaction(encodeTransaction(this.#payer, call));
    const after = new Map<string, HeldAccount>();
    if (!(result instanceof FailedTransactionMetadata)) {
      for (const entry of result.postAccounts()) {
        const account = entry.account();
        const held = { lamports: account.lamports(), data: account.data(), owner: addressAt(account.owner(), 0) };
        after.set(addressAt(entry.address, 0), held);
      }
    }
    const meta = result.meta();
    const failure = result instanceof FailedTransactionMetadata ? describeFailure(result) : undefined;
    // The compute budget instruction in front costs a fixed 150 units.
    return { failure, computeUnits: Number(meta.computeUnitsConsumed()) - 150, after, logs: meta.logs() };
  }
}

function describeFailure(result: FailedTransactionMetadata): CallFailure {
  const error = result.err();
  const inner = typeof error === 'object' && 'err' in error ? error.err() : undefined;
  const code = typeof inner === 'object' && 'code' in inner ? inner.code : undefined;
  return { code, text: `${result.toString()}\n${result.meta().logs().join('\n')}` };
}

function encodeTransaction(payer: string, call: ProgramCall): Uint8Array {
  const keys = orderKeys(payer, call);
  const index = new Map(keys.map((key, position) => [key.address, position]));
  const at = (address: string): number => index.get(address) ?? 255;
  const signers = keys.filter((key) => key.signer).length;
  const readonlySigners = keys.filter((key) => key.signer && !key.writable).length;
  const readonlyOthers = keys.filter((key) => !key.signer && !key.writable).length;
  const limit = new Uint8Array(5);
  limit[0] = 2;
  new DataView(limit.buffer).setUint32(1, MAX_COMPUTE_UNITS, true);
  return Uint8Array.from([
    signers,
    ...new Uint8Array(64 * signers),
    signers,
    readonlySigners,
    readonlyOthers,
    keys.length,
    ...keys.flatMap((key) => [...addressBytes(key.address)]),
    ...new Uint8Array(32),
    2,
    at(COMPUTE_BUDGET),
    0,
    limit.length,
    ...limit,
    at(call.programId),
    call.accounts.length,
    ...call.accounts.map((use) => at(use.address)),
    call.data.length,
    ...call.data,
  ]);
}

/** Merges repeated accounts and sorts them as a legacy message wants: signers, then writable, then the rest. */
function orderKeys(payer: string, call: ProgramCall): AccountUse[] {
  const programs = [COMPUTE_BUDGET, call.programId].map((address) => ({ address, writable: false, signer: false }));
  const merged = new Map<string, AccountUse>();
  for (const use of [{ address: payer, writable: true, signer: true }, ...call.accounts, ...programs]) {
    const known = merged.get(use.address);
    const writable = use.writable || known?.writable === true;
    const signer = use.signer || known?.signer === true;
    merged.set(use.address, { address: use.address, writable, signer });
  }
  const rank = (use: AccountUse): number => (use.signer ? 0 : 2) + (use.writable ? 0 : 1);
  return [...merged.values()].sort((a, b) => rank(a) - rank(b));
}
