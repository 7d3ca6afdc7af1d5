import { createRequire } from 'node:module';
import { addressOf, bytesOf, withFields } from './bytes.mjs';
import { mint, tokenAccount } from './tokens.mjs';

const require = createRequire(new URL('../../packages/core-native/package.json', import.meta.url));
const { PublicKey } = require('@solana/web3.js');

export const STEM = 'meteora_dlmm';
export const PROGRAM = bytesOf('04e9e12fbc84e826c932cce9e2640cce15590c1c6273b0925708ba3b8520b0bc');
const SWAPS = { exactIn: bytesOf('414b3f4ceb5b5b88'), exactOut: bytesOf('2bd7f784893cf351') };
const EVENT_AUTHORITY = bytesOf('b270d67fa98c51cf0213051358962baf35742bed59c9d9445e9c0d0c85c7cd91');
const MEMO = bytesOf('054a535a992921064d24e87160da387c7c35b5ddbc92bb81e41fa8404105448d');

const BINS_PER_ARRAY = 70;
const BIN_BYTES = 144;
/** Bins that the price may move back before a swap lands: the array that it then comes to is named first. */
const LEEWAY_BINS = 12;
const U128_MAX = 2n ** 128n - 1n;
const RESERVE = 2n ** 62n;
const NOW = 1_790_000_000n;

const FEE = { epoch: 0n, maximum: 5_000_000n, basisPoints: 250 };
const LATER_FEE = { epoch: 950n, maximum: 2n ** 63n, basisPoints: 37 };

/** Bins with Y below and X above the active one, which holds both; each further away holds a little more. */
function around(active, reach, amount, gap = 1) {
  const bins = new Map([[active, { x: amount, y: amount }]]);
  for (let distance = 1; distance <= reach; distance += 1) {
    const held = amount + (amount / 50n) * BigInt(distance);
    bins.set(active - distance * gap, { y: held });
    bins.set(active + distance * gap, { x: held });
  }
  return bins;
}

function withOrders(bins, orders) {
  const merged = new Map(bins);
  for (const [id, order] of orders) merged.set(id, { ...merged.get(id), ...order });
  return merged;
}

const ORDERS = [
  [-1, { open: 3_333_333n, processed: 777_777n, ask: 0 }],
  [-2, { processed: 1_000_001n, ask: 0 }],
  [-4, { y: 0n, open: 5_000_000n, ask: 0 }],
  [0, { open: 900_000n, processed: 100_001n, ask: 1 }],
  [1, { open: 2_222_221n, ask: 1 }],
  [3, { x: 0n, open: 4_000_000n, processed: 1n, ask: 1 }],
];
const VOLATILE = { accumulator: 82_814n, reference: 22_814n, index: 5n, updated: NOW - 12n };

/** The pools: what is unlike a plain one stands in each. */
export const POOLS = [
  { name: 'plain', active: 3, bins: around(3, 8, 5_000_000_000n) },
  { name: 'across-arrays', active: 68, bins: around(68, 9, 700_000_000n, 9) },
  { name: 'volatile', active: 0, step: 25, bins: around(0, 12, 90_000_000n), control: 50_000, volatility: VOLATILE },
  {
    name: 'decaying',
    active: -1,
    step: 100,
    bins: around(-1, 12, 90_000_000n),
    control: 7_500,
    volatility: { ...VOLATILE, updated: NOW - 300n },
  },
  { name: 'dearest', active: 0, step: 400, bins: around(0, 4, 90_000_000n), control: 120_000, power: 2 },
  {
    name: 'fee-in-y',
    active: -71,
    bins: around(-71, 6, 40_000_000n),
    feeMode: 1,
    control: 40_000,
    volatility: VOLATILE,
  },
  { name: 'limit-orders', active: 0, bins: withOrders(around(0, 5, 6_000_000n), ORDERS), functionType: 2 },
  {
    name: 'limit-orders-fee-in-y',
    active: 0,
    bins: withOrders(around(0, 5, 6_000_000n), ORDERS),
    functionType: 0,
    feeMode: 1,
  },
  { name: 'mining-rewards', active: 0, bins: withOrders(around(0, 5, 6_000_000n), ORDERS), functionType: 1 },
  { name: 'sparse', active: 35, bins: around(35, 3, 1_000_000_000n, 150) },
  { name: 'beyond-the-bitmap', active: 35_900, step: 1, bins: around(35_900, 4, 1_000_000_000n, 40), extension: true },
  {
    name: 'below-the-bitmap',
    active: -35_850,
    step: 1,
    bins: around(-35_850, 4, 1_000_000_000n, 40),
    extension: true,
  },
  { name: 'without-extension', active: 35_820, step: 1, bins: around(35_820, 4, 1_000_000_000n, 40) },
  {
    name: 'transfer-fee-on-x',
    active: 0,
    bins: around(0, 5, 600_000_000n),
    fees: [{ older: FEE, newer: LATER_FEE }],
  },
  {
    name: 'transfer-fees-on-both',
    active: 0,
    bins: around(0, 5, 600_000_000n),
    feeMode: 1,
    fees: [
      { older: FEE, newer: FEE },
      { older: LATER_FEE, newer: { epoch: 900n, maximum: 999n, basisPoints: 1 } },
    ],
  },
  { name: 'tiny', active: 0, bins: around(0, 3, 100n) },
  { name: 'disabled', active: 0, bins: around(0, 2, 1_000_000n), status: 1 },
  { name: 'opens-later', active: 0, bins: around(0, 2, 1_000_000n), pairType: 2, opensAt: NOW + 1n },
  { name: 'open-since-now', active: 0, bins: around(0, 2, 1_000_000n), pairType: 2, opensAt: NOW },
].map((pool) => ({ ...pool, vaults: [held(pool, 'x'), held(pool, 'y')] }));

function held({ bins }, side) {
  return [...bins.values()].reduce((sum, bin) => sum + (bin[side] ?? 0n), 0n);
}

const arrayOf = (id) => Math.floor(id / BINS_PER_ARRAY);
const u16 = (value) => Uint8Array.of(value & 0xff, value >> 8);
const u32 = (value) =>
  Uint8Array.from([0, 8, 16, 24], (shift) => Number((BigInt.asUintN(32, BigInt(value)) >> BigInt(shift)) & 0xffn));
const u128 = (value) =>
  withFields(16, [
    [0, value & (2n ** 64n - 1n)],
    [8, value >> 64n],
  ]);
const derive = (seeds) => PublicKey.findProgramAddressSync(seeds, new PublicKey(PROGRAM));

/**
 * The price of a bin, Q64.64: the inverse of the base squared again and again, cut every time (dlmm-sdk fb02e51,
 * `commons/src/math/u64x64_math.rs`).
 */
function priceOf(id, step) {
  if (id === 0) return 1n << 64n;
  let square = U128_MAX / ((1n << 64n) + (BigInt(step) << 64n) / 10_000n);
  let result = 1n << 64n;
  for (let bits = Math.abs(id); bits > 0; bits >>= 1) {
    if (bits & 1) result = (result * square) >> 64n;
    square = (square * square) >> 64n;
  }
  return id < 0 ? result : U128_MAX / result;
}

/** Returns the accounts of a pool by file stem; vaults and oracle are for the program alone. */
export function build(pool) {
  const of = (part) => addressOf(`${STEM} ${pool.name} ${part}`);
  const step = pool.step ?? 10;
  const mints = ['mint-a', 'mint-b'].map((part, side) => mint({ address: of(part), fees: pool.fees?.[side] }));
  const { address, bump } = pairAddress(pool, mints, step, of('base'));
  const vaults = ['vault-a', 'vault-b'].map((part, side) =>
    tokenAccount({ address: of(part), mint: mints[side], authority: address, amount: RESERVE }),
  );
  const indexes = [...new Set([...pool.bins.keys()].map(arrayOf))].toSorted((left, right) => left - right);
  const parts = { pool, step, mints, vaults, address, bump, indexes, base: of('base'), oracle: of('oracle') };
  const arrays = indexes.map((index) => binArray(pool, step, address, index));
  const [extensionAddress] = derive([Buffer.from('bitmap'), address]);
  const extension = { address: extensionAddress.toBytes(), owner: PROGRAM, data: bitmapExtension(address, indexes) };
  const oracle = withFields(3_232, [
    [0, bytesOf('8bc283b38cb3e5f4')],
    [24, 100n],
  ]);
  return {
    kept: {
      pool: { address, owner: PROGRAM, data: pairData(parts) },
      'mint-a': mints[0],
      'mint-b': mints[1],
      ...(pool.extension ? { 'bitmap-extension': extension } : {}),
      ...Object.fromEntries(arrays.map((array, i) => [`bin-array-${i + 1}`, array])),
    },
    support: [...vaults, { address: of('oracle'), owner: PROGRAM, data: oracle }],
    vaults,
    oracle: of('oracle'),
    pool,
    arrays: indexes.map((index, i) => ({ index, address: arrays[i].address })),
  };
}

/** A pair of the first version is found by its mints and its step, one with an activation point by a base key and its mints. */
function pairAddress({ pairType = 0 }, mints, step, base) {
  const sorted = mints.map((one) => one.address).toSorted((left, right) => Buffer.compare(left, right));
  const [address, bump] = derive(pairType === 2 ? [base, ...sorted] : [...sorted, u16(step)]);
  return { address: address.toBytes(), bump };
}

function pairData({ pool, step, mints, vaults, bump, indexes, base, oracle }) {
  const volatility = pool.volatility ?? { accumulator: 0n, reference: 0n, index: 0n, updated: 0n };
  const data = withFields(904, [
    [0, bytesOf('210b3162b565b10d')],
    [8, u16(10_000)],
    [10, u16(30)],
    [12, u16(600)],
    [14, u16(5_000)],
    [16, u32(pool.control ?? 0)],
    [20, u32(350_000)],
    [24, u32(-443_636)],
    [28, u32(443_636)],
    [32, u16(2_000)],
    [34, pool.power ?? 0],
    [35, pool.functionType ?? 1],
    [36, pool.feeMode ?? 0],
    [40, u32(volatility.accumulator)],
    [44, u32(volatility.reference)],
    [48, u32(volatility.index)],
    [56, volatility.updated],
    [72, bump],
    [73, u16(step)],
    [75, pool.pairType ?? 0],
    [76, u32(pool.active)],
    [80, u16(step)],
    [82, pool.status ?? 0],
    [86, 1],
    [88, mints[0].address],
    [120, mints[1].address],
    [152, vaults[0].address],
    [184, vaults[1].address],
    [552, oracle],
    [784, base],
    [816, pool.opensAt ?? 0n],
    [880, pool.fees?.[0] === undefined ? 0 : 1],
    [881, pool.fees?.[1] === undefined ? 0 : 1],
  ]);
  for (const index of indexes) if (index >= -512 && index < 512) setBit(data, 584, index + 512);
  return data;
}

function setBit(data, base, bit) {
  data[base + (bit >> 3)] |= 1 << (bit & 7);
}

/** 12 rows of 512 arrays from 512 on, then as many from -513 on downwards. */
function bitmapExtension(pair, indexes) {
  const data = withFields(1_576, [
    [0, bytesOf('506f7c7137ed1205')],
    [8, pair],
  ]);
  for (const index of indexes) {
    if (index >= 512) setBit(data, 40, index - 512);
    if (index < -512) setBit(data, 808, -index - 1 - 512);
  }
  return data;
}

function binArray(pool, step, pair, index) {
  const number = withFields(8, [[0, BigInt.asUintN(64, BigInt(index))]]);
  const [address] = derive([Buffer.from('bin_array'), pair, number]);
  const bins = [...pool.bins].filter(([id]) => arrayOf(id) === index);
  const data = withFields(10_136, [
    [0, bytesOf('5c8e5cdc059446b5')],
    [8, number],
    [16, 1],
    [24, pair],
    ...bins.flatMap(([id, bin]) => {
      const at = 56 + BIN_BYTES * (id - index * BINS_PER_ARRAY);
      return [
        [at, bin.x ?? 0n],
        [at + 8, bin.y ?? 0n],
        [at + 16, u128(priceOf(id, step))],
        [at + 32, u128(((bin.x ?? 0n) + (bin.y ?? 0n)) << 64n)],
        [at + 112, bin.open ?? 0n],
        [at + 120, (bin.processed ?? 0n) * 2n],
        [at + 128, bin.processed ?? 0n],
        [at + 140, bin.ask ?? 0],
      ];
    }),
  ]);
  return { address: address.toBytes(), owner: PROGRAM, data };
}

/**
 * Returns the swap instruction with its 16 accounts, written from the program's account list, and bin arrays behind them: the one
 * that the price may go back to, then for one or two units those up to the first that gives something and one more, otherwise all.
 */
export function call({ kept, vaults, oracle, arrays, pool }, { direction, mode, amount, limit, user }) {
  const read = (address) => ({ address, isSigner: false, isWritable: false });
  const write = (address) => ({ address, isSigner: false, isWritable: true });
  const isDown = direction === 'aToB';
  const active = arrayOf(pool.active);
  const isNamed = ({ index }) => kept['bitmap-extension'] !== undefined || (index >= -512 && index < 512);
  const ahead = isDown
    ? arrays.filter(({ index }) => index <= active).toReversed()
    : arrays.filter(({ index }) => index >= active).filter(isNamed);
  const gives = ({ index }) =>
    [...pool.bins].some(
      ([id, bin]) =>
        arrayOf(id) === index &&
        (isDown ? id <= pool.active && (bin.y ?? 0n) > 0n : id >= pool.active && (bin.x ?? 0n) > 0n),
    );
  const needed = amount > 2n ? ahead : ahead.slice(0, ahead.findIndex(gives) + 2);
  const movedBack = arrayOf(isDown ? pool.active + LEEWAY_BINS : pool.active - LEEWAY_BINS);
  const behind = arrays.filter(({ index }) => index === movedBack && index !== active).filter(isNamed);
  const passed = [...behind, ...needed];
  const accounts = [
    write(kept.pool.address),
    kept['bitmap-extension'] === undefined ? read(PROGRAM) : write(kept['bitmap-extension'].address),
    write(vaults[0].address),
    write(vaults[1].address),
    write(user.source),
    write(user.destination),
    read(kept['mint-a'].address),
    read(kept['mint-b'].address),
    write(oracle),
    read(PROGRAM),
    { address: user.owner, isSigner: true, isWritable: false },
    read(kept['mint-a'].owner),
    read(kept['mint-b'].owner),
    read(MEMO),
    read(EVENT_AUTHORITY),
    read(PROGRAM),
    ...passed.map(({ address }) => write(address)),
  ];
  const [first, second] = mode === 'exactIn' ? [amount, limit] : [limit, amount];
  return {
    accounts,
    data: withFields(28, [
      [0, SWAPS[mode]],
      [8, first],
      [16, second],
    ]),
  };
}
