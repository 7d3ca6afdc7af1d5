import type { SubscribeUpdate, SubscribeUpdateAccount } from '@triton-one/yellowstone-grpc';
import { createEngineError } from '../errors/create-engine-error.js';
import type { AccountUpdate } from '../ports/account-feed.js';

const ADDRESS_BYTES = 32;
const SYSTEM_PROGRAM = new Uint8Array(ADDRESS_BYTES);
const NOTHING = new Uint8Array(0);

/**
 * Returns an account message's content; null for what a node tells while it loads its snapshot, which did not happen in the slot named.
 * An account without lamports is gone: since Agave 4.0 its owner and data may still stand there.
 * @throws CHAIN_RESPONSE_INVALID
 */
export function decodeAccountUpdate(message: SubscribeUpdateAccount, receivedAtMicros: number): AccountUpdate | null {
  if (message.isStartup) return null;
  const { account } = message;
  if (account?.pubkey.length !== ADDRESS_BYTES || account.owner.length !== ADDRESS_BYTES)
    throw createEngineError('CHAIN_RESPONSE_INVALID', 'an account message without an address or an owner');
  const lamports = BigInt(account.lamports);
  return {
    kind: 'account',
    address: account.pubkey,
    owner: lamports === 0n ? SYSTEM_PROGRAM : account.owner,
    lamports,
    slot: BigInt(message.slot),
    writeVersion: BigInt(account.writeVersion),
    data: lamports === 0n ? NOTHING : account.data,
    receivedAtMicros,
  };
}

/** What a slot message says: it has begun or is complete, it is final, or it is dead and what happened in it did not. */
export type SlotNews =
  | { readonly kind: 'created'; readonly slot: bigint; readonly parent: bigint | null }
  | { readonly kind: 'processed'; readonly slot: bigint; readonly parent: bigint | null }
  | { readonly kind: 'finalized'; readonly slot: bigint }
  | { readonly kind: 'dead'; readonly slot: bigint };

/** The protocol's SlotStatus numbers that say something to a market (geyser.proto). */
const PROCESSED = 0;
const FINALIZED = 2;
const CREATED_BANK = 5;
const DEAD = 6;

/** Returns what a slot message says; null for a status that changes nothing, among them those that are newer than this version. */
export function decodeSlotUpdate(message: NonNullable<SubscribeUpdate['slot']>): SlotNews | null {
  const slot = BigInt(message.slot);
  const parent = message.parent === undefined ? null : BigInt(message.parent);
  const status: number = message.status;
  switch (status) {
    case PROCESSED:
      return { kind: 'processed', slot, parent };
    case CREATED_BANK:
      return { kind: 'created', slot, parent };
    case FINALIZED:
      return { kind: 'finalized', slot };
    case DEAD:
      return { kind: 'dead', slot };
    default:
      return null;
  }
}
