import { createRequire } from 'node:module';
import { addressOf, bytesOf, withFields } from './bytes.mjs';
import { mint, tokenAccount } from './tokens.mjs';

const require = createRequire(new URL('../../packages/core-native/package.json', import.meta.url));
const { PublicKey } = require('@solana/web3.js');

export const STEM = 'orca_whirlpool';
export const PROGRAM = bytesOf('0e03685f8e909053e458121c66f5a76aedc7706aa11c82f8aa952a8f2b7879a9');
const SWAP_V2 = bytesOf('2b04ed0b1ac91e62');
const MEMO = bytesOf('054a535a992921064d24e87160da387c7c35b5ddbc92bb81e41fa8404105448d');
const TICKS = 88;
const TICK_BYTES = 113;
/** More than any of the pools can give: what a swap gives follows from the liquidity alone. */
const VAULT = 2n ** 62n;
const NOW = 1_790_000_000n;

const FEE = { epoch: 0n, maximum: 5_000_000n, basisPoints: 250 };
const LATER_FEE = { epoch: 950n, maximum: 2n ** 63n, basisPoints: 37 };
const SCALE = [9_000_000_000n, 9_000_000_000n];

/** Positions around a tick, each a little wider than the one before. */
const nested = (tick, spacing, count, liquidity) =>
  Array.from({ length: count }, (_, i) => {
    const middle = Math.floor(tick / spacing);
    return [(middle - i * 3 - 1) * spacing, (middle + i * 2 + 2) * spacing, liquidity + BigInt(i) * 7_919n];
  });
const ADAPTIVE = { filter: 30, decay: 600, reduction: 5_000, control: 4_000, max: 350_000, group: 64, threshold: 64 };
const BUSY = { updated: NOW - 5n, major: NOW - 200n, reference: 20_000, volatility: 50_000 };

/** What is unlike a plain one in each pool. */
const DEFINITIONS = [
  { name: 'plain', spacing: 64, tick: -32_101, positions: nested(-32_101, 64, 20, 90_000_000_000n), vaults: SCALE },
  {
    name: 'dynamic-arrays',
    spacing: 8,
    tick: 20_003,
    format: 'dynamic',
    positions: nested(20_003, 8, 30, 900_000_000_000n),
    vaults: [1_000_000_000n, 9_000_000_000n],
  },
  {
    name: 'sparse-arrays',
    spacing: 4,
    tick: 10,
    positions: [
      [-800, 900, 70_000_000_000n],
      [-4, 12, 50_000_000_000n],
      [440_000, 443_636, 1n],
    ],
    vaults: SCALE,
  },
  {
    name: 'last-tick-of-an-array',
    spacing: 64,
    tick: 5_600,
    positions: nested(5_600, 64, 9, 60_000_000_000n),
    vaults: SCALE,
  },
  // A swap down has just crossed tick 0: the price is that of tick 0, the tick one below.
  {
    name: 'shifted-tick',
    spacing: 2,
    tick: -1,
    sqrtPrice: 2n ** 64n,
    positions: nested(-1, 2, 25, 4_000_000_000_000n),
    vaults: SCALE,
  },
  {
    name: 'full-range-only',
    spacing: 32_896,
    tick: 1_234,
    positions: [[-427_648, 427_648, 7_000_000_000n]],
    vaults: [6_500_000_000n, 7_400_000_000n],
  },
  {
    name: 'gap-in-the-liquidity',
    spacing: 16,
    tick: 100,
    positions: [
      [-640, -320, 80_000_000_000n],
      [480, 640, 80_000_000_000n],
    ],
    vaults: SCALE,
  },
  { name: 'no-fee', spacing: 1, feeRate: 0, tick: -5, positions: nested(-5, 1, 40, 9_000_000_000_000n), vaults: SCALE },
  {
    name: 'adaptive-fee',
    spacing: 64,
    tick: -32_101,
    adaptive: { ...ADAPTIVE, ...BUSY, groupReference: -502 },
    positions: nested(-32_101, 64, 20, 90_000_000_000n),
    vaults: SCALE,
  },
  {
    name: 'adaptive-fee-of-every-tick',
    spacing: 8,
    tick: 97,
    format: 'dynamic',
    adaptive: { ...ADAPTIVE, control: 60_000, max: 90_000, group: 1, threshold: 20, ...BUSY, groupReference: 95 },
    positions: nested(97, 8, 12, 900_000_000_000n),
    vaults: SCALE,
  },
  // The reference lies so far off that the fee is at its most until the swap comes near it.
  {
    name: 'adaptive-fee-towards-a-reference-above',
    spacing: 16,
    tick: 97,
    adaptive: { ...ADAPTIVE, control: 30_000, max: 90_000, group: 8, threshold: 20, ...BUSY, groupReference: 45 },
    positions: [
      [-1_600, 1_600, 60_000_000_000n],
      [160, 192, 5_000_000_000n],
    ],
    vaults: SCALE,
  },
  {
    name: 'adaptive-fee-towards-a-reference-below',
    spacing: 16,
    tick: -97,
    format: 'dynamic',
    adaptive: { ...ADAPTIVE, control: 30_000, max: 90_000, group: 16, threshold: 20, ...BUSY, groupReference: -40 },
    positions: [
      [-1_600, 1_600, 60_000_000_000n],
      [-320, -192, 5_000_000_000n],
    ],
    vaults: SCALE,
  },
  {
    name: 'adaptive-fee-switched-off',
    spacing: 64,
    tick: 7,
    adaptive: { ...ADAPTIVE, control: 0 },
    positions: nested(7, 64, 9, 50_000_000_000n),
    vaults: SCALE,
  },
  {
    name: 'transfer-fee-on-a',
    spacing: 64,
    tick: -3,
    positions: nested(-3, 64, 9, 50_000_000_000n),
    fees: [{ older: FEE, newer: LATER_FEE }],
    vaults: SCALE,
  },
  {
    name: 'transfer-fees-on-both',
    spacing: 64,
    tick: 640,
    positions: nested(640, 64, 9, 50_000_000_000n),
    fees: [
      { older: FEE, newer: FEE },
      { older: LATER_FEE, newer: { epoch: 900n, maximum: 999n, basisPoints: 1 } },
    ],
    vaults: SCALE,
  },
  {
    name: 'opens-later',
    spacing: 64,
    tick: 0,
    adaptive: { ...ADAPTIVE, enabled: NOW + 1n },
    positions: nested(0, 64, 9, 50_000_000_000n),
    vaults: SCALE,
  },
  { name: 'no-liquidity', spacing: 128, tick: 300_000, positions: [], vaults: SCALE },
  {
    name: 'end-of-the-range',
    spacing: 64,
    tick: -443_500,
    positions: [[-443_584, -443_008, 90n]],
    vaults: [4_000_000_000n, 1_000n],
  },
];

/** Amounts of every magnitude, so that swaps end inside each of the ticks and arrays. */
const MORE = [3n, 20n, 100n, 300n, 700n, 1_500n, 2_500n, 4_000n].map((thousands) => thousands * 1_000_000n + 12_345n);
const KINDS = ['aToB exactIn', 'aToB exactOut', 'bToA exactIn', 'bToA exactOut'];

export const POOLS = DEFINITIONS.map((pool) => ({
  ...pool,
  more: Object.fromEntries(KINDS.map((kind) => [kind, [45_678n, 456_789n, ...MORE]])),
}));

/** 1.0001^(tick / 2) in 64 fractional bits, to far more digits than the program has. */
function sqrtPriceOf(tick) {
  const fraction = 256n;
  let power = 1n << fraction;
  let square = (power * 10_001n) / 10_000n;
  for (let bits = Math.abs(tick); bits > 0; bits >>= 1) {
    if (bits % 2 === 1) power = (power * square) >> fraction;
    square = (square * square) >> fraction;
  }
  const price = tick < 0 ? (1n << (2n * fraction)) / power : power;
  return squareRoot(price >> (fraction - 128n));
}

function squareRoot(value) {
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** Returns the accounts of a pool by file stem; the vaults and the arrays that do not exist are for the program alone. */
export function build(pool) {
  const of = (part) => addressOf(`${STEM} ${pool.name} ${part}`);
  const mints = ['mint-a', 'mint-b'].map((part, side) => mint({ address: of(part), fees: pool.fees?.[side] }));
  const tier = pool.adaptive ? 1_025 : pool.spacing;
  const [config, [mintA, mintB]] = [of('whirlpools-config'), mints.map((account) => account.address)];
  const { address, bump } = derive('whirlpool', config, mintA, mintB, u16(tier));
  const vaults = ['vault-a', 'vault-b'].map((part, side) =>
    tokenAccount({ address: of(part), mint: mints[side], authority: address, amount: VAULT }),
  );
  const oracle = pool.adaptive && {
    address: derive('oracle', address).address,
    owner: PROGRAM,
    data: oracleData(pool, address),
  };
  const arrays = [...arrayData(pool, address)].map(([start, data], i) => [
    `tick-array-${i + 1}`,
    { address: derive('tick_array', address, String(start)).address, owner: PROGRAM, data },
  ]);
  return {
    pool,
    kept: {
      pool: { address, owner: PROGRAM, data: poolData({ pool, config, bump, tier, mints, vaults }) },
      'mint-a': mints[0],
      'mint-b': mints[1],
      ...(oracle && { oracle }),
      ...Object.fromEntries(arrays),
    },
    support: vaults,
  };
}

function poolData({ pool, config, bump, tier, mints, vaults }) {
  const active = pool.positions.filter(([lower, upper]) => lower <= pool.tick && pool.tick < upper);
  const liquidity = active.reduce((sum, position) => sum + position[2], 0n);
  const middle = (sqrtPriceOf(pool.tick) + sqrtPriceOf(pool.tick + 1)) / 2n;
  return withFields(653, [
    [0, bytesOf('3f95d10ce1806309')],
    [8, config],
    [40, bump],
    [41, u16(pool.spacing)],
    [43, u16(tier)],
    [45, u16(pool.feeRate ?? 3_000)],
    [47, u16(1_300)],
    [49, wide(liquidity)],
    [65, wide(pool.sqrtPrice ?? middle)],
    [81, i32(pool.tick)],
    ...[0, 1].flatMap((side) => [
      [101 + 80 * side, mints[side].address],
      [133 + 80 * side, vaults[side].address],
    ]),
    [261, NOW - 1n],
  ]);
}

function oracleData({ adaptive }, pool) {
  return withFields(254, [
    [0, bytesOf('8bc283b38cb3e5f4')],
    [8, pool],
    [40, adaptive.enabled ?? 0n],
    [48, u16(adaptive.filter)],
    [50, u16(adaptive.decay)],
    [52, u16(adaptive.reduction)],
    [54, i32(adaptive.control)],
    [58, i32(adaptive.max)],
    [62, u16(adaptive.group)],
    [64, u16(adaptive.threshold)],
    [82, adaptive.updated ?? 0n],
    [90, adaptive.major ?? 0n],
    [98, i32(adaptive.reference ?? 0)],
    [102, i32(adaptive.groupReference ?? 0)],
    [106, i32(adaptive.volatility ?? 0)],
  ]);
}

/** Returns the data of the arrays that hold ticks, by their first one. */
function arrayData({ positions, spacing, format }, pool) {
  const ticks = new Map();
  for (const [lower, upper, liquidity] of positions) {
    for (const [tick, change] of [
      [lower, liquidity],
      [upper, -liquidity],
    ]) {
      const { net, gross } = ticks.get(tick) ?? { net: 0n, gross: 0n };
      ticks.set(tick, { net: net + change, gross: gross + liquidity });
    }
  }
  const span = TICKS * spacing;
  const starts = [...new Set([...ticks.keys()].map((tick) => Math.floor(tick / span) * span))];
  return new Map(
    starts
      .toSorted((a, b) => a - b)
      .map((start) => {
        const places = Array.from({ length: TICKS }, (_, place) => ticks.get(start + place * spacing));
        return [start, (format === 'dynamic' ? dynamicArray : fixedArray)(start, pool, places)];
      }),
  );
}

function fixedArray(start, pool, places) {
  const ticks = places.flatMap((place, i) => (place ? tickFields(12 + TICK_BYTES * i, place) : []));
  return withFields(9_988, [[0, bytesOf('4561bdbe6e0742bb')], [8, i32(start)], [9_956, pool], ...ticks]);
}

function dynamicArray(start, pool, places) {
  const fields = [
    [0, bytesOf('11d8f68ee1c7da38')],
    [8, i32(start)],
    [12, pool],
  ];
  let [at, bitmap] = [60, 0n];
  for (const [i, place] of places.entries()) {
    if (place) {
      fields.push(...tickFields(at, place));
      bitmap |= 1n << BigInt(i);
    }
    at += place ? TICK_BYTES : 1;
  }
  return withFields(at, [...fields, [44, wide(bitmap)]]);
}

function tickFields(at, { net, gross }) {
  return [
    [at, 1],
    [at + 1, wide(net)],
    [at + 17, wide(gross)],
  ];
}

function derive(...seeds) {
  const bytes = seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed));
  const [address, bump] = PublicKey.findProgramAddressSync(bytes, new PublicKey(PROGRAM));
  return { address: address.toBytes(), bump };
}

/**
 * Returns the swap instruction with its 15 accounts, written from the program's account list: with the three arrays that the program
 * takes at most, or with the first and a spare for an amount of one unit where it finds liquidity there.
 */
export function call({ pool, kept, support }, { direction, mode, amount, limit, user }) {
  const down = direction === 'aToB';
  const span = TICKS * pool.spacing;
  const base = Math.floor(pool.tick / span) * span;
  const first = !down && pool.tick + pool.spacing >= base + span ? 1 : 0;
  const steps = down ? [0, -1, -2] : [first, first + 1, first + 2];
  const starts = steps.map((step) => base + step * span).filter((start) => start <= 443_636 && start + span > -443_636);
  // Whether a position reaches into what lies ahead in the first array.
  const [lowest, highest] = down ? [base, pool.tick] : [pool.tick, starts[0] + span - 1];
  const isNear = amount === 1n && pool.positions.some(([lower, upper]) => upper > lowest && lower <= highest);
  const named = isNear ? starts.slice(0, 2) : starts;
  const array = (start) => derive('tick_array', kept.pool.address, String(start)).address;
  const arrays = [0, 1, 2].map((i) => array(named[Math.min(i, named.length - 1)]));
  const read = (address) => ({ address, isSigner: false, isWritable: false });
  const write = (address) => ({ address, isSigner: false, isWritable: true });
  const [ownedA, ownedB] = down ? [user.source, user.destination] : [user.destination, user.source];
  const accounts = [
    read(kept['mint-a'].owner),
    read(kept['mint-b'].owner),
    read(MEMO),
    { address: user.owner, isSigner: true, isWritable: false },
    write(kept.pool.address),
    read(kept['mint-a'].address),
    read(kept['mint-b'].address),
    write(ownedA),
    write(support[0].address),
    write(ownedB),
    write(support[1].address),
    ...arrays.map(write),
    write(derive('oracle', kept.pool.address).address),
  ];
  return {
    accounts,
    data: withFields(43, [
      [0, SWAP_V2],
      [8, amount],
      [16, limit],
      [40, mode === 'exactOut' ? 0 : 1],
      [41, down ? 1 : 0],
    ]),
  };
}

function u16(value) {
  return Uint8Array.of(value & 0xff, value >> 8);
}

function i32(value) {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** 128 bits, a negative number as its complement. */
function wide(value) {
  return new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, value), BigInt.asUintN(64, value >> 64n)).buffer);
}
