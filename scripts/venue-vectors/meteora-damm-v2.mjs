import { addressOf, bytesOf, withFields } from './bytes.mjs';
import { mint, tokenAccount } from './tokens.mjs';

export const STEM = 'meteora_damm_v2';
export const PROGRAM = bytesOf('092d2135657a159c2b87d4b66a70db8e9752389ff76aaf206ced063a38f95aed');
/** No program of ours prices like this one: the swaps are those of a dump of the real one. */
export const NEEDS_DUMP = true;
export const MODES = ['exactIn', 'exactOut', 'partialFill'];

const POOL_AUTHORITY = bytesOf('f2ccd535aca5f1736ac822dd0773e4d92fbd8a59b29403500295a9011c73a9e5');
const EVENT_AUTHORITY = bytesOf('2a76e7b344640a1cfc594c8bcad0a091011cac7dd156bf83a833fb2208eb77ad');
const INSTRUCTIONS_SYSVAR = bytesOf('06a7d517187bd16635dad40455fdc2c0c124c68f215675a5dbbacb5f08000000');
const SWAP2 = bytesOf('414b3f4ceb5b5b88');
const MODE_NUMBERS = { exactIn: 0, partialFill: 1, exactOut: 2 };

const MIN_SQRT_PRICE = 4_295_048_016n;
const MAX_SQRT_PRICE = 79_226_673_521_066_979_257_578_248_091n;
const ONE = 1n << 64n;
/** The clock of the generator, which the pools' activation points stand before. */
const NOW = { slot: 400_000_000n, timestamp: 1_790_000_000n };
const BOTH = 0;
const ONLY_B = 1;
const COMPOUNDING = 2;

const FEE = { epoch: 0n, maximum: 5_000_000n, basisPoints: 250 };
const LATER_FEE = { epoch: 950n, maximum: 2n ** 63n, basisPoints: 37 };
/** A volatility that a swap left ten seconds ago, by the step of one basis point that every pool has. */
const VOLATILE = { accumulator: 350_000n, reference: ONE + ONE / 50n, at: NOW.timestamp - 10n, before: 120_000n };
const LIMITER = { mode: 2, cliff: 10_000_000n, small: 50, words: [7_200, 5_000], last: 1_000_000n };

/** The pools: what is unlike a plain one stands in each. Liquidity is in whole units, prices are Q64.64 square roots. */
export const POOLS = [
  { name: 'plain', liquidity: 50_000_000_000n, price: (ONE * 3n) / 2n },
  { name: 'fee-in-b', liquidity: 7_000_000_000n, price: ONE / 3n, fees: { cliff: 10_000_000n }, collect: ONLY_B },
  {
    name: 'narrow-range',
    liquidity: 90_000_000_000n,
    price: ONE,
    range: [(ONE * 99n) / 100n, (ONE * 101n) / 100n],
    collect: ONLY_B,
  },
  { name: 'lower-end', liquidity: 90_000_000_000n, price: ONE / 2n, range: [ONE / 2n, ONE * 2n] },
  { name: 'compounding', reserves: [40_000_000_007n, 9_000_000_001n], collect: COMPOUNDING, compoundingBps: 5_000 },
  {
    name: 'compounding-and-volatile',
    reserves: [40_000_003n, 41_000_007n],
    collect: COMPOUNDING,
    compoundingBps: 10_000,
    dynamic: VOLATILE,
  },
  { name: 'volatile', liquidity: 50_000_000_000n, price: ONE, dynamic: VOLATILE },
  {
    name: 'never-traded',
    liquidity: 50_000_000_000n,
    price: ONE,
    dynamic: { accumulator: 0n, reference: 0n, at: 0n, before: 0n },
  },
  {
    name: 'falls-by-the-minute',
    liquidity: 50_000_000_000n,
    price: ONE,
    fees: { mode: 0, cliff: 500_000_000n, small: 49, first: 60n, last: 10_000_000n },
    activation: { type: 1, point: NOW.timestamp - 1_234n },
  },
  {
    name: 'falls-by-a-share',
    liquidity: 50_000_000_000n,
    price: ONE,
    fees: { mode: 1, cliff: 500_000_000n, small: 400, first: 150n, last: 130n },
    activation: { type: 0, point: NOW.slot - 150n * 213n - 7n },
  },
  {
    name: 'falls-with-growth',
    liquidity: 50_000_000_000n,
    price: (ONE * 27n) / 20n,
    start: ONE,
    fees: { mode: 3, cliff: 300_000_000n, small: 100, words: [200, 604_800], last: 2_500_000n },
    activation: { type: 1, point: NOW.timestamp - 604_800n },
  },
  {
    name: 'fell-with-growth',
    liquidity: 50_000_000_000n,
    price: (ONE * 27n) / 20n,
    start: ONE,
    fees: { mode: 4, cliff: 300_000_000n, small: 100, words: [200, 604_799], last: 200n },
    activation: { type: 1, point: NOW.timestamp - 604_800n },
  },
  {
    name: 'limited',
    liquidity: 50_000_000_000n,
    price: ONE,
    fees: LIMITER,
    collect: ONLY_B,
    activation: { type: 1, point: NOW.timestamp - 7_200n },
  },
  {
    name: 'limited-once',
    liquidity: 50_000_000_000n,
    price: ONE,
    fees: LIMITER,
    collect: ONLY_B,
    activation: { type: 1, point: NOW.timestamp - 7_201n },
  },
  {
    name: 'transfer-fees-on-both',
    liquidity: 80_000_000_000n,
    price: ONE,
    mintFees: [
      { older: FEE, newer: LATER_FEE },
      { older: LATER_FEE, newer: { epoch: 900n, maximum: 999n, basisPoints: 1 } },
    ],
  },
  { name: 'capped-fee', liquidity: 80_000_000_000n, price: ONE, fees: { cliff: 600_000_000n }, version: 0 },
  { name: 'first-layout', liquidity: 80_000_000_000n, price: (ONE * 5n) / 4n, layout: 0 },
  { name: 'full-counters', liquidity: 80_000_000_000n, price: ONE, paidOut: 2n ** 64n - 100_000n },
  { name: 'disabled', liquidity: 80_000_000_000n, price: ONE, status: 1 },
  { name: 'opens-later', liquidity: 80_000_000_000n, price: ONE, activation: { type: 0, point: NOW.slot + 1n } },
].map((pool) => ({ ...pool, vaults: reservesOf(pool) }));

/** What the program counts as a pool's reserves: both sides of the range rounded up. */
function reservesOf({ liquidity, price, range = [MIN_SQRT_PRICE, MAX_SQRT_PRICE], reserves }) {
  if (reserves !== undefined) return reserves;
  const scaled = liquidity << 64n;
  const [lowest, highest] = range;
  return [divideUp(scaled * (highest - price), highest * price), divideUp(scaled * (price - lowest), 1n << 128n)];
}

/** The square-root price of reserves, rounded down (Newton's method from above). */
function priceOf([a, b]) {
  const price = (b << 128n) / a;
  let guess = 1n << 128n;
  for (;;) {
    const next = (guess + price / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function divideUp(numerator, denominator) {
  return (numerator + denominator - 1n) / denominator;
}

/** Returns little-endian bytes of a number. */
function little(value, length) {
  return Uint8Array.from({ length }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
}

/** `BaseFeeInfo`: what the modes read from the same 32 bytes. */
function baseFee({ mode = 0, cliff = 2_500_000n, small = 0, first = 0n, words, last = 0n } = {}) {
  return [
    [8, cliff],
    [16, mode],
    [22, little(small, 2)],
    [24, words === undefined ? first : new Uint8Array([...little(words[0], 4), ...little(words[1], 4)])],
    [32, last],
  ];
}

/** `DynamicFeeStruct`, with the parameters that the SDK gives a pool of 0.25 %. */
function dynamicFee(dynamic) {
  if (dynamic === undefined) return [];
  return [
    [56, 1],
    [64, little(14_460_000, 4)],
    [68, little(956, 4)],
    [72, little(1, 2)],
    [74, little(10, 2)],
    [76, little(120, 2)],
    [78, little(5_000, 2)],
    [80, dynamic.at],
    [88, little(1_844_674_407_370_955n, 16)],
    [104, little(dynamic.reference, 16)],
    [120, little(dynamic.accumulator, 16)],
    [136, little(dynamic.before, 16)],
  ];
}

/** Returns the accounts of a pool by file stem. */
export function build(pool) {
  const of = (part) => addressOf(`${STEM} ${pool.name} ${part}`);
  const mints = ['mint-a', 'mint-b'].map((part, side) => mint({ address: of(part), fees: pool.mintFees?.[side] }));
  // The vaults hold fees beside the reserves.
  const vaults = ['vault-a', 'vault-b'].map((part, side) =>
    tokenAccount({
      address: of(part),
      mint: mints[side],
      authority: POOL_AUTHORITY,
      amount: pool.vaults[side] + 1_000_000n,
    }),
  );
  const isCompounding = pool.collect === COMPOUNDING;
  const price = pool.price ?? priceOf(pool.vaults);
  const [lowest, highest] = isCompounding ? [0n, 2n ** 128n - 1n] : (pool.range ?? [MIN_SQRT_PRICE, MAX_SQRT_PRICE]);
  const counted = pool.layout === 0 ? [0n, 0n] : pool.vaults;
  const data = withFields(1112, [
    [0, bytesOf('f19a6d0411b16dbc')],
    ...baseFee(pool.fees),
    [48, 20],
    [50, 20],
    [54, little(pool.compoundingBps ?? 0, 2)],
    ...dynamicFee(pool.dynamic),
    [152, little(pool.start ?? price, 16)],
    [168, mints[0].address],
    [200, mints[1].address],
    [232, vaults[0].address],
    [264, vaults[1].address],
    [360, little((pool.liquidity ?? 30_000_000_000n) << 64n, 16)],
    [424, little(lowest, 16)],
    [440, little(highest, 16)],
    [456, little(price, 16)],
    [472, pool.activation?.point ?? 0n],
    [480, pool.activation?.type ?? 0],
    [481, pool.status ?? 0],
    [482, pool.mintFees?.[0] === undefined ? 0 : 1],
    [483, pool.mintFees?.[1] === undefined ? 0 : 1],
    [484, pool.collect ?? BOTH],
    [485, 1],
    [486, pool.version ?? 1],
    [600, pool.paidOut ?? 0n],
    [608, pool.paidOut ?? 0n],
    [648, of('creator')],
    [680, counted[0]],
    [688, counted[1]],
    [696, pool.layout ?? 1],
  ]);
  return {
    kept: {
      pool: { address: of('pool'), owner: PROGRAM, data },
      'mint-a': mints[0],
      'mint-b': mints[1],
    },
    support: vaults,
    vaults: vaults.map(({ address }) => address),
    isLimited: pool.fees?.mode === 2,
  };
}

/** Returns the swap instruction with its 14 accounts, 15 where the rate limiter may apply, written from the program's account list. */
export function call({ kept, vaults, isLimited }, { direction, mode, amount, limit, user }) {
  const read = (address) => ({ address, isSigner: false, isWritable: false });
  const write = (address) => ({ address, isSigner: false, isWritable: true });
  const accounts = [
    read(POOL_AUTHORITY),
    write(kept.pool.address),
    write(user.source),
    write(user.destination),
    write(vaults[0]),
    write(vaults[1]),
    read(kept['mint-a'].address),
    read(kept['mint-b'].address),
    { address: user.owner, isSigner: true, isWritable: false },
    read(kept['mint-a'].owner),
    read(kept['mint-b'].owner),
    read(PROGRAM),
    read(EVENT_AUTHORITY),
    read(PROGRAM),
    ...(isLimited && direction === 'bToA' ? [read(INSTRUCTIONS_SYSVAR)] : []),
  ];
  return {
    accounts,
    data: withFields(25, [
      [0, SWAP2],
      [8, amount],
      [16, limit],
      [24, MODE_NUMBERS[mode]],
    ]),
  };
}
