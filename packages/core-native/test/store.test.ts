import { describe, expect, it } from 'vitest';
import { type AccountRecord, encodeAccountBatch } from '../ts/account-batch.js';
import { type CostModel, Direction, InstructionSet, type PoolIndex, type StoreId, SwapMode } from '../ts/core-api.js';
import type { StoreApi } from '../ts/fallback/search/store-api.js';
import { decodeInstructions } from '../ts/packed-instructions.js';
import {
  addressOf,
  mintAccount,
  ownAccount,
  poolAccounts,
  type PoolSketch,
  SYSTEM_PROGRAM,
  vaultAccount,
} from './pool-accounts.js';
import { codeOf, nativeStoreAbsence, storeBackends } from './store-backends.js';

const CLOCK = { slot: 100n, epoch: 0n, unixTimestamp: 1_000n };
const CPMM: PoolSketch = {
  venue: 'raydium_cpmm',
  name: 'cpmm',
  mints: ['sol', 'usd'],
  reserves: [1_000_000n, 2_000_000n],
  feeMillionths: 2_500n,
  slot: 10n,
};
const AMM_V4: PoolSketch = { ...CPMM, venue: 'raydium_amm_v4', name: 'amm', reserves: [1_000_000n, 2_200_000n] };
const FREE: CostModel = {
  baseFeeLamports: 0n,
  computeUnitPriceMicroLamports: 0n,
  overheadComputeUnits: 0,
  computeUnitMarginBps: 0,
  tipLamports: 0n,
  tipShareBps: 0,
  maxTipLamports: 0n,
  rentLamports: 0n,
};
const SEARCH = {
  clock: CLOCK,
  baseMints: [
    {
      mint: addressOf('sol'),
      maxAmountIn: 1_000_000n,
      minNetProfit: 1n,
      lamportPriceNumerator: 1n,
      lamportPriceDenominator: 1n,
    },
  ],
  costs: FREE,
  oldestSlot: 0n,
  maxCandidates: 10,
};

describe.each(storeBackends)('the pool store of the %s core', (_name, api: StoreApi) => {
  function apply(store: StoreId, ...accounts: AccountRecord[]) {
    return api.applyAccounts(store, encodeAccountBatch(accounts));
  }

  function storeOf(...pools: PoolSketch[]): StoreId {
    const store = api.createStore();
    const accounts = encodeAccountBatch(pools.flatMap(poolAccounts));
    api.addPools(store, accounts);
    api.applyAccounts(store, accounts);
    return store;
  }

  function describeOne(store: StoreId, pool: PoolIndex = 0) {
    const [description] = api.describePools(store, Uint32Array.of(pool));
    if (description === undefined) throw new Error('one pool gives one description');
    return description;
  }

  function quoteCode(store: StoreId) {
    return codeOf(() => api.quote(store, 0, Direction.AToB, SwapMode.ExactIn, 1_000n, CLOCK));
  }

  it('numbers pools densely, keeps their numbers, and refuses what is no pool', () => {
    const store = api.createStore();
    const vault = vaultAccount(CPMM, 0, 5n, 10n);
    const batch = encodeAccountBatch([ownAccount(CPMM), vault, ownAccount(AMM_V4), ownAccount(CPMM)]);
    const report = api.addPools(store, batch);
    expect([...report.indices]).toEqual([0, 0xffff_ffff, 1, 0]);
    expect(report.refusals.map(({ address, code }) => ({ address: Buffer.from(address), code }))).toEqual([
      { address: Buffer.from(vault.address), code: 'POOL_ACCOUNT_OWNER_MISMATCH' },
    ]);
    expect(api.poolCount(store)).toBe(2);
    expect(api.findPool(store, addressOf('amm'))).toBe(1);
    expect(api.findPool(store, addressOf('nobody'))).toBe(-1);
  });

  it('counts an account as unknown until a pool needs it', () => {
    const store = api.createStore();
    expect(apply(store, vaultAccount(CPMM, 0, 5n, 10n))).toMatchObject({ unknown: 1, touched: new Uint32Array(0) });
    api.addPools(store, encodeAccountBatch([ownAccount(CPMM)]));
    expect(apply(store, vaultAccount(CPMM, 0, 5n, 10n))).toMatchObject({ unknown: 0, touched: Uint32Array.of(0) });
  });

  it('is ready when the last account has come, and quotes from then on', () => {
    const store = api.createStore();
    const [own, ...rest] = poolAccounts(CPMM);
    api.addPools(store, encodeAccountBatch([own as AccountRecord]));
    for (const account of rest) {
      expect(describeOne(store)).toMatchObject({ ready: false, reserveA: 0n, disabledCode: null });
      expect(quoteCode(store)).toBe('QUOTE_ACCOUNT_MISSING');
      apply(store, account);
    }
    expect(describeOne(store)).toMatchObject({ ready: true, reserveA: 1_000_000n, reserveB: 2_000_000n, slot: 10n });
    // 1,000 less a fee of 3, times 2,000,000 / 1,000,997
    expect(api.quote(store, 0, Direction.AToB, SwapMode.ExactIn, 1_000n, CLOCK)).toEqual({
      amountIn: 1_000n,
      amountOut: 1_992n,
    });
  });

  it('takes newer slots and later arrivals of one slot, and drops older slots and repeats', () => {
    const store = storeOf(CPMM);
    expect(apply(store, vaultAccount(CPMM, 0, 500n, 9n))).toMatchObject({ stale: 1, touched: new Uint32Array(0) });
    expect(apply(store, vaultAccount(CPMM, 0, 1_000_006n, 10n))).toMatchObject({ duplicates: 1 });
    expect(apply(store, vaultAccount(CPMM, 0, 700n, 10n))).toMatchObject({ stale: 0, touched: Uint32Array.of(0) });
    expect(describeOne(store).reserveA).toBe(694n);
    expect(apply(store, vaultAccount(CPMM, 0, 800n, 12n), vaultAccount(CPMM, 0, 900n, 11n))).toMatchObject({
      stale: 1,
    });
    expect(describeOne(store)).toMatchObject({ reserveA: 794n, slot: 12n });
  });

  it('takes the same bytes at a newer slot as a newer stamp that touches no quote', () => {
    const store = storeOf(CPMM);
    const report = apply(store, vaultAccount(CPMM, 0, 1_000_006n, 20n));
    expect(report).toMatchObject({ duplicates: 0, stale: 0, touched: new Uint32Array(0) });
    expect(describeOne(store).slot).toBe(20n);
    expect(apply(store, vaultAccount(CPMM, 0, 1n, 19n))).toMatchObject({ stale: 1 });
  });

  it('disables a pool whose account becomes impossible, says why, and enables it with good bytes', () => {
    const store = storeOf(CPMM);
    const vault = vaultAccount(CPMM, 1, 2_000_006n, 11n);
    const bad = [
      { account: { ...vault, owner: SYSTEM_PROGRAM, data: new Uint8Array(0) }, code: 'POOL_ACCOUNT_OWNER_MISMATCH' },
      { account: { ...vault, data: vault.data.subarray(0, 100) }, code: 'POOL_ACCOUNT_TOO_SHORT' },
      { account: { ...vault, data: new Uint8Array(165) }, code: 'POOL_ACCOUNT_RELATION_MISMATCH' },
    ];
    let slot = 11n;
    for (const { account, code } of bad) {
      const report = apply(store, { ...account, slot: slot++ });
      expect(report.touched).toEqual(Uint32Array.of(0));
      expect(report.refusals).toHaveLength(1);
      expect(report.refusals[0]).toMatchObject({ code });
      expect(report.refusals[0]?.message).not.toBe('');
      expect(describeOne(store)).toMatchObject({ ready: false, disabledCode: code, slot: slot - 1n });
      expect(quoteCode(store)).toBe(code);
      apply(store, { ...vault, slot: slot++ });
      expect(describeOne(store)).toMatchObject({ ready: true, disabledCode: null, reserveB: 2_000_000n });
    }
  });

  it('does not let older good bytes undo a newer refusal', () => {
    const store = storeOf(CPMM);
    const own = ownAccount(CPMM);
    apply(store, { ...own, owner: SYSTEM_PROGRAM, data: new Uint8Array(0), slot: 20n });
    expect(apply(store, { ...own, slot: 15n })).toMatchObject({ stale: 1 });
    expect(describeOne(store).disabledCode).toBe('POOL_ACCOUNT_OWNER_MISMATCH');
  });

  it('touches every pool that shares a configuration or a mint', () => {
    const taxed: PoolSketch = { ...CPMM, transferFeeBps: [null, 100] };
    const store = storeOf(CPMM, { ...taxed, name: 'two' }, AMM_V4, { ...taxed, name: 'three' });
    const [, config] = poolAccounts(CPMM);
    const dearer = (config as AccountRecord).data.slice();
    dearer[12] = 1;
    expect(apply(store, { ...(config as AccountRecord), data: dearer, slot: 11n }).touched).toEqual(
      Uint32Array.of(0, 1, 3),
    );
    expect(apply(store, mintAccount('usd', 200, 11n)).touched).toEqual(Uint32Array.of(1, 3));
  });

  it('lets a pool that comes later take over what is held of a shared account', () => {
    const store = storeOf(CPMM);
    const late: PoolSketch = { ...CPMM, name: 'late' };
    api.addPools(store, encodeAccountBatch([ownAccount(late)]));
    apply(store, vaultAccount(late, 0, 100n, 10n), vaultAccount(late, 1, 100n, 10n));
    expect(describeOne(store, 1).ready).toBe(true);
  });

  it('applies nothing of a malformed batch', () => {
    const store = storeOf(CPMM);
    const batch = encodeAccountBatch([vaultAccount(CPMM, 0, 9n, 11n), vaultAccount(CPMM, 1, 9n, 11n)]);
    const cut = batch.subarray(0, batch.length - 1);
    expect(codeOf(() => api.applyAccounts(store, cut))).toBe('STORE_BATCH_INVALID');
    expect(codeOf(() => api.addPools(store, cut))).toBe('STORE_BATCH_INVALID');
    expect(describeOne(store)).toMatchObject({ reserveA: 1_000_000n, slot: 10n });
  });

  it('keeps its own copy of the bytes it is given', () => {
    const store = api.createStore();
    const batch = Buffer.from(encodeAccountBatch(poolAccounts(CPMM)));
    api.addPools(store, batch);
    api.applyAccounts(store, batch);
    batch.fill(0xff);
    expect(api.findPool(store, addressOf('cpmm'))).toBe(0);
    expect(Buffer.from(describeOne(store).mintB)).toEqual(Buffer.from(addressOf('usd')));
    expect(apply(store, ...poolAccounts(CPMM)).duplicates).toBe(4);
  });

  it('lists the accounts to watch, each once, pool by pool', () => {
    const second: PoolSketch = { ...CPMM, name: 'two', transferFeeBps: [null, 100] };
    const store = storeOf(CPMM, second);
    const names = ['cpmm', 'config-2500', 'cpmm-vault-0', 'cpmm-vault-1', 'two', 'two-vault-0', 'two-vault-1', 'usd'];
    const watched = Buffer.from(api.watchedAccounts(store, Uint32Array.of(0, 1, 0)));
    expect(watched).toEqual(Buffer.concat(names.map((name) => addressOf(name))));
  });

  it('exports what an equal replica is built from, a refusal and the good bytes before it included', () => {
    const store = storeOf(AMM_V4, CPMM, { ...CPMM, name: 'three', transferFeeBps: [5, null], slot: 12n });
    apply(store, { ...ownAccount(AMM_V4), data: new Uint8Array(3), slot: 30n }, vaultAccount(CPMM, 0, 77n, 31n));
    const batch = api.exportAccounts(store);
    const replica = api.createStore();
    api.addPools(replica, batch);
    api.applyAccounts(replica, batch);
    const all = Uint32Array.of(0, 1, 2);
    expect(api.describePools(replica, all)).toEqual(api.describePools(store, all));
    expect(api.describePools(replica, all)[0]).toMatchObject({ ready: false, disabledCode: 'POOL_ACCOUNT_TOO_SHORT' });
    expect(api.exportAccounts(replica)).toEqual(batch);
    const recovery = ownAccount({ ...AMM_V4, slot: 40n });
    expect(apply(replica, recovery)).toEqual(apply(store, recovery));
    expect(api.describePools(replica, all)).toEqual(api.describePools(store, all));
  });

  it('names stores, pools and arguments that do not exist', () => {
    const store = storeOf(CPMM);
    const dropped = api.createStore();
    api.dropStore(dropped);
    expect(codeOf(() => api.poolCount(dropped))).toBe('STORE_NOT_FOUND');
    expect(codeOf(() => api.dropStore(dropped))).toBe('STORE_NOT_FOUND');
    const missing = Uint32Array.of(0, 1);
    expect(codeOf(() => api.describePools(store, missing))).toBe('STORE_POOL_NOT_FOUND');
    expect(codeOf(() => api.watchedAccounts(store, missing))).toBe('STORE_POOL_NOT_FOUND');
    expect(codeOf(() => api.findCandidates(store, { ...SEARCH, touched: missing }))).toBe('STORE_POOL_NOT_FOUND');
    expect(codeOf(() => api.findPool(store, new Uint8Array(31)))).toBe('CORE_ARGUMENT_INVALID');
    for (const amount of [-1n, 2n ** 64n]) {
      const quote = () => api.quote(store, 0, Direction.AToB, SwapMode.ExactIn, amount, CLOCK);
      expect(codeOf(quote)).toBe('CORE_ARGUMENT_INVALID');
    }
    const search = { ...SEARCH, costs: { ...FREE, tipShareBps: 10_001 } };
    expect(codeOf(() => api.findCandidates(store, search))).toBe('PROFIT_TIP_SHARE_OUT_OF_RANGE');
  });

  it.each([2 ** 32, 0.5, NaN])('does not cut %d to the number of a store, a pool, a direction or a mode', (odd) => {
    const store = storeOf(CPMM);
    expect(codeOf(() => api.poolCount(store + odd))).toBe('STORE_NOT_FOUND');
    expect(codeOf(() => api.dropStore(store + odd))).toBe('STORE_NOT_FOUND');
    const quote = (pool: number, direction: number, mode: number) =>
      codeOf(() => api.quote(store, pool, direction as Direction, mode as SwapMode, 1_000n, CLOCK));
    expect(quote(odd, 0, 0)).toBe('STORE_POOL_NOT_FOUND');
    expect(quote(0, odd, 0)).toBe('CORE_ARGUMENT_INVALID');
    expect(quote(0, 0, odd)).toBe('CORE_ARGUMENT_INVALID');
    expect(quote(0, 0, 0)).toBeUndefined();
    const account = addressOf('account');
    const swap = (pool: number, direction: number, mode: number) => {
      const leg = { pool, direction: direction as Direction, mode: mode as SwapMode, amount: 5n, limit: 7n };
      return codeOf(() =>
        api.swapInstructions(store, account, [{ ...leg, sourceAccount: account, destinationAccount: account }]),
      );
    };
    expect(swap(odd, 0, 0)).toBe('STORE_POOL_NOT_FOUND');
    expect(swap(0, odd, 0)).toBe('CORE_ARGUMENT_INVALID');
    expect(swap(0, 0, odd)).toBe('CORE_ARGUMENT_INVALID');
    expect(swap(0, 0, 0)).toBeUndefined();
  });

  it('refuses a plain number where an amount must be a bigint', () => {
    const store = storeOf(CPMM);
    const amount = 1_000 as unknown as bigint;
    const quote = () => api.quote(store, 0, Direction.AToB, SwapMode.ExactIn, amount, CLOCK);
    expect(codeOf(quote)).toBe('CORE_ARGUMENT_INVALID');
  });

  it('quotes a batch leg by leg, with the code of each refusal', () => {
    const store = storeOf(CPMM, { ...AMM_V4, status: 2 });
    apply(store, { ...ownAccount({ ...CPMM, slot: 11n }) });
    const batch = {
      pools: Uint32Array.of(0, 0, 0, 1, 0),
      directions: Uint8Array.of(0, 1, 0, 0, 0),
      modes: Uint8Array.of(0, 0, 1, 0, 1),
      amounts: BigUint64Array.of(1_000n, 0n, 1_992n, 5n, 2_000_000n),
    };
    const [out, codes] = [new BigUint64Array(5), new Uint8Array(5)];
    expect(api.quoteBatch(store, batch, CLOCK, out, codes)).toBe(2);
    expect([...codes]).toEqual([0, 1, 0, 4, 3]);
    expect([...out]).toEqual([1_992n, 0n, 1_000n, 0n, 0n]);
    expect(codeOf(() => api.quoteBatch(store, batch, CLOCK, out, new Uint8Array(4)))).toBe('STORE_BATCH_INVALID');
    const odd = { ...batch, directions: Uint8Array.of(2, 0, 0, 0, 0) };
    expect(codeOf(() => api.quoteBatch(store, odd, CLOCK, out, codes))).toBe('STORE_BATCH_INVALID');
    const unknown = { ...batch, pools: Uint32Array.of(0, 0, 2, 0, 0) };
    expect(codeOf(() => api.quoteBatch(store, unknown, CLOCK, out, codes))).toBe('STORE_POOL_NOT_FOUND');
  });

  it('quotes orders in a row, each from the state that those before left, and leaves the store as it was', () => {
    const store = storeOf(CPMM);
    const order = { direction: Direction.AToB, mode: SwapMode.ExactIn, amount: 1_000n, clock: CLOCK };
    const refused = { ...order, amount: 0n };
    const outcomes = api.quoteSequence(store, 0, [order, refused, order, { ...order, mode: SwapMode.PartialFill }]);
    // The second swap meets 1,000 more of A (the sketch owes no share of the fee) and 1,992 less of B.
    const second = ((2_000_000n - 1_992n) * 997n) / (1_001_000n + 997n);
    expect(outcomes).toEqual([
      { quote: { amountIn: 1_000n, amountOut: 1_992n }, code: null },
      { quote: null, code: 'QUOTE_AMOUNT_INVALID' },
      { quote: { amountIn: 1_000n, amountOut: second }, code: null },
      { quote: null, code: 'QUOTE_FEATURE_UNSUPPORTED' },
    ]);
    expect(api.quoteSequence(store, 0, [order])).toEqual([outcomes[0]]);
    expect(codeOf(() => api.quoteSequence(store, 7, [order]))).toBe('STORE_POOL_NOT_FOUND');
  });

  it('refuses an order that the instruction of the venue cannot say, and one that is no order', () => {
    const store = storeOf(AMM_V4);
    const order = { direction: Direction.BToA, mode: SwapMode.ExactIn, amount: 1_000n, clock: CLOCK };
    const codes = [{ sqrtPriceLimit: 1n }, { instructions: InstructionSet.Legacy }].map(
      (option) => api.quoteSequence(store, 0, [{ ...order, ...option }])[0]?.code,
    );
    expect(codes).toEqual(['QUOTE_FEATURE_UNSUPPORTED', 'QUOTE_FEATURE_UNSUPPORTED']);
    const tooWide = { ...order, sqrtPriceLimit: 2n ** 128n };
    expect(codeOf(() => api.quoteSequence(store, 0, [tooWide]))).toBe('CORE_ARGUMENT_INVALID');
    const unknown = { ...order, instructions: 2 as InstructionSet };
    expect(codeOf(() => api.quoteSequence(store, 0, [unknown]))).toBe('CORE_ARGUMENT_INVALID');
    const bare = api.createStore();
    api.addPools(bare, encodeAccountBatch([ownAccount(AMM_V4)]));
    expect(api.quoteSequence(bare, 0, [order])).toEqual([{ quote: null, code: 'QUOTE_ACCOUNT_MISSING' }]);
  });

  it('finds the profitable way round a gap, and nothing once a pool of it is old, disabled or costs too much', () => {
    const store = storeOf(CPMM, AMM_V4);
    const [candidate, ...others] = api.findCandidates(store, { ...SEARCH, touched: Uint32Array.of(1) });
    expect(others).toEqual([]);
    expect(candidate?.legs.map(({ pool, direction }) => [pool, direction])).toEqual([
      [1, Direction.AToB],
      [0, Direction.BToA],
    ]);
    const [first, second] = candidate?.legs ?? [];
    expect(second?.amountIn).toBe(first?.amountOut);
    expect(candidate?.profit.net).toBe((second?.amountOut ?? 0n) - (first?.amountIn ?? 0n));
    expect(candidate?.profit.net).toBeGreaterThan(400n);
    const net = candidate?.profit.net ?? 0n;
    expect(api.findCandidates(store, { ...SEARCH, costs: { ...FREE, baseFeeLamports: net - 1n } })).toHaveLength(1);
    expect(api.findCandidates(store, { ...SEARCH, costs: { ...FREE, baseFeeLamports: net } })).toEqual([]);
    expect(api.findCandidates(store, { ...SEARCH, oldestSlot: 11n })).toEqual([]);
    expect(api.findCandidates(store, { ...SEARCH, maxCandidates: 0 })).toEqual([]);
    apply(store, { ...ownAccount(CPMM), data: new Uint8Array(0), slot: 11n });
    expect(api.findCandidates(store, SEARCH)).toEqual([]);
  });

  it('finds a profit that begins where a transfer fee has reached its cap', () => {
    const billion = 10n ** 9n;
    const taxed: PoolSketch = { ...CPMM, feeMillionths: 1n, transferFeeBps: [null, 100] };
    const store = storeOf(
      { ...taxed, reserves: [1_000n * billion, 1_015n * billion] },
      { ...taxed, name: 'two', reserves: [1_000n * billion, 1_000n * billion] },
    );
    const trade = (amount: bigint) => {
      const { amountOut } = api.quote(store, 0, Direction.AToB, SwapMode.ExactIn, amount, CLOCK);
      return api.quote(store, 1, Direction.BToA, SwapMode.ExactIn, amountOut, CLOCK).amountOut - amount;
    };
    expect(trade(1_000_000n)).toBeLessThan(-5_000n);
    expect(trade(4n * billion)).toBeGreaterThan(25_000_000n);
    const [base] = SEARCH.baseMints;
    const search = { ...SEARCH, baseMints: [{ ...base!, maxAmountIn: 1_000n * billion }] };
    const [candidate] = api.findCandidates(store, search);
    expect(candidate?.profit.net).toBeGreaterThan(25_000_000n);
    const justBeyond = { ...search, costs: { ...FREE, baseFeeLamports: candidate!.profit.net - 1n } };
    expect(api.findCandidates(store, justBeyond)).toHaveLength(1);
  });

  it('packs the swap instructions of the legs in their order', () => {
    const store = storeOf(CPMM, AMM_V4);
    const [owner, source, destination] = [addressOf('owner'), addressOf('source'), addressOf('destination')];
    const leg = { amount: 5n, limit: 7n, sourceAccount: source, destinationAccount: destination };
    const legs = [
      { ...leg, pool: 1, direction: Direction.AToB, mode: SwapMode.ExactIn },
      { ...leg, pool: 0, direction: Direction.BToA, mode: SwapMode.ExactOut },
    ];
    const [first, second] = decodeInstructions(api.swapInstructions(store, owner, legs));
    expect(first?.accounts).toHaveLength(8);
    expect(Buffer.from(first?.data ?? []).toString('hex')).toBe('1005000000000000000700000000000000');
    expect(second?.accounts).toHaveLength(13);
    expect(second?.accounts[0]).toEqual({ address: owner, isSigner: true, isWritable: false });
    expect(api.swapInstructions(store, owner, [])).toEqual(new Uint8Array(0));
    expect(codeOf(() => api.swapInstructions(store, owner, [{ ...legs[0]!, pool: 2 }]))).toBe('STORE_POOL_NOT_FOUND');
  });
});

if (nativeStoreAbsence !== '') it.skip(`runs on the native core, which cannot be loaded: ${nativeStoreAbsence}`);
