import type { AddressKey } from '../../../cluster/address-key.js';
import type { Commitment } from '../../../cluster/block-ledger.js';
import type { LandedRecord } from '../../../cluster/transaction-history.js';
import { memoOf } from '../../transaction-memo.js';
import { statusJson, transactionFormatOf, transactionJson } from '../../transaction-json.js';
import { commitmentOf, configOf, flagOf, listOf, Params, type RpcConfig, signatureOf, unsignedOf } from '../params.js';
import { blockFor, type RpcContext, type RpcMethods, withContext } from '../rpc-context.js';
import { invalidParams, RpcCode, RpcError } from '../rpc-error.js';

/** The most signatures of one status query (agave `MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS`). */
const MAX_STATUSES = 256;
/** The most signatures of one address query (agave `MAX_GET_CONFIRMED_SIGNATURES_FOR_ADDRESS2_LIMIT`). */
const MAX_SIGNATURES = 1_000n;
/** Blocks whose statuses are known without a search of the history (agave `MAX_CACHE_ENTRIES`). */
const STATUS_CACHE_BLOCKS = 300n;

/** Methods that look landed transactions up. */
export function historyMethods(context: RpcContext): RpcMethods {
  return {
    getSignatureStatuses: (values) => {
      const params = new Params(values, 1, 2);
      const signatures = listOf(params.at(0));
      if (signatures.length > MAX_STATUSES) throw invalidParams(`Too many inputs provided; max ${MAX_STATUSES}`);
      const texts = signatures.map(signatureOf);
      const isSearch = flagOf(params.config(1), 'searchTransactionHistory');
      const statuses = texts.map((text) => signatureStatus(context, text, isSearch));
      return withContext(context.chain.ledger.head.slot, statuses);
    },
    getTransaction: (values) => {
      const params = new Params(values, 1, 2);
      const signature = params.signature(0);
      const config = encodingConfig(params.at(1));
      const record = context.chain.history.find(signature);
      const newest = context.chain.ledger.at(settledCommitment(config)).slot;
      const format = transactionFormatOf(config);
      if (record === undefined || record.slot > newest) return null;
      return {
        blockTime: blockTime(context, record),
        ...transactionJson(record, context.chain.history.details(record), format),
        slot: record.slot,
        transactionIndex: record.index,
      };
    },
    getSignaturesForAddress: (values) => signaturesForAddress(context, values),
  };
}

/** The options may be the encoding alone, as old clients sent it. */
export function encodingConfig(value: unknown): RpcConfig {
  return typeof value === 'string' ? { encoding: value } : configOf(value);
}

/** Returns the commitment of a method that reads blocks. @throws RpcError -32602 for processed */
export function settledCommitment(config: RpcConfig): Commitment {
  const commitment = commitmentOf(config);
  if (commitment === 'processed') throw invalidParams('Method does not support commitment below `confirmed`');
  return commitment;
}

/** Returns the highest commitment that a slot has reached. */
function commitmentOfSlot({ chain }: RpcContext, slot: bigint): Commitment {
  if (slot <= chain.ledger.at('finalized').slot) return 'finalized';
  return slot <= chain.ledger.at('confirmed').slot ? 'confirmed' : 'processed';
}

function signatureStatus(context: RpcContext, signature: string, isSearch: boolean): unknown {
  const { ledger, history } = context.chain;
  const record = history.find(signature);
  if (record === undefined) return null;
  const block = ledger.findBlock(record.slot);
  const age = block === undefined ? STATUS_CACHE_BLOCKS + 1n : ledger.head.blockHeight - block.blockHeight;
  if (age > STATUS_CACHE_BLOCKS && !isSearch) return null;
  const confirmationStatus = commitmentOfSlot(context, record.slot);
  return {
    confirmationStatus,
    confirmations: confirmationStatus === 'finalized' ? null : age,
    err: record.error,
    slot: record.slot,
    status: statusJson(record.error),
  };
}

function blockTime({ chain }: RpcContext, record: LandedRecord): bigint | null {
  return chain.ledger.findBlock(record.slot)?.unixTimestamp ?? null;
}

function signaturesForAddress(context: RpcContext, values: unknown): unknown[] {
  const params = new Params(values, 1, 2);
  const address: AddressKey = params.address(0);
  const config = params.config(1);
  const newest = blockFor(context, config, settledCommitment(config)).slot;
  const limit =
    config['limit'] === undefined || config['limit'] === null ? MAX_SIGNATURES : unsignedOf(config['limit']);
  if (limit === 0n || limit > MAX_SIGNATURES) throw invalidParams(`Invalid limit; max ${MAX_SIGNATURES}`);
  const before = boundary(context, config['before']);
  const until = boundary(context, config['until']);
  const found: unknown[] = [];
  context.chain.history.visitMentions(address, (record) => {
    if (until !== undefined && record.sequence <= until) return false;
    if (record.slot <= newest && (before === undefined || record.sequence < before)) found.push(entry(context, record));
    return BigInt(found.length) < limit;
  });
  return found;
}

function entry(context: RpcContext, record: LandedRecord): unknown {
  return {
    blockTime: blockTime(context, record),
    confirmationStatus: commitmentOfSlot(context, record.slot),
    err: record.error,
    memo: memoOf(record, context.chain.history),
    signature: record.signature,
    slot: record.slot,
    transactionIndex: record.index,
  };
}

/** Returns the sequence of a bounding signature. @throws RpcError -32020 when the history does not hold it */
function boundary({ chain }: RpcContext, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const signature = signatureOf(value);
  const record = chain.history.find(signature);
  if (record === undefined) throw new RpcError(RpcCode.FilterSignatureNotFound, `Transaction ${signature} not found`);
  return record.sequence;
}
