import { addressText } from '../../../cluster/address-key.js';
import type { Block } from '../../../cluster/block-ledger.js';
import type { LandedRecord } from '../../../cluster/transaction-history.js';
import { transactionFormatOf, transactionJson } from '../../transaction-json.js';
import { configOf, expectNone, Params, type RpcConfig, unsignedOf, wordOf } from '../params.js';
import type { RpcContext, RpcMethods } from '../rpc-context.js';
import { invalidParams, RpcCode, RpcError } from '../rpc-error.js';
import { encodingConfig, settledCommitment } from './history-methods.js';

/** The widest range of `getBlocks` (agave `MAX_GET_CONFIRMED_BLOCKS_RANGE`). */
const MAX_BLOCK_RANGE = 500_000n;

/** Methods that read blocks. */
export function blockMethods(context: RpcContext): RpcMethods {
  const { ledger } = context.chain;
  return {
    getBlock: (values) => {
      const params = new Params(values, 1, 2);
      const config = encodingConfig(params.at(1));
      return blockJson(context, readableBlock(context, params.unsigned(0), config), config);
    },
    getBlockTime: (values) =>
      readableBlock(context, new Params(values, 1, 1).unsigned(0), { commitment: 'confirmed' }).unixTimestamp,
    getBlocks: (values) => {
      const params = new Params(values, 1, 3);
      const [second, third] = [params.at(1), params.at(2)];
      const config = typeof second === 'object' && second !== null ? configOf(second) : configOf(third);
      const newest = ledger.at(settledCommitment(config)).slot;
      const first = params.unsigned(0);
      const asked = typeof second === 'number' ? unsignedOf(second) : newest;
      const last = asked < newest ? asked : newest;
      if (last - first > MAX_BLOCK_RANGE) throw invalidParams(`Slot range too large; max ${MAX_BLOCK_RANGE}`);
      return ledger.blocksBetween(first, last).map((block) => block.slot);
    },
    getBlocksWithLimit: (values) => {
      const params = new Params(values, 2, 3);
      const limit = params.unsigned(1);
      if (limit > MAX_BLOCK_RANGE) throw invalidParams(`Limit too large; max ${MAX_BLOCK_RANGE}`);
      const newest = ledger.at(settledCommitment(params.config(2))).slot;
      return ledger
        .blocksBetween(params.unsigned(0), newest)
        .slice(0, Number(limit))
        .map((block) => block.slot);
    },
    getFirstAvailableBlock: (values) => (expectNone(values), ledger.oldest.slot),
    minimumLedgerSlot: (values) => (expectNone(values), ledger.oldest.slot),
  };
}

/** Returns the block of a slot. @throws RpcError -32001, -32004, -32007 when it is gone, not there yet, or was skipped */
function readableBlock({ chain }: RpcContext, slot: bigint, config: RpcConfig): Block {
  const { ledger } = chain;
  if (slot > ledger.at(settledCommitment(config)).slot) {
    throw new RpcError(RpcCode.BlockNotAvailable, `Block not available for slot ${slot}`);
  }
  if (slot < ledger.oldest.slot) {
    const message = `Block ${slot} cleaned up, does not exist on node. First available block: ${ledger.oldest.slot}`;
    throw new RpcError(RpcCode.BlockCleanedUp, message);
  }
  const block = ledger.findBlock(slot);
  if (block === undefined) {
    throw new RpcError(
      RpcCode.SlotSkipped,
      `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`,
    );
  }
  return block;
}

function blockJson(context: RpcContext, block: Block, config: RpcConfig): unknown {
  const details = wordOf(config, 'transactionDetails', ['full', 'signatures', 'accounts', 'none']) ?? 'full';
  const format = transactionFormatOf(config);
  const records = details === 'none' ? [] : recordsOf(context, block);
  return {
    blockHeight: block.blockHeight,
    blockTime: block.unixTimestamp,
    blockhash: addressText(block.blockhash),
    parentSlot: block.parentSlot,
    previousBlockhash: addressText(block.previousBlockhash),
    rewards: config['rewards'] === false ? undefined : [],
    signatures: details === 'signatures' ? records.map((record) => record.signature) : undefined,
    transactions:
      details === 'full' || details === 'accounts'
        ? records.map((record) => transactionJson(record, context.chain.history.details(record), format))
        : undefined,
  };
}

/** @throws RpcError -32001 when the history has dropped transactions of the block */
function recordsOf({ chain }: RpcContext, block: Block): LandedRecord[] {
  const records = chain.recordsIn(block);
  if (records.length < chain.transactionsThrough(block) - block.firstSequence) {
    throw new RpcError(RpcCode.BlockCleanedUp, `Block ${block.slot} cleaned up, its transactions are no longer kept`);
  }
  return records;
}
