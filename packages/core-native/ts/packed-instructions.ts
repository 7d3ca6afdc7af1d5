import { accountFlags, readInstructions, SIGNER_FLAG, WRITABLE_FLAG } from './fallback/wire/instruction.js';
import { instructionsInvalid, instructionTooLarge } from './fallback/wire/error.js';

/** One account of an instruction. */
export interface AccountMeta {
  readonly address: Uint8Array;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

/** An instruction before it is compiled into a message. */
export interface Instruction {
  readonly program: Uint8Array;
  /** Accounts in the program's order; at most 255, as the runtime has it. */
  readonly accounts: readonly AccountMeta[];
  /** At most 65,535 bytes. */
  readonly data: Uint8Array;
}

/**
 * Packs instructions for `compileMessage` and `chooseLookupTables`. Each record is
 * `program 32 | accountCount u8 | accountCount x (address 32, flags u8) | dataLength u16 | data`, little-endian;
 * flag bit 0 is "signs", bit 1 is "is written". Packed lists may be concatenated.
 *
 * @throws WIRE_INSTRUCTION_TOO_LARGE, and WIRE_INSTRUCTIONS_INVALID for an address that is not 32 bytes long
 */
export function encodeInstructions(instructions: readonly Instruction[]): Uint8Array {
  let size = 0;
  for (const { accounts, data } of instructions) {
    if (accounts.length > 255 || data.length > 65_535) throw instructionTooLarge(accounts.length, data.length);
    size += 32 + 1 + 33 * accounts.length + 2 + data.length;
  }
  const packed = new Uint8Array(size);
  let at = 0;
  for (const { program, accounts, data } of instructions) {
    setAddress(packed, program, at);
    packed[at + 32] = accounts.length;
    at += 33;
    for (const account of accounts) {
      setAddress(packed, account.address, at);
      packed[at + 32] = (account.isSigner ? SIGNER_FLAG : 0) | (account.isWritable ? WRITABLE_FLAG : 0);
      at += 33;
    }
    packed[at] = data.length & 0xff;
    packed[at + 1] = data.length >> 8;
    packed.set(data, at + 2);
    at += 2 + data.length;
  }
  return packed;
}

function setAddress(packed: Uint8Array, address: Uint8Array, at: number): void {
  if (address.length !== 32) throw instructionsInvalid(at);
  packed.set(address, at);
}

/**
 * Reads packed instructions, such as `swapInstructions` returns.
 *
 * @throws WIRE_INSTRUCTIONS_INVALID
 */
export function decodeInstructions(packed: Uint8Array): Instruction[] {
  return readInstructions(packed).map((view) => ({
    program: packed.slice(view.programAt, view.programAt + 32),
    accounts: Array.from({ length: view.accountCount }, (_, index) => {
      const at = view.accountsAt + 33 * index;
      return { address: packed.slice(at, at + 32), ...accountFlags(packed[at + 32] ?? 0) };
    }),
    data: packed.slice(view.dataAt, view.dataAt + view.dataLength),
  }));
}
