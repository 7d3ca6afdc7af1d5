import { expect, it } from 'vitest';
import { AccountIntake } from '../../src/market/account-intake.js';
import { ScriptedReader } from '../../src/testing/index.js';
import { addressOf, ChainModel } from './chain-model.js';

it('keeps an account unread until what was read of it has been applied', async () => {
  const chain = new ChainModel();
  const intake = new AccountIntake({ reader: chain.reader, feed: chain.feed, commitment: 'processed' });
  intake.follow({ added: [addressOf(2, 0)], dropped: [] });
  expect(await intake.subscribe()).toBeUndefined();
  const records = intake.select(await intake.read());
  expect(records).toHaveLength(1);
  expect(intake.isComplete).toBe(false);
  intake.settle(records);
  expect(intake.isComplete).toBe(true);
});

it('reads from a node that has completed every slot before the one the feed is at', async () => {
  const chain = new ChainModel();
  const asked: (bigint | undefined)[] = [];
  const reader = new ScriptedReader({
    readAccounts: async (_, __, options) => {
      asked.push(options?.minContextSlot);
      return [];
    },
  });
  const intake = new AccountIntake({ reader, feed: chain.feed, commitment: 'processed' });
  intake.follow({ added: [addressOf(2, 0)], dropped: [] });
  await intake.subscribe();
  await intake.read(40n);
  await intake.read();
  expect(asked).toEqual([39n, 0n]);
});
