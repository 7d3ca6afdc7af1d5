import type { LamportTransfer, TransactionFacts } from '../ports/transaction-sender.js';

const SIGNATURE_BYTES = 64;
const KEY_BYTES = 32;
const HEADER_BYTES = 3;
const V0 = 0x80;
const V1 = 0x81;
/** System program: u32 variant 2 (transfer), u64 lamports; from and to (solana-sdk, system-interface, `SystemInstruction`). */
const TRANSFER = 2;
const TRANSFER_BYTES = 12;
/** Message v1 counts its configuration words by the bits of a mask (SIMD-0385). */
const CONFIG_WORD_BYTES = 4;

interface MessageParts {
  readonly version: 'legacy' | 'v0' | 'v1';
  readonly keys: readonly Uint8Array[];
  readonly instructions: readonly MessageInstruction[];
}

interface MessageInstruction {
  readonly program: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
}

/** Reads what roads ask about from signed bytes (layouts: solana-sdk message/src/versions; SIMD-0385 for v1). Bytes that are no transaction have no transfers. */
export function readTransactionFacts(transaction: Uint8Array): TransactionFacts {
  const bytes = transaction.length;
  try {
    const { version, keys, instructions } = readMessage(transaction);
    return { version, bytes, transfers: instructions.flatMap((instruction) => transferIn(instruction, keys)) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { version: 'unknown', bytes, transfers: [] };
  }
}

function transferIn({ program, accounts, data }: MessageInstruction, keys: readonly Uint8Array[]): LamportTransfer[] {
  const to = keys[accounts[1] ?? keys.length];
  const isSystem = keys[program]?.every((byte) => byte === 0) ?? false;
  if (!isSystem || to === undefined || data.length !== TRANSFER_BYTES) return [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return view.getUint32(0, true) === TRANSFER ? [{ to, lamports: view.getBigUint64(4, true) }] : [];
}

function readMessage(transaction: Uint8Array): MessageParts {
  const cursor = new Cursor(transaction);
  if (transaction[0] === V1) return readV1(cursor);
  cursor.skip(cursor.count() * SIGNATURE_BYTES);
  const version = cursor.peek() === V0 ? 'v0' : 'legacy';
  if (version === 'v0') cursor.skip(1);
  cursor.skip(HEADER_BYTES);
  const keys = cursor.list(cursor.count(), () => cursor.take(KEY_BYTES));
  cursor.skip(KEY_BYTES);
  const instructions = cursor.list(cursor.count(), () => ({
    program: cursor.byte(),
    accounts: cursor.take(cursor.count()),
    data: cursor.take(cursor.count()),
  }));
  return { version, keys, instructions };
}

function readV1(cursor: Cursor): MessageParts {
  cursor.skip(1 + HEADER_BYTES);
  const mask = cursor.u32();
  cursor.skip(KEY_BYTES);
  const [instructionCount, keyCount] = [cursor.byte(), cursor.byte()];
  const keys = cursor.list(keyCount, () => cursor.take(KEY_BYTES));
  cursor.skip(bitCount(mask) * CONFIG_WORD_BYTES);
  const headers = cursor.list(instructionCount, () => ({
    program: cursor.byte(),
    accounts: cursor.byte(),
    data: cursor.byte() + cursor.byte() * 256,
  }));
  const instructions = headers.map(({ program, accounts, data }) => ({
    program,
    accounts: cursor.take(accounts),
    data: cursor.take(data),
  }));
  return { version: 'v1', keys, instructions };
}

function bitCount(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}

/** Reads bytes in their order. Throws RangeError at their end. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('the transaction ends too early');
    return byte;
  }

  byte(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('the transaction ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  skip(length: number): void {
    this.take(length);
  }

  u32(): number {
    const part = this.take(4);
    return new DataView(part.buffer, part.byteOffset, 4).getUint32(0, true);
  }

  /** A compact-u16: seven bits a byte, little end first, the high bit says that more follow. */
  count(): number {
    let value = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a count is longer than three bytes');
  }

  list<Item>(length: number, read: () => Item): Item[] {
    return Array.from({ length }, read);
  }
}
