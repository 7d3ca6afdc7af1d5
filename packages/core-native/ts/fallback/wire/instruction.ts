import type { Instruction } from '../../packed-instructions.js';
import { amountOutOfRange, instructionsInvalid } from './error.js';

export const SIGNER_FLAG = 1;
export const WRITABLE_FLAG = 2;
/** Bytes of one packed account: address and flags. */
export const PACKED_ACCOUNT_BYTES = 33;

/** `ComputeBudget111111111111111111111111111111`. */
export const COMPUTE_BUDGET_PROGRAM = Uint8Array.of(
  3,
  6,
  70,
  111,
  229,
  33,
  23,
  50,
  255,
  236,
  173,
  186,
  114,
  195,
  155,
  231,
  188,
  140,
  229,
  187,
  197,
  247,
  18,
  107,
  44,
  67,
  155,
  58,
  64,
  0,
  0,
  0,
);
/** `11111111111111111111111111111111`. */
const SYSTEM_PROGRAM = new Uint8Array(32);
// Instruction tags: compute-budget-interface `ComputeBudgetInstruction`, system-interface `SystemInstruction`.
export const REQUEST_HEAP_FRAME = 1;
export const SET_COMPUTE_UNIT_LIMIT = 2;
export const SET_COMPUTE_UNIT_PRICE = 3;
export const SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT = 4;
const SYSTEM_TRANSFER = 2;

/** Where the parts of one instruction stand in a packed list. */
export interface InstructionView {
  readonly programAt: number;
  readonly accountsAt: number;
  readonly accountCount: number;
  readonly dataAt: number;
  readonly dataLength: number;
}

/** Returns whether the account signs and whether it is written. */
export function accountFlags(flags: number): { readonly isSigner: boolean; readonly isWritable: boolean } {
  return { isSigner: (flags & SIGNER_FLAG) !== 0, isWritable: (flags & WRITABLE_FLAG) !== 0 };
}

/**
 * Reads a packed list (`encodeInstructions` has the layout).
 *
 * @throws WIRE_INSTRUCTIONS_INVALID when a record is cut off or a flag is unknown
 */
export function readInstructions(packed: Uint8Array): InstructionView[] {
  const views: InstructionView[] = [];
  let at = 0;
  while (at < packed.length) {
    const view = readInstruction(packed, at);
    if (view === undefined) throw instructionsInvalid(at);
    views.push(view);
    at = view.dataAt + view.dataLength;
  }
  return views;
}

function readInstruction(packed: Uint8Array, programAt: number): InstructionView | undefined {
  const accountCount = packed[programAt + 32];
  if (accountCount === undefined) return undefined;
  const accountsAt = programAt + 33;
  const accountsEnd = accountsAt + accountCount * PACKED_ACCOUNT_BYTES;
  const low = packed[accountsEnd];
  const high = packed[accountsEnd + 1];
  if (low === undefined || high === undefined) return undefined;
  for (let flagsAt = accountsAt + 32; flagsAt < accountsEnd; flagsAt += PACKED_ACCOUNT_BYTES) {
    if (((packed[flagsAt] ?? 0) & ~(SIGNER_FLAG | WRITABLE_FLAG)) !== 0) return undefined;
  }
  const dataAt = accountsEnd + 2;
  const dataLength = low | (high << 8);
  if (dataAt + dataLength > packed.length) return undefined;
  return { programAt, accountsAt, accountCount, dataAt, dataLength };
}

/** Returns the instruction that asks for a compute-unit limit. @throws WIRE_AMOUNT_OUT_OF_RANGE beyond a u32 */
export function computeUnitLimitInstruction(units: number): Instruction {
  if (!Number.isInteger(units) || units < 0 || units > 0xffff_ffff) throw amountOutOfRange(units);
  const data = new Uint8Array(5);
  data[0] = SET_COMPUTE_UNIT_LIMIT;
  new DataView(data.buffer).setUint32(1, units, true);
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
}

/** Returns the instruction that bids a price per compute unit. @throws WIRE_AMOUNT_OUT_OF_RANGE beyond a u64 */
export function computeUnitPriceInstruction(microLamports: bigint): Instruction {
  if (BigInt.asUintN(64, microLamports) !== microLamports) throw amountOutOfRange(microLamports);
  const data = new Uint8Array(9);
  data[0] = SET_COMPUTE_UNIT_PRICE;
  new DataView(data.buffer).setBigUint64(1, microLamports, true);
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
}

export interface LamportTransfer {
  /** The wallet that signs and pays. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly lamports: bigint;
}

/** Returns the instruction that moves lamports from a signing wallet, as a tip does. @throws WIRE_AMOUNT_OUT_OF_RANGE beyond a u64 */
export function transferLamportsInstruction(transfer: LamportTransfer): Instruction {
  if (BigInt.asUintN(64, transfer.lamports) !== transfer.lamports) throw amountOutOfRange(transfer.lamports);
  const data = new Uint8Array(12);
  const view = new DataView(data.buffer);
  view.setUint32(0, SYSTEM_TRANSFER, true);
  view.setBigUint64(4, transfer.lamports, true);
  const accounts = [
    { address: transfer.from, isSigner: true, isWritable: true },
    { address: transfer.to, isSigner: false, isWritable: true },
  ];
  return { program: SYSTEM_PROGRAM, accounts, data };
}
