import { expect, it } from 'vitest';
import { WriteOrder } from '../../src/market/write-order.js';
import type { AccountUpdate } from '../../src/ports/account-feed.js';
import { addressOf } from './chain-model.js';

const update = (slot: bigint, writeVersion?: bigint): AccountUpdate => ({
  kind: 'account',
  address: addressOf(1, 1),
  owner: new Uint8Array(32),
  lamports: 1n,
  slot,
  data: new Uint8Array(),
  receivedAtMicros: 0,
  ...(writeVersion === undefined ? {} : { writeVersion }),
});

it('takes only the later write of a slot, whatever the order of arrival', () => {
  const order = new WriteOrder();
  expect(order.accept(update(5n, 10n))).toBe(true);
  expect(order.accept(update(5n, 9n))).toBe(false);
  expect(order.accept(update(5n, 10n))).toBe(false);
  expect(order.accept(update(5n, 11n))).toBe(true);
  expect(order.slotOf(addressOf(1, 1))).toBe(5n);
});

it('leaves the order of slots to the core, and goes on from the newest', () => {
  const order = new WriteOrder();
  order.accept(update(6n, 20n));
  expect(order.accept(update(5n, 30n))).toBe(true);
  expect(order.accept(update(6n, 19n))).toBe(false);
  expect(order.accept(update(7n, 1n))).toBe(true);
  expect(order.slotOf(addressOf(1, 1))).toBe(7n);
});

it('knows no order without write versions, nor across streams', () => {
  const order = new WriteOrder();
  expect(order.accept(update(5n))).toBe(true);
  expect(order.accept(update(5n))).toBe(true);
  order.accept(update(6n, 100n));
  order.restart();
  expect(order.accept(update(6n, 1n))).toBe(true);
  order.forget([addressOf(1, 1)]);
  expect(order.slotOf(addressOf(1, 1))).toBe(0n);
});
