import { AccountKeys } from './account-keys.js';
import { splitConfig, type TransactionConfig } from './compute-budget.js';
import {
  addressesExceeded,
  blockhashInvalid,
  instructionsExceeded,
  payerInvalid,
  signaturesExceeded,
  transactionTooLarge,
} from './error.js';
import { type InstructionView, readInstructions } from './instruction.js';
import { headerCounts, indicesOf, type MessageInput, messageOrder } from './message.js';
import { MessageWriter } from './message-writer.js';
import { V1_TRANSACTION_BYTES, v1TransactionBytes } from './transaction-size.js';

/** First byte of a v1 message. */
export const V1_PREFIX = 0x81;

/** Accounts, instructions and signatures of one message (`v1::MAX_ADDRESSES`, `MAX_INSTRUCTIONS`, `MAX_SIGNATURES`). */
const MAX_ADDRESSES = 64;
const MAX_INSTRUCTIONS = 64;
const MAX_SIGNATURES = 12;

// A fee is eight bytes long and has two bits, which are set together; the other values have four bytes and one bit.
const PRIORITY_FEE_BITS = 0b11;
const COMPUTE_UNIT_LIMIT_BIT = 0b100;
const LOADED_ACCOUNTS_BIT = 0b1000;
const HEAP_BIT = 0b1_0000;

/** Everything of a message but its instructions and their accounts, with room to spare. */
const FIXED_BYTES = 128;

/**
 * Returns the v1 message (SIMD-0385) of packed instructions. Those to the compute-budget program become values of its header.
 *
 * Layout: solana-sdk `message/src/versions/v1/mod.rs` and `config.rs`. Keys stand in the order of our v0 messages without
 * tables.
 *
 * @throws WIRE_PAYER_INVALID, WIRE_BLOCKHASH_INVALID, WIRE_INSTRUCTIONS_INVALID, WIRE_COMPUTE_BUDGET_INVALID,
 * WIRE_COMPUTE_LIMIT_MISSING, WIRE_ACCOUNT_KEYS_EXCEEDED, WIRE_ADDRESSES_EXCEEDED, WIRE_INSTRUCTIONS_EXCEEDED,
 * WIRE_SIGNATURES_EXCEEDED, WIRE_TRANSACTION_TOO_LARGE, checked in this order
 */
export function compileMessageV1(input: Omit<MessageInput, 'lookupTables'>): Uint8Array {
  const { payer, blockhash, instructions: packed } = input;
  if (payer.length !== 32) throw payerInvalid();
  if (blockhash.length !== 32) throw blockhashInvalid();
  const { config, others } = splitConfig(packed, readInstructions(packed));
  const keys = new AccountKeys({ payer, packed, instructions: others });
  const order = messageOrder(keys);
  const [signers, readonlySigners, readonlyOthers] = headerCounts(keys, order);
  if (keys.length > MAX_ADDRESSES) throw addressesExceeded(keys.length, MAX_ADDRESSES);
  if (others.length > MAX_INSTRUCTIONS) throw instructionsExceeded(others.length, MAX_INSTRUCTIONS);
  if (signers > MAX_SIGNATURES) throw signaturesExceeded(signers, MAX_SIGNATURES);
  const message = new MessageWriter(FIXED_BYTES + 32 * keys.length + packed.length);
  for (const byte of [V1_PREFIX, signers, readonlySigners, readonlyOthers]) message.byte(byte);
  message.u32(maskOf(config));
  message.bytes(blockhash);
  message.byte(others.length);
  message.byte(keys.length);
  for (const position of order) message.bytes(keys.addresses, 32 * position, 32);
  writeConfig(message, config);
  writeInstructions(message, { packed, others, keys, order });
  const bytes = message.finish();
  const size = v1TransactionBytes(signers, bytes.length);
  if (size > V1_TRANSACTION_BYTES) throw transactionTooLarge(size, V1_TRANSACTION_BYTES);
  return bytes;
}

function maskOf({ priorityFeeLamports, heapBytes }: TransactionConfig): number {
  const fee = priorityFeeLamports === undefined ? 0 : PRIORITY_FEE_BITS;
  return fee | COMPUTE_UNIT_LIMIT_BIT | LOADED_ACCOUNTS_BIT | (heapBytes === undefined ? 0 : HEAP_BIT);
}

/** Writes the values in the order of their bits. */
function writeConfig(message: MessageWriter, config: TransactionConfig): void {
  const { priorityFeeLamports, computeUnitLimit, loadedAccountsBytes, heapBytes } = config;
  if (priorityFeeLamports !== undefined) message.u64(priorityFeeLamports);
  message.u32(computeUnitLimit);
  message.u32(loadedAccountsBytes);
  if (heapBytes !== undefined) message.u32(heapBytes);
}

interface InstructionParts {
  readonly packed: Uint8Array;
  readonly others: readonly InstructionView[];
  readonly keys: AccountKeys;
  readonly order: readonly number[];
}

/** Writes the program and the lengths of every instruction, then the accounts and the data of each. */
function writeInstructions(message: MessageWriter, { packed, others, keys, order }: InstructionParts): void {
  const indices = indicesOf(order);
  const indexOf = (mention: number): number => indices[keys.mentions[mention] ?? 0] ?? 0;
  let mention = 0;
  for (const { accountCount, dataLength } of others) {
    message.byte(indexOf(mention));
    // A packed record counts its accounts in one byte and its data in two, as this header does.
    message.byte(accountCount);
    message.byte(dataLength & 0xff);
    message.byte(dataLength >> 8);
    mention += 1 + accountCount;
  }
  mention = 0;
  for (const { accountCount, dataAt, dataLength } of others) {
    for (let account = 1; account <= accountCount; account += 1) message.byte(indexOf(mention + account));
    message.bytes(packed, dataAt, dataLength);
    mention += 1 + accountCount;
  }
}
