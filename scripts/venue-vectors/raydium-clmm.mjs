import { createRequire } from 'node:module';
import { addressOf, bytesOf, withFields } from './bytes.mjs';
import { SPL_TOKEN, mint, tokenAccount } from './tokens.mjs';

const require = createRequire(new URL('../../packages/core-native/package.json', import.meta.url));
const { PublicKey } = require('@solana/web3.js');

export const STEM = 'raydium_clmm';
export const PROGRAM = bytesOf('a5d5ca9e04cf5db590b714ba2fe32cb159133fc1c192b72257fd07d39cb0401e');
/** No program of ours prices like this one: the swaps are those of a dump of the real one, of before dynamic fees. */
export const NEEDS_DUMP = true;

const TOKEN_2022 = bytesOf('06ddf6e1ee758fde18425dbce46ccddab61afc4d83b90d27febdf928d8a18bfc');
const MEMO = bytesOf('054a535a992921064d24e87160da387c7c35b5ddbc92bb81e41fa8404105448d');
const SWAP_V2 = bytesOf('2b04ed0b1ac91e62');
const TICKS_PER_ARRAY = 60;
/** Arrays that a swap passes at most: the first and the seven after it. */
const MOST_ARRAYS = 8;
/** The part of an array that the price may move back before a swap lands: the array that it then comes to is named first. */
const LEEWAY_DIVISOR = 6;

const FEE = { epoch: 0n, maximum: 5_000_000n, basisPoints: 250 };
const LATER_FEE = { epoch: 950n, maximum: 2n ** 63n, basisPoints: 37 };
const UNIT = 1_000_000_000n;
/** Liquidity on both sides of tick 0, in steps that cross some ticks of several arrays. */
const LADDER = [
  [-443_580, 443_580, 40n * UNIT],
  [-6_000, 6_000, 300n * UNIT],
  [-1_200, 900, 900n * UNIT],
  [-300, 120, 2_500n * UNIT],
];

/**
 * The pools: what is unlike a plain one stands in each. Positions are `[lower, upper, liquidity]`; the price stands in the middle
 * of `tick` unless given.
 */
export const POOLS = [
  { name: 'plain', spacing: 60, tick: 17, positions: LADDER },
  { name: 'one-position', spacing: 10, tick: -18_321, positions: [[-18_600, -18_000, 70_000n * UNIT]] },
  {
    name: 'close-ticks',
    spacing: 1,
    rate: 100,
    tick: 3,
    positions: Array.from({ length: 40 }, (_, i) => [-3 * i - 5, 4 * i + 4, 900n * UNIT]),
  },
  {
    name: 'gap-in-liquidity',
    spacing: 60,
    tick: 12_345,
    positions: [
      [12_000, 12_600, 500n * UNIT],
      [-36_000, -32_400, 80n * UNIT],
      [60_000, 72_000, 3n * UNIT],
    ],
  },
  {
    name: 'price-in-the-gap',
    spacing: 60,
    tick: 100,
    positions: [
      [3_600, 7_200, 500n * UNIT],
      [-7_200, -3_600, 80n * UNIT],
    ],
  },
  {
    name: 'stopped-on-a-tick',
    spacing: 10,
    tick: -1,
    sqrtPrice: 1n << 64n,
    positions: [
      [-600, 0, 70n * UNIT],
      [0, 600, 90n * UNIT],
    ],
  },
  {
    name: 'outer-bitmaps',
    spacing: 1,
    tick: 40_000,
    extension: true,
    positions: [
      [39_000, 41_000, 800n * UNIT],
      [30_600, 61_999, 40n * UNIT],
      [20_000, 40_020, 5n * UNIT],
    ],
  },
  {
    name: 'towards-the-outer-bitmaps',
    spacing: 1,
    tick: -30_700,
    extension: true,
    positions: [
      [-30_800, -30_600, 800n * UNIT],
      [-61_500, -30_660, 5n * UNIT],
    ],
  },
  { name: 'without-outer-bitmaps', spacing: 1, tick: 30_701, positions: [[30_660, 30_719, 5_000n * UNIT]] },
  {
    name: 'transfer-fees-on-both',
    spacing: 60,
    tick: -60,
    positions: LADDER,
    fees: [
      { older: FEE, newer: LATER_FEE },
      { older: LATER_FEE, newer: { epoch: 900n, maximum: 999n, basisPoints: 1 } },
    ],
  },
  { name: 'no-fee', spacing: 60, rate: 0, tick: 17, positions: LADDER },
  { name: 'swaps-disabled', spacing: 60, tick: 17, positions: LADDER, status: 16 },
  { name: 'opens-now', spacing: 60, tick: 17, positions: LADDER, openTime: 1_790_000_000n },
  { name: 'just-opened', spacing: 60, tick: 17, positions: LADDER, openTime: 1_789_999_999n },
  { name: 'empty', spacing: 60, tick: 17, positions: [], vaults: [1_000n, 1_000n] },
].map((pool) => ({ ...pool, vaults: pool.vaults ?? vaultsOf(pool) }));

/** The Q64.64 square-root price of a place between two ticks. Doubles are near enough to stay between them. */
function priceAt(tick) {
  return BigInt(Math.floor(1.0001 ** (tick / 2) * 2 ** 64));
}

/** What the positions hold of each token, and a little more. */
function vaultsOf({ tick, sqrtPrice = priceAt(tick + 0.5), positions }) {
  const totals = [1_000n, 1_000n];
  for (const [lower, upper, liquidity] of positions) {
    const within = (price) => [priceAt(lower), price, priceAt(upper)].toSorted((a, b) => (a < b ? -1 : 1))[1];
    const price = within(sqrtPrice);
    totals[0] += (liquidity << 64n) / price - (liquidity << 64n) / priceAt(upper);
    totals[1] += (liquidity * (price - priceAt(lower))) >> 64n;
  }
  return totals;
}

function programAddress(...seeds) {
  const [address, bump] = PublicKey.findProgramAddressSync(seeds, new PublicKey(PROGRAM));
  return { address: address.toBytes(), bump };
}

const text = (seed) => new TextEncoder().encode(seed);

/** Fields of 128 and 32 bits and signed ones, as bytes. */
function wide(value) {
  const bits = BigInt.asUintN(128, value);
  return withFields(16, [
    [0, bits & (2n ** 64n - 1n)],
    [8, bits >> 64n],
  ]);
}

function narrow(value, littleEndian = true) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, littleEndian);
  return bytes;
}

/** Initialized ticks by number of their array: `Map(array → Map(tick → { net, gross }))`. */
function ticksOf({ spacing, positions }) {
  const arrays = new Map();
  const add = (tick, net, gross) => {
    const number = Math.floor(tick / (spacing * TICKS_PER_ARRAY));
    const ticks = arrays.get(number) ?? new Map();
    const known = ticks.get(tick) ?? { net: 0n, gross: 0n };
    ticks.set(tick, { net: known.net + net, gross: known.gross + gross });
    arrays.set(number, ticks);
  };
  for (const [lower, upper, liquidity] of positions) {
    add(lower, liquidity, liquidity);
    add(upper, -liquidity, liquidity);
  }
  return arrays;
}

function tickArray(pool, spacing, number, ticks) {
  const start = number * spacing * TICKS_PER_ARRAY;
  const fields = Array.from({ length: TICKS_PER_ARRAY }).flatMap((_, i) => {
    const tick = start + i * spacing;
    const { net = 0n, gross = 0n } = ticks.get(tick) ?? {};
    if (gross === 0n) return [];
    const at = 44 + 168 * i;
    return [
      [at, narrow(tick)],
      [at + 4, wide(net)],
      [at + 20, wide(gross)],
    ];
  });
  const data = withFields(10_240, [
    [0, bytesOf('c09b55cd31f9812a')],
    [8, pool],
    [40, narrow(start)],
    ...fields,
    [10_124, ticks.size],
  ]);
  const { address } = programAddress(text('tick_array'), pool, narrow(start, false));
  return { address, owner: PROGRAM, data };
}

/** The bits of arrays `first` to `first + 511`, as 64 bytes. */
function bits(arrays, first) {
  const bytes = new Uint8Array(64);
  for (const number of arrays.keys()) {
    const bit = number - first;
    if (bit >= 0 && bit < 512) bytes[bit >> 3] |= 1 << (bit & 7);
  }
  return bytes;
}

function bitmapExtension(pool, arrays) {
  const blocks = Array.from({ length: 14 }).flatMap((_, i) => [
    [40 + 64 * i, bits(arrays, 512 * (i + 1))],
    [936 + 64 * i, bits(arrays, -512 * (i + 2))],
  ]);
  const data = withFields(1832, [[0, bytesOf('3c9624db61808b99')], [8, pool], ...blocks]);
  return { address: programAddress(text('pool_tick_array_bitmap_extension'), pool).address, owner: PROGRAM, data };
}

/** Returns the accounts of a pool by file stem; vaults and observation are for the program alone. */
export function build(spec) {
  const { name, spacing, tick, positions } = spec;
  const of = (part) => addressOf(`${STEM} ${name} ${part}`);
  const mints = ['mint-a', 'mint-b'].map((part, side) => mint({ address: of(part), fees: spec.fees?.[side] }));
  const config = of('config');
  // The pool signs for its vaults as the address of these seeds.
  const { address: pool, bump } = programAddress(text('pool'), config, mints[0].address, mints[1].address);
  const vaults = ['vault-a', 'vault-b'].map((part, side) =>
    tokenAccount({ address: of(part), mint: mints[side], authority: pool, amount: spec.vaults[side] }),
  );
  const arrays = ticksOf(spec);
  const liquidity = positions
    .filter(([lower, upper]) => lower <= tick && tick < upper)
    .reduce((sum, [, , amount]) => sum + amount, 0n);
  const data = withFields(1544, [
    [0, bytesOf('f7ede3f5d7c3de46')],
    [8, bump],
    [9, config],
    [41, of('creator')],
    [73, mints[0].address],
    [105, mints[1].address],
    [137, vaults[0].address],
    [169, vaults[1].address],
    [201, of('observation')],
    [233, Uint8Array.of(6, 6)],
    [235, Uint8Array.of(spacing & 0xff, spacing >> 8)],
    [237, wide(liquidity)],
    [253, wide(spec.sqrtPrice ?? priceAt(tick + 0.5))],
    [269, narrow(tick)],
    [389, spec.status ?? 0],
    [904, bits(arrays, -512)],
    [968, bits(arrays, 0)],
    [1080, spec.openTime ?? 0n],
  ]);
  const rates = withFields(117, [
    [0, bytesOf('daf42168cbcb2b6f')],
    [8, 254],
    [43, narrow(120_000)],
    [47, narrow(spec.rate ?? 2_500)],
    [51, Uint8Array.of(spacing & 0xff, spacing >> 8)],
    [53, narrow(40_000)],
  ]);
  const observation = withFields(4_483, [
    [0, bytesOf('7aaec5358109a584')],
    [8, 1],
    [19, pool],
  ]);
  const accountsOf = [...arrays].toSorted(([one], [other]) => one - other);
  const tickArrays = accountsOf.map(([number, ticks]) => ({ number, ...tickArray(pool, spacing, number, ticks) }));
  const extension = spec.extension ? bitmapExtension(pool, arrays) : undefined;
  const kept = {
    pool: { address: pool, owner: PROGRAM, data },
    config: { address: config, owner: PROGRAM, data: rates },
    'mint-a': mints[0],
    'mint-b': mints[1],
    ...(extension && { 'bitmap-extension': extension }),
    ...Object.fromEntries(tickArrays.map(({ number, ...account }) => [`tick-array-${number}`, account])),
  };
  return {
    spec,
    kept,
    support: [...vaults, { address: of('observation'), owner: PROGRAM, data: observation }],
    vaults,
    observation: of('observation'),
    arrays,
    tickArrays,
    extension,
  };
}

/**
 * Returns the array that the price may go back to, and those that a swap meets in their order. One unit never leaves the nearest tick
 * of these pools: for it the array of that tick and a spare one are passed, as a trader would; for anything else all that a trader
 * would pass at most.
 */
function routeOf({ spec, arrays, tickArrays }, direction, amount) {
  const isDown = direction === 'aToB';
  const span = spec.spacing * TICKS_PER_ARRAY;
  const current = Math.floor(spec.tick / span);
  const movedBack = Math.floor((spec.tick + (isDown ? span : -span) / LEEWAY_DIVISOR) / span);
  const behind = tickArrays.filter(({ number }) => number === movedBack && number !== current);
  const side = tickArrays.filter(({ number }) => (isDown ? number <= current : number >= current));
  const route = (isDown ? side.toReversed() : side).slice(0, MOST_ARRAYS);
  if (amount !== 1n) return [...behind, ...route];
  const isAhead = (tick) => (isDown ? tick <= spec.tick : tick > spec.tick);
  const nearest = route.findIndex(({ number }) => [...arrays.get(number).keys()].some(isAhead));
  return [...behind, ...(nearest === -1 ? route : route.slice(0, nearest + 2))];
}

/** Returns the swap instruction with its 13 accounts and those of the route, written from the program's account list. */
export function call(built, { direction, mode, amount, limit, user }) {
  const { spec, kept, vaults, observation, extension } = built;
  const [input, output] = direction === 'aToB' ? [0, 1] : [1, 0];
  const mints = [kept['mint-a'], kept['mint-b']];
  const read = (address) => ({ address, isSigner: false, isWritable: false });
  const write = (address) => ({ address, isSigner: false, isWritable: true });
  const route = routeOf(built, direction, amount);
  const current = Math.floor(spec.tick / (spec.spacing * TICKS_PER_ARRAY));
  const isOuter = [current, ...route.map(({ number }) => number)].some((number) => number < -512 || number > 511);
  const accounts = [
    { address: user.owner, isSigner: true, isWritable: false },
    read(kept.config.address),
    write(kept.pool.address),
    write(user.source),
    write(user.destination),
    write(vaults[input].address),
    write(vaults[output].address),
    write(observation),
    read(SPL_TOKEN),
    read(TOKEN_2022),
    read(MEMO),
    read(mints[input].address),
    read(mints[output].address),
    ...(extension && isOuter ? [write(extension.address)] : []),
    ...route.map(({ address }) => write(address)),
  ];
  const data = withFields(41, [
    [0, SWAP_V2],
    [8, amount],
    [16, limit],
    [40, mode === 'exactIn' ? 1 : 0],
  ]);
  return { accounts, data };
}
