import { AccountKeys, NO_TABLE, SIGNER_ROLE, viewOf, WRITABLE_ROLE } from './account-keys.js';
import { accountKeysExceeded, blockhashInvalid, payerInvalid, transactionTooLarge } from './error.js';
import { type InstructionView, readInstructions } from './instruction.js';
import { type LookupTableView, readLookupTables } from './lookup-table.js';
import { MessageWriter } from './message-writer.js';
import { PACKET_BYTES, transactionBytes } from './transaction-size.js';

/** First byte of a v0 message. */
export const V0_PREFIX = 0x80;

/** What a message is compiled from, as `CoreApi.compileMessage` takes it. */
export interface MessageInput {
  readonly payer: Uint8Array;
  readonly blockhash: Uint8Array;
  /** Packed instructions. */
  readonly instructions: Uint8Array;
  /** Packed lookup tables. */
  readonly lookupTables: Uint8Array;
}

/**
 * Returns the v0 message of packed instructions.
 *
 * Layout: solana-sdk `message/src/versions/v0/mod.rs`. Order of keys: web3.js `CompiledKeys` (within each class the
 * first mention comes first; lookup tables are drained one after the other; programs and signers stay static).
 *
 * @throws WIRE_PAYER_INVALID, WIRE_BLOCKHASH_INVALID, WIRE_INSTRUCTIONS_INVALID, WIRE_LOOKUP_TABLES_INVALID,
 * WIRE_ACCOUNT_KEYS_EXCEEDED, WIRE_TRANSACTION_TOO_LARGE
 */
export function compileMessage(input: MessageInput): Uint8Array {
  if (input.payer.length !== 32) throw payerInvalid();
  if (input.blockhash.length !== 32) throw blockhashInvalid();
  const instructions = readInstructions(input.instructions);
  const tables = readLookupTables(input.lookupTables);
  const keys = new AccountKeys({ payer: input.payer, packed: input.instructions, instructions });
  const tableWords = viewOf(input.lookupTables);
  for (const [position, table] of tables.entries()) drainInto(keys, position, { table, words: tableWords });
  const order = messageOrder(keys);
  const message = new MessageWriter(messageCapacity(input, keys));
  writeKeys(message, keys, order);
  message.bytes(input.blockhash);
  writeInstructions(message, { packed: input.instructions, instructions, keys, order });
  writeLookups(message, { packed: input.lookupTables, tables, keys, order });
  const bytes = message.finish();
  if (bytes.length > PACKET_BYTES)
    throw transactionTooLarge(transactionBytes(bytes[1] ?? 1, bytes.length), PACKET_BYTES);
  return bytes;
}

/** No message is longer than its instructions unpacked, all of its keys, and a used table for each loaded key. */
function messageCapacity(input: MessageInput, keys: AccountKeys): number {
  return 64 + input.instructions.length + (32 + 1 + 38) * keys.length;
}

/** Loads every account that may be loaded, and is not yet, from the first index of the table that holds it. */
function drainInto(
  keys: AccountKeys,
  position: number,
  { table, words }: { readonly table: LookupTableView; readonly words: DataView },
): void {
  for (let index = 0; index < table.count; index += 1) {
    const key = keys.find(words, table.addressesAt + 32 * index);
    if (key < 0 || !keys.isLoadable(key) || keys.lookupTableOf[key] !== NO_TABLE) continue;
    keys.lookupTableOf[key] = position;
    keys.lookupIndexOf[key] = index;
  }
}

/** Returns the accounts' positions in the order of their message indices. */
export function messageOrder(keys: AccountKeys): number[] {
  const order = Array.from({ length: keys.length }, (_, position) => position);
  const ranks = order.map((position) => rank(keys, position));
  // The sort is stable, so the first mention comes first within a rank.
  return order.sort((left, right) => (ranks[left] ?? 0) - (ranks[right] ?? 0));
}

/** Static: writable signers, signers, writable, readonly. Loaded: writable of every table, then readonly of every table. */
function rank(keys: AccountKeys, position: number): number {
  const table = keys.lookupTableOf[position] ?? NO_TABLE;
  const roles = keys.roles[position] ?? 0;
  const isWritable = (roles & WRITABLE_ROLE) !== 0;
  if (table !== NO_TABLE) return (isWritable ? 2 ** 32 : 2 ** 33) + table;
  return ((roles & SIGNER_ROLE) !== 0 ? 0 : 2) + (isWritable ? 0 : 1);
}

/** Writes prefix, header and static keys. */
function writeKeys(message: MessageWriter, keys: AccountKeys, order: readonly number[]): void {
  const statics = order.filter((position) => keys.lookupTableOf[position] === NO_TABLE);
  const [signers, readonlySigners, readonlyOthers] = headerCounts(keys, statics);
  if (signers > 0xff) throw accountKeysExceeded();
  message.byte(V0_PREFIX);
  message.byte(signers);
  message.byte(readonlySigners);
  message.byte(readonlyOthers);
  message.length(statics.length);
  for (const position of statics) message.bytes(keys.addresses, 32 * position, 32);
}

/** Returns what a header counts: required signatures, readonly ones among them, readonly static keys without one. */
export function headerCounts(
  keys: AccountKeys,
  statics: readonly number[],
): [signers: number, readonlySigners: number, readonlyOthers: number] {
  const count = (roles: number): number =>
    statics.filter((position) => ((keys.roles[position] ?? 0) & (SIGNER_ROLE | WRITABLE_ROLE)) === roles).length;
  const readonlySigners = count(SIGNER_ROLE);
  return [count(SIGNER_ROLE | WRITABLE_ROLE) + readonlySigners, readonlySigners, count(0)];
}

/** Returns the message index of each account by its position of first mention. */
export function indicesOf(order: readonly number[]): Uint8Array {
  const indices = new Uint8Array(order.length);
  for (const [index, position] of order.entries()) indices[position] = index;
  return indices;
}

interface InstructionParts {
  readonly packed: Uint8Array;
  readonly instructions: readonly InstructionView[];
  readonly keys: AccountKeys;
  readonly order: readonly number[];
}

function writeInstructions(message: MessageWriter, { packed, instructions, keys, order }: InstructionParts): void {
  const indexOf = indicesOf(order);
  let mention = 0;
  const writeMentions = (count: number): void => {
    for (const end = mention + count; mention < end; mention += 1) {
      message.byte(indexOf[keys.mentions[mention] ?? 0] ?? 0);
    }
  };
  message.length(instructions.length);
  for (const { accountCount, dataAt, dataLength } of instructions) {
    writeMentions(1);
    message.length(accountCount);
    writeMentions(accountCount);
    message.length(dataLength);
    message.bytes(packed, dataAt, dataLength);
  }
}

interface LookupParts {
  readonly packed: Uint8Array;
  readonly tables: readonly LookupTableView[];
  readonly keys: AccountKeys;
  readonly order: readonly number[];
}

function writeLookups(message: MessageWriter, { packed, tables, keys, order }: LookupParts): void {
  const used = [...tables.entries()].filter(([position]) => keys.lookupTableOf.includes(position));
  message.length(used.length);
  for (const [table, { addressAt }] of used) {
    message.bytes(packed, addressAt, 32);
    const loaded = order.filter((position) => keys.lookupTableOf[position] === table);
    for (const role of [WRITABLE_ROLE, 0]) {
      const positions = loaded.filter((position) => ((keys.roles[position] ?? 0) & WRITABLE_ROLE) === role);
      message.length(positions.length);
      for (const position of positions) message.byte(keys.lookupIndexOf[position] ?? 0);
    }
  }
}
