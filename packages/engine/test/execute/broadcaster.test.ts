import { beforeEach, describe, expect, it } from 'vitest';
import { Broadcaster } from '../../src/execute/broadcaster.js';
import { chooseRoads } from '../../src/execute/road-choice.js';
import type { TransactionFacts } from '../../src/ports/index.js';
import { ManualClock, RecordingSender } from '../../src/testing/index.js';
import { tippingTransaction } from '../chain/signed-tip.js';

/** A road that takes only what tips, and only as long as the chain has not seen it. */
class AuctionRoad extends RecordingSender {
  readonly repeatsUntil = 'sighting';

  refusesBefore({ transfers }: TransactionFacts): string | undefined {
    return transfers.length === 0 ? 'SENDER_TIP_MISSING' : undefined;
  }
}

const TIP = { to: new Uint8Array(32).fill(5), lamports: 1_000n };
let clock: ManualClock;
let plain: RecordingSender;
let auction: AuctionRoad;
let faults: unknown[];
beforeEach(() => {
  clock = new ManualClock();
  plain = new RecordingSender('plain');
  auction = new AuctionRoad('auction');
  faults = [];
});

function broadcaster(transaction: Uint8Array, senders = [auction, plain]): Broadcaster {
  const tracked = { id: 'a', signature: 'sig', transaction, lastValidBlockHeight: 1n, sentAtMicros: 0 };
  return new Broadcaster({
    senders,
    clock,
    tracked,
    everyMs: 400,
    onFault: (_sender, _tracked, error) => faults.push(error),
  });
}

describe('Broadcaster', () => {
  it('sends identical bytes on every road that takes them, and none on the others', async () => {
    const tipping = tippingTransaction(TIP);
    const bare = tippingTransaction();
    broadcaster(tipping).sendIfDue();
    broadcaster(bare).sendIfDue();
    await clock.advance(0);
    expect(auction.sends.map(({ transaction }) => transaction)).toEqual([tipping]);
    expect(plain.sends.map(({ transaction }) => transaction)).toEqual([tipping, bare]);
    expect(faults).toEqual([]);
  });

  it('stops on a road of auctions once the chain has seen the signature, and goes on elsewhere to the verdict', async () => {
    const sending = broadcaster(tippingTransaction(TIP));
    sending.sendIfDue(false);
    for (const seen of [false, true, true]) {
      await clock.advance(400);
      sending.sendIfDue(seen);
    }
    await clock.advance(0);
    expect([auction.sends.length, plain.sends.length]).toEqual([2, 4]);
  });

  it('says that no road takes a transaction, and why', () => {
    broadcaster(tippingTransaction(), [auction]).sendIfDue();
    expect(faults).toMatchObject([
      { code: 'SENDER_ROAD_MISSING', context: { refusals: { auction: 'SENDER_TIP_MISSING' } } },
    ]);
    expect(auction.sends).toEqual([]);
  });

  it('does not let a road that hangs or throws hold up another one', async () => {
    auction.send = () => new Promise(() => undefined);
    plain.failNext(new Error('no'));
    const sending = broadcaster(tippingTransaction(TIP));
    sending.sendIfDue();
    await clock.advance(400);
    sending.sendIfDue();
    await clock.advance(0);
    expect(plain.sends).toHaveLength(2);
    expect(faults).toHaveLength(1);
  });
});

describe('chooseRoads', () => {
  it('reads nothing where no road asks, whatever the bytes are', () => {
    expect(chooseRoads([plain], Uint8Array.of(1, 2, 3))).toEqual({ roads: [plain], refusals: {} });
  });
});
