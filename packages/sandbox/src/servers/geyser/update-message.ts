import type { SubscribeUpdate, SubscribeUpdateAccountInfo } from '@triton-one/yellowstone-grpc';

import { addressBytes, addressText } from '../../cluster/address-key.js';
import { decodeBase58 } from '../../cluster/base58.js';
import type { AccountWrite, BlockNotice, GeyserNotice, TransactionNotice } from './slot-content.js';
import { transactionErrorBytes } from './transaction-error-bytes.js';

/** What a message says beside its content. */
export interface UpdateFrame {
  readonly names: readonly string[];
  readonly slices: readonly { readonly offset: number; readonly length: number }[];
  /** Wall time at which the server made the message. */
  readonly nowMs: number;
}

/** `rent_epoch` of an account that is exempt, as every account is today. */
const RENT_EXEMPT_EPOCH = '18446744073709551615';

/** Returns a message with nothing but its time. */
export function emptyUpdate(nowMs: number): SubscribeUpdate {
  // oxlint-disable-next-line no-restricted-globals -- the encoder takes a Date; the time in it is the clock's
  return { filters: [], createdAt: new Date(nowMs) };
}

/** Returns the protocol's message of a notice. */
export function updateOf(notice: GeyserNotice, frame: UpdateFrame): SubscribeUpdate {
  const update: SubscribeUpdate = { ...emptyUpdate(frame.nowMs), filters: [...frame.names] };
  switch (notice.kind) {
    case 'account':
      update.account = {
        account: accountInfo(notice, frame.slices),
        slot: notice.slot.toString(),
        isStartup: false,
      };
      return update;
    case 'slot':
      update.slot = {
        slot: notice.slot.toString(),
        parent: notice.parent.toString(),
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum itself lies in the package, which is loaded late
        status: notice.status,
      };
      return update;
    case 'transaction':
      update.transactionStatus = transactionStatus(notice);
      return update;
    case 'block':
      update.blockMeta = blockMeta(notice);
      return update;
  }
}

function accountInfo(write: AccountWrite, slices: UpdateFrame['slices']): SubscribeUpdateAccountInfo {
  const { state, key, writeVersion, signature } = write;
  const { data } = state;
  return {
    pubkey: addressBytes(key),
    lamports: state.lamports.toString(),
    owner: addressBytes(state.owner),
    executable: state.executable,
    rentEpoch: RENT_EXEMPT_EPOCH,
    data:
      slices.length === 0
        ? data
        : Buffer.concat(slices.map(({ offset, length }) => data.subarray(offset, offset + length))),
    writeVersion: writeVersion.toString(),
    txnSignature: signature === undefined ? undefined : decodeBase58(signature),
  };
}

function transactionStatus(notice: TransactionNotice): SubscribeUpdate['transactionStatus'] {
  return {
    slot: notice.slot.toString(),
    signature: decodeBase58(notice.signature) ?? new Uint8Array(64),
    isVote: false,
    index: notice.index.toString(),
    err: notice.error === null ? undefined : { err: transactionErrorBytes(notice.error) },
  };
}

function blockMeta({ block, transactions }: BlockNotice): SubscribeUpdate['blockMeta'] {
  return {
    slot: block.slot.toString(),
    blockhash: addressText(block.blockhash),
    rewards: { rewards: [], numPartitions: undefined },
    blockTime: { timestamp: block.unixTimestamp.toString() },
    blockHeight: { blockHeight: block.blockHeight.toString() },
    parentSlot: block.parentSlot.toString(),
    parentBlockhash: addressText(block.previousBlockhash),
    executedTransactionCount: transactions.toString(),
    entriesCount: '1',
  };
}
