import {
  type AccountRecord,
  type CoreApi,
  Direction,
  encodeAccountBatch,
  loadCore,
  SwapMode,
  Venue,
} from '@tandem/core-native';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import { FailureHandler } from '../../src/execute/failure-handler.js';
import { TokenAccounts } from '../../src/execute/token-accounts.js';
import { venueAccounts } from '../../src/execute/venue-setup.js';
import type { EngineEventBody } from '../../src/journal/event.js';
import type { UnreadableVenue } from '../../src/market/unreadable-venue.js';
import type { AccountSnapshot } from '../../src/ports/index.js';
import { VenueSelfTest } from '../../src/self-test/venue-self-test.js';
import { ManualClock, ScriptedReader } from '../../src/testing/index.js';
import { PaperPool, tokenAccountData } from '../engine/paper-pools.js';
import { SOL, USD } from '../strategy/sample-opportunity.js';

const { core } = loadCore();
const WALLET = new Uint8Array(32).fill(77);
const TOKEN_PROGRAM = decodeAddress('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const CHAIN_CLOCK = { slot: 100n, epoch: 0n, unixTimestamp: 1_767_225_600n };
const RESERVES = [1_000_000_000_000n, 200_000_000_000n] as const;

/** A node with two pools whose program gives `delta` units more than it should. */
interface Node {
  delta: bigint;
  error: unknown;
  /** Reads after which a trade of somebody else has moved the pools. */
  movedReads: number;
  simulations: number;
  transactions: Uint8Array[];
  /** Its pools are given out as PumpSwap's. */
  isPumpswap: boolean;
  fails: boolean;
  /** Slots by which simulations lag behind reads. */
  lag: bigint;
  /** The slot that never passes; null where time goes on. */
  stuckAt: bigint | null;
  /** Runs at each simulation, which it may answer with an error of its own. */
  onSimulate: () => unknown;
}
let node: Node;
let unreadable: UnreadableVenue[];
let stopping: AbortController;
let readCommitments: Set<string>;
let clock: ManualClock;
let store: number;
let events: EngineEventBody[];
let withdrawn: [number[], string][];
let funds: Map<string, bigint>;
let chain: Map<string, AccountRecord>;

beforeEach(() => {
  node = {
    delta: 0n,
    error: null,
    movedReads: 0,
    simulations: 0,
    transactions: [],
    isPumpswap: false,
    fails: false,
    lag: 0n,
    stuckAt: null,
    onSimulate: () => null,
  };
  unreadable = [];
  stopping = new AbortController();
  readCommitments = new Set();
  clock = new ManualClock();
  events = [];
  withdrawn = [];
  funds = new Map([[SOL, 5_000_000_000n]]);
  store = core.createStore();
  const records = [new PaperPool(0), new PaperPool(1)].flatMap((pool) => pool.accounts(RESERVES, 100n));
  core.addPools(store, encodeAccountBatch(records));
  core.applyAccounts(store, encodeAccountBatch(records));
  const accounts = new TokenAccounts(WALLET);
  const places = [SOL, USD].map((mint) => accounts.derive(decodeAddress(mint), TOKEN_PROGRAM));
  const balances = [5_000_000_000n, 7n];
  const wallet = places.map(({ account, mint }, index) => ({
    address: account,
    owner: TOKEN_PROGRAM,
    slot: 100n,
    data: tokenAccountData(mint, WALLET, balances[index]!),
  }));
  chain = new Map([...records, ...wallet].map((record) => [encodeBase58(record.address), record]));
});
afterEach(() => core.dropStore(store));

const snapshotOf = (record: AccountRecord | undefined): AccountSnapshot | null =>
  record === undefined ? null : { ...record, lamports: 1n };

/** Puts more into every vault of SOL, as a swap of somebody else does. */
function movePools(): void {
  for (const number of [0, 1]) {
    for (const record of new PaperPool(number).accounts(
      [RESERVES[0] + BigInt(node.movedReads) * 1_000_000n, RESERVES[1]],
      100n,
    ))
      chain.set(encodeBase58(record.address), record);
  }
}

const slotNow = () => node.stuckAt ?? 100n + BigInt(Math.floor(clock.nowMicros() / 400_000));

const reader = () =>
  new ScriptedReader({
    readAccounts: async (addresses, commitment) => {
      readCommitments.add(commitment);
      if (node.movedReads > 0) {
        movePools();
        node.movedReads -= 1;
      }
      return addresses.map((address) => ({
        address,
        slot: slotNow(),
        account: snapshotOf(chain.get(encodeBase58(address))),
      }));
    },
    simulate: async (transaction, [source, destination, sysvar]) => {
      node.simulations += 1;
      node.transactions.push(transaction);
      if (node.fails) throw createEngineError('CHAIN_TIMEOUT', 'the node does not answer');
      const slot = slotNow() - node.lag;
      const error = node.onSimulate() ?? node.error;
      if (error !== null) return { slot, error, logs: [], unitsConsumed: 1n, accounts: [null, null, null] };
      const amountIn = RESERVES[0] / 1_000n + 1n;
      const { amountOut } = core.quote(store, 0, Direction.AToB, SwapMode.ExactIn, amountIn, CHAIN_CLOCK);
      const data = Buffer.alloc(40);
      data.writeBigUInt64LE(CHAIN_CLOCK.slot, 0);
      data.writeBigInt64LE(CHAIN_CLOCK.unixTimestamp, 32);
      const at = (address: Uint8Array | undefined, bytes: Uint8Array): AccountSnapshot => ({
        address: address!,
        owner: TOKEN_PROGRAM,
        lamports: 1n,
        slot: 100n,
        data: bytes,
      });
      const paid = tokenAccountData(decodeAddress(SOL), WALLET, 5_000_000_000n - amountIn);
      const got = tokenAccountData(decodeAddress(USD), WALLET, 7n + amountOut + node.delta);
      return {
        slot,
        error: null,
        logs: [],
        unitsConsumed: 1n,
        accounts: [at(source, paid), at(destination, got), at(sysvar, data)],
      };
    },
  });

async function run(venues = ['raydium_cpmm', 'orca_whirlpool'], mayGoOn = () => true, using: CoreApi = core) {
  const test = new VenueSelfTest({
    core: using,
    venues,
    commitment: 'confirmed',
    signal: stopping.signal,
    market: {
      store,
      unreadableVenues: unreadable,
      clock: () => CHAIN_CLOCK,
      poolCount: () => core.poolCount(store),
      describe: (pools) =>
        core.describePools(store, pools).map((pool) => (node.isPumpswap ? { ...pool, venue: Venue.Pumpswap } : pool)),
      withdraw: (pools, code) => withdrawn.push([[...pools], code]),
    },
    journal: { record: (event) => events.push(event) },
    failures: new FailureHandler(),
    reader: reader(),
    blockhashes: {
      start: async () => undefined,
      stop: async () => undefined,
      latest: () => ({ blockhash: SOL, lastValidBlockHeight: 1n, slot: 1n }),
    },
    wallet: WALLET,
    time: clock,
    baseMints: [SOL],
    spendable: (mint) => funds.get(mint) ?? 0n,
  });
  const running = test
    .run(mayGoOn)
    .then((verdicts) => test.report(verdicts))
    .catch((error: unknown) => error as Error & { code: string });
  for (let wait = 0; wait < 60; wait += 1) await clock.advance(200);
  return await running;
}

const verdictOf = (venue: string) => events.find((event) => event.type === 'self_test' && event.venue === venue);

describe('the self-test of a venue', () => {
  it.each([
    ['creates the account that PumpSwap keeps of the wallet before the swap', false],
    ['leaves the account that PumpSwap keeps of the wallet alone where it stands', true],
  ])('%s', async (_, isThere) => {
    node.isPumpswap = true;
    const [kept] = venueAccounts(WALLET, ['pumpswap']);
    const { account, create } = kept!;
    const record = { address: account, owner: create.program, slot: 100n, data: new Uint8Array(137) };
    if (isThere) chain.set(encodeBase58(account), record);
    await run(['pumpswap']);
    expect(verdictOf('pumpswap')).toMatchObject({ outcome: 'passed' });
    const creations = node.transactions.filter((one) => Buffer.from(one).includes(Buffer.from(create.data)));
    expect(creations).toHaveLength(isThere ? 0 : 1);
  });

  it('passes where the simulated swap gives the quote to the unit, in one simulation', async () => {
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'passed', pools: 2 });
    expect(node.simulations).toBe(1);
    expect(withdrawn).toEqual([]);
  });

  it('says of a venue without pools that it was not tested', async () => {
    await run();
    expect(verdictOf('orca_whirlpool')).toMatchObject({ outcome: 'untested', pools: 0, pool: null });
  });

  it.each([1n, -1n])('fails where it gives %s unit more, withdraws every pool and alerts', async (delta) => {
    node.delta = delta;
    const failed = await run();
    expect(failed).toMatchObject({ code: 'MARKET_SELF_TEST_MISMATCH' });
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'failed' });
    expect(withdrawn).toEqual([[[0, 1], 'MARKET_SELF_TEST_MISMATCH']]);
    expect(events.find(({ type }) => type === 'alert')).toMatchObject({
      severity: 'critical',
      rule: 'venue_self_test',
    });
    expect(node.simulations).toBe(2);
  });

  it('judges no pool that moved while it was tried, and tries it again', async () => {
    node.movedReads = 4;
    node.delta = 1n;
    await run();
    // Two reads a trial: the first two trials saw the pool move and said nothing, the next two count.
    expect(node.simulations).toBeGreaterThan(2);
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'failed' });
  });

  it('is undecided about pools that never rest', async () => {
    node.movedReads = 1_000;
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'untested', reason: 'the pool moved meanwhile' });
    expect(withdrawn).toEqual([]);
  });

  it('fails where every pool refuses the swap of a good quote, in the words of the program', async () => {
    node.error = { InstructionError: [1, { Custom: 101 }] };
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('raydium_cpmm InstructionFallbackNotFound (101)') as string,
    });
    expect(node.simulations).toBe(2);
  });

  it('is undecided about what failed before the swap, and about a node that does not answer', async () => {
    node.error = { InstructionError: [0, 'InsufficientFunds'] };
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'untested' });
    events = [];
    node.fails = true;
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'untested', reason: 'the node does not answer' });
    expect(withdrawn).toEqual([]);
  });

  it('does not test what the wallet cannot pay for', async () => {
    funds = new Map();
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({
      outcome: 'untested',
      reason: 'none of its 2 ready pools takes a swap of what the wallet holds',
    });
    expect(node.simulations).toBe(0);
  });

  it('ends at once when the start is stopped', async () => {
    await run(['raydium_cpmm'], () => false);
    expect(node.simulations).toBe(0);
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'untested' });
  });

  it('fails, and alerts, where accounts were found and none could be read', async () => {
    unreadable = [{ venue: 'orca_whirlpool', address: 'Changed', reason: 'its layout changed' }];
    await run();
    expect(verdictOf('orca_whirlpool')).toMatchObject({ outcome: 'failed', pools: 0, pool: 'Changed' });
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'passed' });
    expect(events.filter(({ type }) => type === 'alert')).toMatchObject([
      { severity: 'critical', message: expect.stringContaining('orca_whirlpool is disabled') as string },
    ]);
    expect(withdrawn).toEqual([]);
  });

  it('fails where the bytes of its pools are not what the core knows any more', async () => {
    for (const number of [0, 1]) {
      const [pool] = new PaperPool(number).accounts(RESERVES, 101n);
      core.applyAccounts(store, encodeAccountBatch([{ ...pool!, data: new Uint8Array(pool!.data.length) }]));
    }
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('POOL_ACCOUNT_DISCRIMINATOR_MISMATCH') as string,
    });
  });

  it('fails where what it reads anew cannot be decoded, and is undecided about a pool that is gone', async () => {
    const pools = [0, 1].map((number) => new PaperPool(number).accounts(RESERVES, 101n)[0]!);
    for (const pool of pools) chain.delete(encodeBase58(pool.address));
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'untested', reason: 'an account of the pool is gone' });
    events = [];
    for (const pool of pools) chain.set(encodeBase58(pool.address), { ...pool, data: pool.data.slice(0, 600) });
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('POOL_ACCOUNT_TOO_SHORT') as string,
    });
    expect(node.simulations).toBe(0);
  });

  it.each(['ProgramAccountNotFound', 'InvalidProgramForExecution'])(
    'fails where the program is gone (%s)',
    async (error) => {
      node.error = error;
      await run();
      expect(verdictOf('raydium_cpmm')).toMatchObject({
        outcome: 'failed',
        reason: expect.stringContaining(error) as string,
      });
    },
  );

  it('reads at the commitment the node simulates at', async () => {
    await run();
    expect([...readCommitments]).toEqual(['confirmed']);
  });

  it('judges no simulation of a slot that was not read', async () => {
    node.lag = 1n;
    node.delta = 1n;
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'untested' });
    events = [];
    node.error = { InstructionError: [1, { Custom: 101 }] };
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({
      outcome: 'untested',
      reason: expect.stringContaining('others were read') as string,
    });
    expect(withdrawn).toEqual([]);
  });

  it('does not count the wrong amounts of one slot twice', async () => {
    node.delta = 1n;
    node.stuckAt = 100n;
    await run();
    expect(node.simulations).toBe(10);
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'untested' });
  });

  it('is not given up for one pool that refuses while the other one gives no answer', async () => {
    node.onSimulate = () => (node.simulations === 1 ? { InstructionError: [1, { Custom: 101 }] } : 'BlockhashNotFound');
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({
      outcome: 'untested',
      reason: expect.stringContaining('one pool alone proves nothing') as string,
    });
    expect(withdrawn).toEqual([]);
  });

  it('is given up for its only pool', async () => {
    core.dropStore(store);
    store = core.createStore();
    const records = new PaperPool(0).accounts(RESERVES, 100n);
    core.addPools(store, encodeAccountBatch(records));
    core.applyAccounts(store, encodeAccountBatch(records));
    node.error = { InstructionError: [1, { Custom: 101 }] };
    await run();
    expect(verdictOf('raydium_cpmm')).toMatchObject({ outcome: 'failed', pools: 1 });
  });

  it('makes no further attempt once the start is stopped, and does not wait for it', async () => {
    let mayGoOn = true;
    node.onSimulate = () => {
      mayGoOn = false;
      return 'BlockhashNotFound';
    };
    await run(['raydium_cpmm'], () => mayGoOn);
    expect(node.simulations).toBe(1);
    node.onSimulate = () => {
      stopping.abort();
      return 'BlockhashNotFound';
    };
    await run(['raydium_cpmm']);
    expect(node.simulations).toBe(2);
  });

  it('ends a wait between two attempts when the start is stopped', async () => {
    node.error = 'BlockhashNotFound';
    const running = run(['raydium_cpmm']);
    for (let turn = 0; turn < 200 && clock.sleeping === 0; turn += 1) await Promise.resolve();
    expect(clock.sleeping).toBe(1);
    stopping.abort();
    expect(clock.sleeping).toBe(0);
    await running;
    expect(node.simulations).toBe(1);
  });

  it('begins no attempt after the time of the venue has run out', async () => {
    node.onSimulate = () => {
      clock.spend(21_000_000);
      return 'BlockhashNotFound';
    };
    await run(['raydium_cpmm']);
    expect(node.simulations).toBe(1);
  });

  it('hands on a fault of the core', async () => {
    const broken: CoreApi = Object.create(core, {
      compileMessage: {
        value: () => {
          throw Object.assign(new Error('the core panicked'), { code: 'CORE_PANIC' });
        },
      },
    });
    expect(await run(['raydium_cpmm'], () => true, broken)).toMatchObject({ code: 'CORE_PANIC' });
  });
});
