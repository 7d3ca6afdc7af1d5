import type { SubscribeUpdate } from '@triton-one/yellowstone-grpc';
import { describe, expect, it } from 'vitest';
import { GrpcSlots } from '../../src/chain/grpc-slots.js';
import { decodeAccountUpdate } from '../../src/chain/grpc-update.js';

type SlotMessage = NonNullable<SubscribeUpdate['slot']>;
/** As the wire brings it: a number, whether this version has a name for it or not. */
const message = (slot: number, status: number, parent: number | null = slot - 1): SlotMessage =>
  Object.assign({ slot: String(slot), status: 0 }, { status, ...(parent === null ? {} : { parent: String(parent) }) });
const [PROCESSED, CONFIRMED, FINALIZED, FIRST_SHRED, CREATED_BANK, DEAD] = [0, 1, 2, 3, 5, 6];

describe('the statuses of slots', () => {
  it('are one update a slot, with the newest root', () => {
    const slots = new GrpcSlots();
    expect(slots.take(message(9, FINALIZED))).toBeNull();
    expect(slots.take(message(10, FIRST_SHRED))).toBeNull();
    expect(slots.take(message(10, CREATED_BANK))).toEqual({ kind: 'slot', slot: 10n, parent: 9n, root: 9n });
    expect(slots.take(message(10, PROCESSED))).toBeNull();
    expect(slots.take(message(10, CONFIRMED))).toBeNull();
  });

  it('are told when the parent is known, and those that are newer than this version are left out', () => {
    const slots = new GrpcSlots();
    expect(slots.take(message(10, PROCESSED, null))).toBeNull();
    expect(slots.take(message(10, PROCESSED))).toMatchObject({ slot: 10n });
    expect(slots.take(message(11, 42))).toBeNull();
    expect(slots.take(message(11, -1))).toBeNull();
  });

  it('are a gap when a slot with updates is dead or made again', () => {
    const slots = new GrpcSlots();
    slots.take(message(10, CREATED_BANK));
    expect(slots.take(message(10, CREATED_BANK))).toBeNull();
    expect(slots.take(message(10, DEAD))).toBeNull();
    slots.touch(11n);
    slots.take(message(11, CREATED_BANK));
    expect(slots.take(message(11, CREATED_BANK))).toMatchObject({ kind: 'status', status: 'gap' });
    expect(slots.take(message(11, DEAD))).toMatchObject({ kind: 'status', status: 'gap' });
  });
});

describe('an account message', () => {
  const account = {
    pubkey: new Uint8Array(32).fill(1),
    owner: new Uint8Array(32).fill(2),
    lamports: '18446744073709551615',
    executable: false,
    rentEpoch: '0',
    data: Uint8Array.of(7),
    writeVersion: '9007199254740993',
  };

  it('keeps every bit of its numbers', () => {
    expect(decodeAccountUpdate({ account, slot: '9007199254740993', isStartup: false }, 5)).toMatchObject({
      lamports: 18_446_744_073_709_551_615n,
      slot: 9_007_199_254_740_993n,
      writeVersion: 9_007_199_254_740_993n,
      receivedAtMicros: 5,
    });
  });

  it('without lamports is an absent account, whatever else stands in it', () => {
    const gone = decodeAccountUpdate({ account: { ...account, lamports: '0' }, slot: '1', isStartup: false }, 0);
    expect(gone).toMatchObject({ lamports: 0n, owner: new Uint8Array(32), data: new Uint8Array() });
  });

  it('of a node that loads its snapshot is no news, and one without an address is refused', () => {
    expect(decodeAccountUpdate({ account, slot: '1', isStartup: true }, 0)).toBeNull();
    const broken = { account: { ...account, pubkey: new Uint8Array(3) }, slot: '1', isStartup: false };
    expect(() => decodeAccountUpdate(broken, 0)).toThrow(expect.objectContaining({ code: 'CHAIN_RESPONSE_INVALID' }));
  });
});
