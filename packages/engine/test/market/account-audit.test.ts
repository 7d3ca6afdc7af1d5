import type { AccountRecord } from '@tandem/core-native';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import { AccountAudit } from '../../src/market/account-audit.js';
import type { AccountReading } from '../../src/ports/chain-reader.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { addressOf } from './chain-model.js';

const accounts = Array.from({ length: 150 }, (_, index) => addressOf(4, index));
let clock: ManualClock;
let asked: number[];
let taken: { records: readonly AccountRecord[]; slot: bigint }[];
let ended: AbortController;
let audit: AccountAudit;
let isDead: boolean;
let isLive: boolean;
let faults: unknown[];

async function readAccounts(addresses: readonly Uint8Array[]): Promise<AccountReading[]> {
  asked.push(addresses.length);
  if (isDead) throw createEngineError('CHAIN_UNREACHABLE', 'no answer');
  return addresses.map((address) => ({ address, slot: 10n, account: null }));
}

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  taken = [];
  faults = [];
  ended = new AbortController();
  [isDead, isLive] = [false, true];
  audit = new AccountAudit({
    clock,
    commitment: 'processed',
    reader: { readAccounts },
    accounts: () => accounts,
    // Of the first account the feed has told more than the node, of the second just as much.
    toldSlot: (address) => (address[1] === 0 ? 11n : address[1] === 1 ? 10n : 9n),
    isWanted: () => isLive,
    onRead: (records, slot) => taken.push({ records, slot }),
  });
  audit.run(ended.signal).catch((error: unknown) => faults.push(error));
});

afterEach(() => {
  ended.abort();
  expect(faults).toEqual([]);
});

describe('the audit', () => {
  it('reads a sample a second, in turn, and takes only what is newer than the last word of the feed', async () => {
    await clock.advance(3_000);
    expect(asked).toEqual([100, 50, 100]);
    expect(taken.map(({ records, slot }) => [records.length, slot])).toEqual([
      [98, 10n],
      [50, 10n],
      [98, 10n],
    ]);
  });

  it('reads everything at once after a doubt, but not more than once in five seconds', async () => {
    audit.doubt();
    await clock.advance(1);
    expect(asked).toEqual([150]);
    audit.doubt();
    await clock.advance(4_000);
    expect(asked.slice(1)).not.toContain(150);
    await clock.advance(2_000);
    expect(asked.filter((size) => size === 150)).toHaveLength(2);
  });

  it('keeps a doubt until the node has answered, and reads nothing while the feed is lost', async () => {
    isDead = true;
    audit.doubt();
    await clock.advance(1);
    isDead = false;
    await clock.advance(6_000);
    expect(asked.filter((size) => size === 150)).toHaveLength(2);
    const before = asked.length;
    isLive = false;
    await clock.advance(5_000);
    expect(asked).toHaveLength(before);
  });
});
