import { expect, it } from 'vitest';
import { AccountIntake } from '../../src/market/account-intake.js';
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
