import { EngineError } from '@tandem/engine/ports';

import { addressKey, type AddressKey } from './address-key.js';

/** One instruction by indexes into the message's account list. */
interface DecodedInstruction {
  readonly programIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
}

/** What a v0 message takes from one lookup table. */
interface DecodedLookup {
  readonly table: AddressKey;
  readonly writable: Uint8Array;
  readonly readonly: Uint8Array;
}

/** A transaction whose bytes are known to be well formed and sane. */
export interface DecodedTransaction {
  readonly bytes: Uint8Array;
  readonly version: 'legacy' | 0;
  readonly signatures: readonly Uint8Array[];
  readonly message: Uint8Array;
  readonly requiredSignatures: number;
  readonly readonlySigned: number;
  readonly readonlyUnsigned: number;
  readonly staticKeys: readonly AddressKey[];
  readonly blockhash: AddressKey;
  readonly instructions: readonly DecodedInstruction[];
  readonly lookups: readonly DecodedLookup[];
}

/** What is wrong with transaction bytes: `malformed` cannot be read, `insane` breaks a rule that every node checks. */
export interface DecodeFailure {
  readonly failure: 'malformed' | 'insane' | 'unsupported-version';
  readonly detail: string;
}

/** The most bytes a legacy or v0 transaction may have: an IPv6 packet less its headers. */
export const MAX_TRANSACTION_BYTES = 1232;
/** The most locks a transaction may take (agave `MAX_TX_ACCOUNT_LOCKS` as active on mainnet). */
export const MAX_ACCOUNT_LOCKS = 64;

/** First byte of a v1 transaction, whose signatures come last; so many signatures do not fit an older one. */
export const V1_PREFIX = 0x81;

class Malformed extends Error {}

/** Walks transaction bytes; every read is checked, because the machine behind this aborts the process on bad bytes. */
class ByteReader {
  offset = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(length: number): Uint8Array {
    const end = this.offset + length;
    if (end > this.#bytes.length) throw new Malformed('the bytes end early');
    const taken = this.#bytes.subarray(this.offset, end);
    this.offset = end;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  peek(): number {
    const value = this.#bytes[this.offset];
    if (value === undefined) throw new Malformed('the bytes end early');
    return value;
  }

  /** Reads a compact-u16 and refuses every encoding but the shortest. */
  compact(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    const second = this.byte();
    if (second === 0) throw new Malformed('a length is not in its shortest form');
    if (second < 0x80) return (first & 0x7f) | (second << 7);
    const third = this.byte();
    if (third === 0) throw new Malformed('a length is not in its shortest form');
    if (third > 3) throw new Malformed('a length is above 65535');
    return (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
  }
}

/** Reads transaction bytes strictly, or says what is wrong with them. */
export function decodeTransaction(bytes: Uint8Array): DecodedTransaction | DecodeFailure {
  try {
    const decoded = readTransaction(bytes);
    if ('failure' in decoded) return decoded;
    const insane = findInsanity(decoded);
    return insane === undefined ? decoded : { failure: 'insane', detail: insane };
  } catch (error) {
    if (error instanceof Malformed) return { failure: 'malformed', detail: error.message };
    throw error;
  }
}

/**
 * Returns the transaction that bytes are.
 * @throws SANDBOX_TRANSACTION_INVALID when they are none
 */
export function expectTransaction(bytes: Uint8Array): DecodedTransaction {
  const decoded = decodeTransaction(bytes);
  if (!('failure' in decoded)) return decoded;
  throw new EngineError('SANDBOX_TRANSACTION_INVALID', `the bytes are no transaction: ${decoded.detail}`, {
    context: { failure: decoded.failure, bytes: bytes.length },
    action: 'give the wire form of a signed legacy or v0 transaction',
  });
}

function readTransaction(bytes: Uint8Array): DecodedTransaction | DecodeFailure {
  if (bytes[0] === V1_PREFIX && bytes[1] !== 0) return { failure: 'unsupported-version', detail: 'message version 1' };
  const reader = new ByteReader(bytes);
  const signatures = Array.from({ length: reader.compact() }, () => reader.take(64));
  const messageStart = reader.offset;
  const first = reader.peek();
  if (first >= 0x81) return { failure: 'unsupported-version', detail: `message version ${first & 0x7f}` };
  if (first === 0x80) reader.byte();
  const version = first === 0x80 ? 0 : 'legacy';
  const [requiredSignatures, readonlySigned, readonlyUnsigned] = [reader.byte(), reader.byte(), reader.byte()];
  const staticKeys = Array.from({ length: reader.compact() }, () => addressKey(reader.take(32)));
  const blockhash = addressKey(reader.take(32));
  const instructions = Array.from({ length: reader.compact() }, () => {
    const programIndex = reader.byte();
    const accounts = reader.take(reader.compact());
    return { programIndex, accounts, data: reader.take(reader.compact()) };
  });
  const lookups = Array.from({ length: version === 0 ? reader.compact() : 0 }, () => {
    const table = addressKey(reader.take(32));
    const writable = reader.take(reader.compact());
    return { table, writable, readonly: reader.take(reader.compact()) };
  });
  if (reader.offset !== bytes.length) throw new Malformed('bytes follow the message');
  const message = bytes.subarray(messageStart);
  return {
    bytes,
    version,
    signatures,
    message,
    requiredSignatures,
    readonlySigned,
    readonlyUnsigned,
    staticKeys,
    blockhash,
    instructions,
    lookups,
  };
}

/** Returns the first rule of `sanitize` (solana-sdk message and transaction crates) that the message breaks. */
function findInsanity(decoded: DecodedTransaction): string | undefined {
  const { requiredSignatures, readonlySigned, readonlyUnsigned, staticKeys, lookups } = decoded;
  if (readonlySigned >= requiredSignatures) return 'no writable signer pays the fee';
  if (requiredSignatures + readonlyUnsigned > staticKeys.length) return 'fewer accounts than the header counts';
  if (decoded.signatures.length !== requiredSignatures) return "the number of signatures is not the header's";
  if (lookups.some((lookup) => lookup.writable.length + lookup.readonly.length === 0)) return 'a lookup takes nothing';
  const loaded = lookups.reduce((sum, lookup) => sum + lookup.writable.length + lookup.readonly.length, 0);
  const total = staticKeys.length + loaded;
  if (total > 256) return 'more than 256 accounts';
  for (const instruction of decoded.instructions) {
    // A looked-up program may not be called at the top level.
    if (instruction.programIndex === 0 || instruction.programIndex >= staticKeys.length)
      return 'a program index is out of range';
    if (instruction.accounts.some((index) => index >= total)) return 'an account index is out of range';
  }
  return undefined;
}

/** Whether the static account at this index may be written, by the header alone. */
export function isStaticWritable(transaction: DecodedTransaction, index: number): boolean {
  const { requiredSignatures, readonlySigned, readonlyUnsigned, staticKeys } = transaction;
  if (index < requiredSignatures) return index < requiredSignatures - readonlySigned;
  return index < staticKeys.length - readonlyUnsigned;
}
