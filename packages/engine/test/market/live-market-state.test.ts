import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { CLOCK_SYSVAR_ADDRESS } from '../../src/chain/clock-sysvar.js';
import { nextTurn } from '../../src/chain/next-turn.js';
import { LiveMarketState, type LiveMarketStateOptions } from '../../src/market/live-market-state.js';
import type { MarketSnapshot } from '../../src/market/market-snapshot.js';
import { VENUE_CATALOG } from '../../src/market/venue-catalog.js';
import { SteppedClock } from '../chain/stepped-clock.js';
import { addressOf, arraysFrom, ChainModel } from './chain-model.js';
import { LedgerCore, REFUSED_BYTE } from './ledger-core.js';

let chain: ChainModel;
let core: LedgerCore;
let clock: SteppedClock;
let market: LiveMarketState;
let snapshots: MarketSnapshot[];

const listen = (snapshot: MarketSnapshot) => void snapshots.push(snapshot);
const settled = async () => {
  for (let turn = 0; turn < 30; turn += 1) await new Promise(setImmediate);
};
const touchedSince = (start: number) =>
  snapshots.slice(start).map((snapshot) => (snapshot.touched === undefined ? 'all' : [...snapshot.touched]));

function build(options: Partial<LiveMarketStateOptions> = {}): void {
  core = new LedgerCore();
  clock = new SteppedClock();
  snapshots = [];
  market = new LiveMarketState({
    core: core.asCore(),
    reader: chain.reader,
    feed: chain.feed,
    clock,
    commitment: 'processed',
    venues: ['raydium_cpmm', 'raydium_amm_v4'],
    pools: [],
    maxPools: 100,
    schedule: nextTurn,
    ...options,
  });
}

function expectTruth(): void {
  for (const [key, account] of core.accounts)
    expect([...account.data], key).toEqual([...(chain.accounts.get(key)?.data ?? [])]);
  expect(core.accounts.size).toBe([...chain.watched].length - 1);
}

beforeEach(() => {
  chain = new ChainModel();
  for (let pool = 0; pool < 3; pool += 1) chain.addPool(pool);
  build();
});

afterEach(async () => await market.stop());

describe('the start of the market', () => {
  it('watches every account of every pool and the clock, snapshots, and tells of all pools', async () => {
    await market.start(listen);
    expect(chain.watched.size).toBe(3 * 3 + 1);
    expect(chain.watched.has(encodeBase58(CLOCK_SYSVAR_ADDRESS))).toBe(true);
    expect(snapshots).toMatchObject([
      { store: market.store, touched: undefined, slot: 100n, clock: { epoch: 5n, unixTimestamp: 1_100n } },
    ]);
    expect(Object.isFrozen(snapshots[0])).toBe(true);
    expect(market.isLive()).toBe(true);
    expect(market.poolCount()).toBe(3);
    expectTruth();
  });

  it('loses no change that falls between the subscription and the snapshot', async () => {
    chain.duringRead = () => {
      chain.nextSlot();
      chain.write(addressOf(2, 1), Uint8Array.of(77));
      chain.deliver();
      chain.duringRead = () => undefined;
    };
    await market.start(listen);
    expectTruth();
    expect(core.accounts.get(encodeBase58(addressOf(2, 1)))?.data[0]).toBe(77);
  });

  it('reads again what the snapshot and the feed tell differently for one slot', async () => {
    chain.duringRead = () => {
      const before = chain.updateOf(addressOf(2, 1));
      chain.write(addressOf(2, 1), Uint8Array.of(78));
      // The feed's message is older than the answer of the node, and arrives later: by its slot alone nobody could know.
      chain.emit({ ...before, data: Uint8Array.of(5), slot: chain.slot });
      chain.duringRead = () => chain.nextSlot();
    };
    await market.start(listen);
    expect(chain.reads).toBe(2);
    expect(core.accounts.get(encodeBase58(addressOf(2, 1)))?.data[0]).toBe(78);
  });

  it('numbers pools in the order of their addresses, whatever order the node gives', async () => {
    await market.start(listen);
    expect(market.describe(Uint32Array.of(0, 1, 2)).map((pool) => pool.address[1])).toEqual([0, 1, 2]);
  });

  it('fails with MARKET_POOL_NOT_FOUND and the refusals when no pool is any good, and leaves nothing open', async () => {
    build({ pools: [encodeBase58(addressOf(9, 9)), encodeBase58(addressOf(2, 0))] });
    await expect(market.start(listen)).rejects.toMatchObject({
      code: 'MARKET_POOL_NOT_FOUND',
      severity: 'fatal',
      message: expect.stringContaining(`${encodeBase58(addressOf(9, 9))} (MARKET_ACCOUNT_NOT_FOUND: `),
      context: { refusals: [{ code: 'MARKET_ACCOUNT_NOT_FOUND' }, { code: 'POOL_ACCOUNT_DISCRIMINATOR_MISMATCH' }] },
    });
    expect(core.droppedStores).toEqual([market.store]);
    expect(chain.isStopped).toBe(true);
  });

  it('reports refused accounts by address and code and goes on with the others', async () => {
    chain.write(addressOf(1, 7), Uint8Array.of(0));
    await market.start(listen);
    expect(market.refusals).toEqual([
      {
        address: encodeBase58(addressOf(1, 7)),
        code: 'POOL_ACCOUNT_DISCRIMINATOR_MISMATCH',
        message: 'the account is not of the expected kind',
      },
    ]);
    expect(market.poolCount()).toBe(3);
  });

  it('rejects when the feed cannot be reached', async () => {
    chain.isFeedDead = true;
    await expect(market.start(listen)).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    expect(market.isLive()).toBe(false);
  });

  it('waits for a feed that is lost during the start', async () => {
    chain.duringRead = () => {
      chain.duringRead = () => undefined;
      chain.lose();
      chain.write(addressOf(2, 0), Uint8Array.of(66));
    };
    const started = market.start(listen);
    await settled();
    expect(snapshots).toEqual([]);
    chain.resume();
    await settled();
    await clock.advance(20);
    await started;
    expect(snapshots).toHaveLength(1);
    expectTruth();
  });
});

describe('account updates', () => {
  it('of one turn come as one snapshot with the pools they touch and the time of the oldest', async () => {
    await market.start(listen);
    chain.nextSlot();
    chain.write(addressOf(2, 2), Uint8Array.of(1));
    chain.write(addressOf(3, 2), Uint8Array.of(2));
    chain.write(addressOf(3, 0), Uint8Array.of(3));
    chain.deliver();
    expect(snapshots).toHaveLength(1);
    await settled();
    expect(snapshots.slice(1)).toMatchObject([
      { touched: Uint32Array.of(0, 2), slot: 101n, clock: { slot: 101n }, receivedAtMicros: 42 },
    ]);
  });

  it('of a flood keep one place an account', async () => {
    await market.start(listen);
    for (let index = 0; index < 10_000; index += 1)
      chain.emit({ ...chain.updateOf(addressOf(2, 0)), slot: 200n, data: Uint8Array.of(index % 250) });
    await settled();
    expect(touchedSince(1)).toEqual([[0]]);
    expect(core.accounts.get(encodeBase58(addressOf(2, 0)))?.data[0]).toBe(9_999 % 250);
    expect(market.counts()).toMatchObject({ received: 10_000, coalesced: 9_999 });
  });

  it('that repeat or come too late touch nothing', async () => {
    await market.start(listen);
    const old = chain.updateOf(addressOf(2, 0));
    chain.emit(old);
    await settled();
    chain.emit({ ...old, slot: 50n, data: Uint8Array.of(9) });
    await settled();
    expect(touchedSince(1)).toEqual([]);
    expect(market.counts()).toMatchObject({ duplicates: 1, stale: 1 });
    expectTruth();
  });

  it('that are refused block their pools until good bytes come', async () => {
    await market.start(listen);
    chain.emit({ ...chain.updateOf(addressOf(2, 1)), slot: 101n, data: Uint8Array.of(REFUSED_BYTE) });
    await settled();
    expect([0, 1, 2].map((pool) => market.blockedCode(pool))).toEqual([null, 'POOL_ACCOUNT_TOO_SHORT', null]);
    expect(market.refusals.at(-1)).toMatchObject({
      address: encodeBase58(addressOf(2, 1)),
      code: 'POOL_ACCOUNT_TOO_SHORT',
    });
    chain.emit({ ...chain.updateOf(addressOf(2, 1)), slot: 102n, data: Uint8Array.of(4) });
    await settled();
    expect(market.blockedCode(1)).toBeNull();
  });

  it('are told no more after the stop', async () => {
    await market.start(listen);
    chain.emit({ ...chain.updateOf(addressOf(2, 1)), slot: 101n, data: Uint8Array.of(8) });
    await market.stop();
    await settled();
    expect(snapshots).toHaveLength(1);
    expect(core.droppedStores).toEqual([market.store]);
  });
});

describe('a lost feed', () => {
  it('makes the market not live until everything has been read again', async () => {
    await market.start(listen);
    chain.lose();
    expect(market.isLive()).toBe(false);
    expect(market.lostReason()).toBe('the wire was cut');
    chain.nextSlot();
    chain.write(addressOf(2, 0), Uint8Array.of(31));
    chain.resume();
    expect(market.isLive()).toBe(false);
    await settled();
    expect(market.isLive()).toBe(true);
    expect(touchedSince(1)).toEqual(['all']);
    expect(market.counts().resnapshots).toBe(1);
    expectTruth();
  });

  it('holds updates back while the resnapshot is on its way', async () => {
    await market.start(listen);
    chain.lose();
    chain.resume();
    chain.nextSlot();
    chain.write(addressOf(3, 1), Uint8Array.of(12));
    chain.deliver();
    await settled();
    expect(touchedSince(1)[0]).toBe('all');
    expectTruth();
  });

  it('is not forgiven while the node does not answer', async () => {
    await market.start(listen);
    chain.lose();
    chain.isReaderDead = true;
    chain.resume();
    await settled();
    expect(market.isLive()).toBe(false);
    expect(market.lostReason()).toContain('the resnapshot failed: dead');
    chain.isReaderDead = false;
    await clock.advance(250);
    await settled();
    expect(market.isLive()).toBe(true);
  });

  it('that is lost again during the resnapshot stays lost', async () => {
    await market.start(listen);
    chain.lose();
    chain.duringRead = () => {
      chain.duringRead = () => undefined;
      chain.lose();
    };
    chain.resume();
    await settled();
    expect(market.isLive()).toBe(false);
    chain.resume();
    await settled();
    expect(market.isLive()).toBe(true);
  });

  it('blocks the pools whose accounts are gone afterwards', async () => {
    await market.start(listen);
    chain.lose();
    chain.remove(addressOf(3, 2));
    chain.resume();
    await settled();
    expect(market.blockedCode(2)).toBe('POOL_ACCOUNT_OWNER_MISMATCH');
    expect(market.refusals.at(-1)).toMatchObject({
      code: 'MARKET_ACCOUNT_NOT_FOUND',
      address: encodeBase58(addressOf(3, 2)),
    });
    expect(market.blockedCode(0)).toBeNull();
  });
});

describe('accounts in reach of a price', () => {
  const watches = (address: Uint8Array) => chain.watched.has(encodeBase58(address));
  const held = (address: Uint8Array) => core.accounts.get(encodeBase58(address))?.data;

  it('are watched and read before the market is live, those that do not exist as absent ones', async () => {
    const [first, second] = arraysFrom(0, 0) as [Uint8Array, Uint8Array];
    chain.movePrice(0, 0);
    chain.write(first, Uint8Array.of(41));
    await market.start(listen);
    expect(snapshots).toHaveLength(1);
    expect([watches(first), watches(second)]).toEqual([true, true]);
    expect([[...(held(first) ?? [])], [...(held(second) ?? [9])]]).toEqual([[41], []]);
    expect(market.blockedCode(0)).toBeNull();
    expectTruth();
  });

  it('are followed through those that bring others into reach, until nothing new is watched', async () => {
    // The snapshot finds the price elsewhere than discovery did.
    chain.duringRead = () => {
      chain.duringRead = () => undefined;
      chain.nextSlot();
      chain.movePrice(1, 3);
      chain.deliver();
    };
    await market.start(listen);
    expect(arraysFrom(1, 3).every(watches)).toBe(true);
    expect(snapshots).toHaveLength(1);
    expectTruth();
  });

  it('are subscribed before they are read, and those left behind are let go of', async () => {
    chain.movePrice(0, 0);
    await market.start(listen);
    const [left, stays, comes] = [...arraysFrom(0, 0), ...arraysFrom(0, 1).slice(1)] as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    chain.nextSlot();
    chain.write(comes, Uint8Array.of(7));
    chain.movePrice(0, 1);
    chain.deliver();
    chain.duringRead = () => expect(watches(comes)).toBe(true);
    await settled();
    expect([watches(left), watches(stays), watches(comes)]).toEqual([false, true, true]);
    expect([...(held(comes) ?? [])]).toEqual([7]);
    expect(touchedSince(1)).toEqual([[0], [0]]);
    expectTruth();
  });

  it('keep an update that overtakes their read, and give way to a newer read', async () => {
    await market.start(listen);
    const [array, other] = arraysFrom(2, 5) as [Uint8Array, Uint8Array];
    chain.write(other, Uint8Array.of(1));
    chain.nextSlot();
    chain.movePrice(2, 5);
    chain.deliver();
    chain.duringRead = () => {
      chain.duringRead = () => undefined;
      chain.nextSlot();
      chain.write(array, Uint8Array.of(50));
      chain.deliver();
      // Older than the read: the node told it late.
      chain.emit({ ...chain.updateOf(other), slot: 99n, data: Uint8Array.of(99) });
    };
    await settled();
    expectTruth();
    expect([...(held(array) ?? [])]).toEqual([50]);
    expect([...(held(other) ?? [])]).toEqual([1]);
  });

  it('are read again where read and feed tell different bytes of one slot', async () => {
    await market.start(listen);
    const [array] = arraysFrom(2, 5) as [Uint8Array];
    chain.nextSlot();
    chain.movePrice(2, 5);
    chain.deliver();
    const reads = chain.reads;
    chain.duringRead = () => {
      chain.duringRead = () => undefined;
      chain.write(array, Uint8Array.of(60));
      chain.deliver();
    };
    await settled();
    expect(chain.reads).toBe(reads + 2);
    expect([...(held(array) ?? [])]).toEqual([60]);
    expectTruth();
  });

  it('are asked for again while the node gives no subscription or no answer, with a reason and longer and longer waits', async () => {
    await market.start(listen);
    chain.isFull = true;
    chain.nextSlot();
    chain.movePrice(0, 2);
    chain.deliver();
    await settled();
    expect(market.isLive()).toBe(true);
    expect(market.refusals).toMatchObject([{ code: 'CHAIN_SUBSCRIPTION_INVALID', message: 'too many subscriptions' }]);
    await clock.advance(250);
    await settled();
    expect(market.refusalCount).toBe(2);
    chain.isFull = false;
    chain.isReaderDead = true;
    await clock.advance(500);
    await settled();
    expect(market.refusals.at(-1)).toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    chain.isReaderDead = false;
    await clock.advance(1_000);
    await settled();
    expect(arraysFrom(0, 2).every(watches)).toBe(true);
    expectTruth();
  });

  it('are read although the node gives no subscription of one of them', async () => {
    await market.start(listen);
    const [refused, other] = arraysFrom(0, 2) as [Uint8Array, Uint8Array];
    chain.unwatchable = encodeBase58(refused);
    chain.write(other, Uint8Array.of(9));
    chain.nextSlot();
    chain.movePrice(0, 2);
    chain.deliver();
    await settled();
    expect([watches(refused), watches(other)]).toEqual([false, true]);
    expect([...(held(other) ?? [])]).toEqual([9]);
    expect(market.refusals).toMatchObject([{ address: encodeBase58(refused), code: 'CHAIN_SUBSCRIPTION_INVALID' }]);
    chain.unwatchable = null;
    await clock.advance(250);
    await settled();
    expectTruth();
  });

  it('that the price has left again before they were read are not waited for', async () => {
    await market.start(listen);
    chain.isReaderDead = true;
    chain.nextSlot();
    chain.movePrice(0, 2);
    chain.deliver();
    await settled();
    chain.movePrice(0, 6);
    chain.deliver();
    chain.isReaderDead = false;
    await settled();
    await clock.advance(8_000);
    await settled();
    expect(arraysFrom(0, 2).some(watches)).toBe(false);
    expect(arraysFrom(0, 6).every(watches)).toBe(true);
    expectTruth();
  });

  it('follow the read of a resnapshot, not what the feed had told of the same slot before it was lost', async () => {
    await market.start(listen);
    chain.movePrice(2, 0);
    chain.deliver();
    chain.movePrice(2, 1);
    chain.lose();
    chain.resume();
    await settled();
    expectTruth();
  });

  it('are those of the present when everything is read again', async () => {
    chain.movePrice(0, 0);
    await market.start(listen);
    chain.lose();
    chain.nextSlot();
    chain.movePrice(0, 4);
    chain.write(arraysFrom(0, 4)[0]!, Uint8Array.of(5));
    chain.resume();
    await settled();
    expect(market.isLive()).toBe(true);
    expect(touchedSince(1)[0]).toBe('all');
    expect(arraysFrom(0, 0).some(watches)).toBe(false);
    expectTruth();
  });
});

describe('a fault of the core', () => {
  const panic = () => {
    throw Object.assign(new Error('the core panicked'), { code: 'CORE_PANIC' });
  };
  let faults: unknown[];
  const start = async () => {
    faults = [];
    await market.start(listen, (error) => faults.push(error));
  };
  const expectFault = async () => {
    expect(faults).toMatchObject([{ code: 'CORE_PANIC' }]);
    expect(market.isLive()).toBe(false);
    expect(market.lostReason()).toContain('the core panicked');
    expect(market.refusals).toEqual([]);
    const { reads } = chain;
    await clock.advance(8_000);
    await settled();
    expect(chain.reads).toBe(reads);
    expect(faults).toHaveLength(1);
  };

  it('is told and not tried again when what came into reach is applied', async () => {
    await start();
    chain.nextSlot();
    chain.movePrice(0, 2);
    chain.deliver();
    chain.duringRead = () => (core.applyAccounts = panic);
    await settled();
    await expectFault();
  });

  it('is told when an update is applied', async () => {
    await start();
    core.applyAccounts = panic;
    chain.nextSlot();
    chain.write(addressOf(2, 0), Uint8Array.of(1));
    chain.deliver();
    await settled();
    await expectFault();
  });

  it('is told when a resnapshot is applied', async () => {
    await start();
    chain.lose();
    core.applyAccounts = panic;
    chain.resume();
    await settled();
    await expectFault();
  });
});

describe('a venue whose accounts cannot be read', () => {
  it('is named where every one of them was refused, and not where one was good', async () => {
    await market.start(listen);
    expect(market.unreadableVenues).toEqual([]);
    await market.stop();
    chain = new ChainModel();
    chain.addPool(0);
    const ammV4 = decodeAddress(VENUE_CATALOG[1]?.programId ?? '');
    for (const pool of [5, 6]) chain.write(addressOf(1, pool), Uint8Array.of(0), ammV4);
    build();
    await market.start(listen);
    expect(market.unreadableVenues).toEqual([
      {
        venue: 'raydium_amm_v4',
        address: encodeBase58(addressOf(1, 5)),
        reason: expect.stringContaining('none of the 2 accounts found (POOL_ACCOUNT_DISCRIMINATOR_MISMATCH') as string,
      },
    ]);
  });
});

describe('pools that are withdrawn', () => {
  it('stay out whatever the feed and later snapshots bring, and are watched no more', async () => {
    await market.start(listen);
    market.withdraw(Uint32Array.of(1), 'MARKET_SELF_TEST_MISMATCH');
    expect([0, 1].map((pool) => market.blockedCode(pool))).toEqual([null, 'MARKET_SELF_TEST_MISMATCH']);
    expect(chain.watched.has(encodeBase58(addressOf(2, 1)))).toBe(false);
    chain.nextSlot();
    chain.emit({ ...chain.updateOf(addressOf(1, 1)), slot: 200n });
    chain.lose();
    chain.resume();
    await settled();
    expect(market.blockedCode(1)).toBe('MARKET_SELF_TEST_MISMATCH');
    expect(core.describePools(1, Uint32Array.of(1))[0]?.disabledCode).toBe('POOL_ACCOUNT_OWNER_MISMATCH');
    expect(chain.watched.has(encodeBase58(addressOf(1, 1)))).toBe(false);
    expect(market.refusals).toEqual([]);
  });
});

describe('time', () => {
  it('is the clock sysvar, its slot moved on to the newest one seen', async () => {
    await market.start(listen);
    chain.emit(chain.clockUpdate(2_000n));
    expect(market.clock()).toEqual({ slot: 100n, epoch: 6n, unixTimestamp: 2_000n });
    chain.emit({ kind: 'slot', slot: 130n, parent: 129n, root: 0n });
    expect(market.clock()).toEqual({ slot: 130n, epoch: 6n, unixTimestamp: 2_000n });
    expect(market.currentSlot()).toBe(130n);
  });

  it('is read every second where nobody pushes it, and not where somebody does', async () => {
    await market.start(listen);
    const before = chain.clockReads;
    chain.slot = 140n;
    await clock.advance(1_000);
    expect(chain.clockReads).toBe(before + 1);
    expect(market.clock()).toMatchObject({ slot: 140n, unixTimestamp: 1_140n });
    chain.emit({ ...chain.clockUpdate(3_000n), receivedAtMicros: clock.nowMicros() + 900_000 });
    await clock.advance(1_000);
    expect(chain.clockReads).toBe(before + 1);
  });

  it('survives a clock that cannot be read', async () => {
    await market.start(listen);
    chain.emit({ ...chain.clockUpdate(1n), data: new Uint8Array(5) });
    expect(market.clock().unixTimestamp).toBe(1_100n);
    expect(market.refusals.at(-1)).toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
  });

  it('makes the picture older while no slot comes', async () => {
    await market.start(listen);
    for (let slot = 101n; slot < 160n; slot += 1n) {
      await clock.advance(200);
      chain.emit({ kind: 'slot', slot, parent: slot - 1n, root: 0n });
    }
    expect(market.ageSlots()).toBe(0n);
    await clock.advance(1_020);
    expect(market.ageSlots()).toBe(5n);
  });
});

describe('any sequence of writes, lags, repeats, losses and returns', () => {
  type Step =
    | 'write'
    | 'writeArray'
    | 'removeArray'
    | 'movePrice'
    | 'slot'
    | 'deliver'
    | 'deliverOne'
    | 'repeat'
    | 'late'
    | 'lose'
    | 'resume'
    | 'turn'
    | 'dieReader'
    | 'reviveReader';
  const step = fc.record({
    kind: fc.constantFrom<Step>(
      'write',
      'write',
      'writeArray',
      'removeArray',
      'movePrice',
      'movePrice',
      'slot',
      'deliver',
      'deliverOne',
      'repeat',
      'late',
      'lose',
      'resume',
      'turn',
      'turn',
      'dieReader',
      'reviveReader',
    ),
    pool: fc.nat(2),
    side: fc.constantFrom(2, 3),
    value: fc.nat(200),
  });

  it('ends with the bytes of the chain once all has arrived', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        chain = new ChainModel();
        for (let pool = 0; pool < 3; pool += 1) chain.addPool(pool);
        build();
        await market.start(listen);
        let isLost = false;
        for (const { kind, pool, side, value } of steps) {
          const address = addressOf(side, pool);
          if (kind === 'write') chain.write(address, Uint8Array.of(value));
          const array = arraysFrom(pool, value % 6)[0]!;
          if (kind === 'writeArray') chain.write(array, Uint8Array.of(value));
          if (kind === 'removeArray') chain.remove(array);
          if (kind === 'movePrice') chain.movePrice(pool, value % 6);
          if (kind === 'slot') chain.nextSlot();
          if (kind === 'deliver') chain.deliver();
          if (kind === 'deliverOne') chain.deliver(1);
          if (kind === 'repeat' && !isLost) chain.emit({ ...chain.updateOf(address) });
          if (kind === 'late' && !isLost)
            chain.emit({ ...chain.updateOf(address), slot: 1n, data: Uint8Array.of(value) });
          if (kind === 'turn') await settled();
          if (kind === 'lose') chain.lose();
          if (kind === 'resume' && isLost) chain.resume();
          if (kind === 'lose' || kind === 'resume') isLost = kind === 'lose';
          if (kind === 'dieReader') chain.isReaderDead = true;
          if (kind === 'reviveReader') chain.isReaderDead = false;
        }
        chain.isReaderDead = false;
        if (isLost) chain.resume();
        chain.deliver();
        await settled();
        for (const ms of [250, 500, 1_000, 2_000, 4_000, 8_000]) {
          await clock.advance(ms);
          await settled();
        }
        expect(market.isLive()).toBe(true);
        expectTruth();
        await market.stop();
      }),
      { numRuns: 200 },
    );
  });
});

describe('what the feed skips or tells in the wrong order', () => {
  it('is left out when a later write of its slot has been told', async () => {
    await market.start(listen);
    const update = chain.updateOf(addressOf(2, 1));
    chain.emit({ ...update, slot: 101n, writeVersion: 8n, data: Uint8Array.of(8) });
    chain.emit({ ...update, slot: 101n, writeVersion: 7n, data: Uint8Array.of(7) });
    await settled();
    chain.emit({ ...update, slot: 101n, writeVersion: 6n, data: Uint8Array.of(6) });
    await settled();
    expect(core.accounts.get(encodeBase58(addressOf(2, 1)))?.data[0]).toBe(8);
    expect(market.counts().outdated).toBe(2);
  });

  it('is read again, and the market stays live, when a slot builds on one that was never told', async () => {
    await market.start(listen);
    chain.emit({ kind: 'slot', slot: 101n, parent: 100n, root: 0n });
    chain.slot = 104n;
    // Written, and the message is lost.
    chain.accounts.set(encodeBase58(addressOf(2, 1)), {
      ...chain.updateOf(addressOf(2, 1)),
      slot: 103n,
      data: Uint8Array.of(99),
    });
    chain.emit({ kind: 'slot', slot: 104n, parent: 103n, root: 0n });
    await settled();
    expect(market.counts().gaps).toBe(1);
    expect(market.isLive()).toBe(true);
    expectTruth();
  });

  it('is found by the audit where no slot tells of it', async () => {
    await market.start(listen);
    chain.slot = 103n;
    chain.accounts.set(encodeBase58(addressOf(2, 1)), {
      ...chain.updateOf(addressOf(2, 1)),
      slot: 103n,
      data: Uint8Array.of(98),
    });
    await clock.advance(1_000);
    await settled();
    expectTruth();
    expect(touchedSince(1).flat()).toContain(1);
  });

  it('is numbered anew after the feed has come back', async () => {
    await market.start(listen);
    const update = chain.updateOf(addressOf(2, 1));
    chain.emit({ ...update, slot: 101n, writeVersion: 800n, data: Uint8Array.of(8) });
    chain.slot = 101n;
    chain.lose();
    chain.resume();
    await settled();
    chain.emit({ ...update, slot: 101n, writeVersion: 5n, data: Uint8Array.of(5) });
    chain.emit({ ...update, slot: 101n, writeVersion: 6n, data: Uint8Array.of(6) });
    await settled();
    expect(core.accounts.get(encodeBase58(addressOf(2, 1)))?.data[0]).toBe(6);
    expect(market.counts().outdated).toBe(0);
  });
});
