import { addressOf, bytesOf, withFields } from './bytes.mjs';
import { associatedAddress, base58Bytes, findAddress, programAddress } from './program-addresses.mjs';
import { readRealDumps } from './real-dumps.mjs';
import { SPL_TOKEN, TOKEN_2022, mint, tokenAccount } from './tokens.mjs';

export const STEM = 'pumpswap';
export const PROGRAM = base58Bytes('pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA');
const FEE_PROGRAM = base58Bytes('pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ');
const PUMP = base58Bytes('6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P');
const WRAPPED_SOL = base58Bytes('So11111111111111111111111111111111111111112');
const USDC = base58Bytes('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v');
const SYSTEM = new Uint8Array(32);
const DISCRIMINATORS = { sell: '5df6823ce7e940b2', spend: 'c2ab1c46684d5b2f', buy: 'b817ee6167c5d33d' };
const GLOBAL_CONFIG = await programAddress(PROGRAM, ['global_config']);
const FEE_CONFIG = await programAddress(FEE_PROGRAM, ['fee_config', PROGRAM]);
const EVENT_AUTHORITY = await programAddress(PROGRAM, ['__event_authority']);
const VOLUME_ACCUMULATOR = await programAddress(PROGRAM, ['user_volume_accumulator', addressOf('owner')]);
const RECIPIENT = addressOf(`${STEM} buyback recipient`);

const DISABLE_BUY = 8;
const DISABLE_SELL = 16;
/** Lengths of the fee account by which the program takes the exotic schedule for set or unset. */
const STABLE_LENGTH = 4_073;
const EXOTIC_LENGTH = 4_097;

/** Rates of liquidity providers, protocol and creator from a market capitalization on. */
const SOL_TIERS = [
  [0n, [2n, 93n, 30n]],
  [420_000_000_000n, [20n, 5n, 95n]],
  [1_470_000_000_000n, [20n, 5n, 90n]],
  [98_240_000_000_000n, [20n, 5n, 5n]],
];
const STABLE_TIERS = [
  [0n, [3n, 70n, 10n]],
  [60_000_000_000n, [4n, 60n, 5n]],
];
const FLAT = [25n, 5n, 0n];
const EXOTIC = [20n, 10n, 50n];
const COIN = { canonical: true, coinCreator: true };
const VAULTS = [150_000_000_000_000n, 120_000_000_000n];

/** The pools: what is unlike a plain one stands in each. */
export const POOLS = [
  // Where every fee divides without a rest the program leaves a unit of the budget unspent.
  { name: 'plain', vaults: [987_654_321_098n, 123_456_789_012n], more: { 'bToA exactIn': [10_031n, 20_061n] } },
  { name: 'coin-below-the-second-tier', ...COIN, vaults: [400_000_000_000_000n, 60_000_000_000n] },
  { name: 'coin-in-the-second-tier', ...COIN, vaults: VAULTS },
  { name: 'coin-at-the-third-tier', ...COIN, vaults: [100_000_000_000_000n, 147_000_000_000n] },
  { name: 'coin-one-below-the-third-tier', ...COIN, vaults: [100_000_000_000_000n, 146_999_999_999n] },
  { name: 'coin-without-creator', canonical: true, vaults: VAULTS },
  { name: 'coin-for-usdc', ...COIN, vaults: [150_000_000_000_000n, 20_000_000_000n], quote: USDC },
  { name: 'coin-for-another-unset', ...COIN, vaults: VAULTS, quote: addressOf(`${STEM} another quote`) },
  {
    name: 'coin-for-another-set',
    ...COIN,
    vaults: VAULTS,
    quote: addressOf(`${STEM} another quote`),
    feeBytes: EXOTIC_LENGTH,
  },
  { name: 'coin-with-its-own-fee', ...COIN, vaults: VAULTS, creatorFee: 250n },
  { name: 'coin-with-an-unconfigurable-fee', ...COIN, vaults: VAULTS, creatorFee: 250n, configBytes: 907 },
  { name: 'boosted', ...COIN, vaults: [150_000_000_000_000n, 9_000_000_000n], virtual: 30_000_000_000n },
  { name: 'waiting-fees', ...COIN, vaults: VAULTS, waiting: [500_000_000n, 1_000_000_001n] },
  { name: 'mayhem', ...COIN, vaults: VAULTS, mayhem: true, supply: 5_000_000_000_000_000n },
  { name: 'cashback', ...COIN, vaults: VAULTS, cashback: true },
  { name: 'token-2022-coin', ...COIN, vaults: VAULTS, isToken2022: true },
  { name: 'older-account', ...COIN, vaults: VAULTS, poolBytes: 243 },
  { name: 'oldest-account', ...COIN, vaults: VAULTS, poolBytes: 211 },
  { name: 'no-buyback', ...COIN, vaults: VAULTS, buyback: 0n },
  { name: 'tiny', vaults: [1_000n, 777n] },
  { name: 'buys-disabled', ...COIN, vaults: VAULTS, flags: DISABLE_BUY },
  { name: 'sells-disabled', ...COIN, vaults: VAULTS, flags: DISABLE_SELL },
];

/** What addresses follow from each pool's mints: the program signs as the pool, so it must be at its own. */
const DERIVED = new Map(
  await Promise.all(
    POOLS.map(async (pool) => {
      const mints = [addressOf(`${STEM} ${pool.name} mint-a`), pool.quote ?? WRAPPED_SOL];
      const authority = await programAddress(PUMP, ['pool-authority', mints[0]]);
      const creator = pool.canonical ? authority : addressOf(`${STEM} ${pool.name} creator`);
      const { address, bump } = await findAddress(PROGRAM, ['pool', new Uint8Array(2), creator, ...mints]);
      return [
        pool,
        { mints, creator, address, bump, buyback: await associatedAddress(RECIPIENT, SPL_TOKEN, mints[1]) },
      ];
    }),
  ),
);

/** No instruction sells for a fixed output. */
export function hasMode(direction, mode) {
  return direction === 'bToA' || mode === 'exactIn';
}

/** The program and the one whose account it reads its fees from; undefined where they cannot be had. */
export function programs() {
  const dumps = readRealDumps(['pump_amm.so', 'pump_fees.so']);
  if (dumps === undefined) return undefined;
  return dumps.map((bytes, i) => ({ address: [PROGRAM, FEE_PROGRAM][i], bytes }));
}

/** Returns the accounts of a pool by file stem. */
export function build(pool) {
  const of = (part) => addressOf(`${STEM} ${pool.name} ${part}`);
  const derived = DERIVED.get(pool);
  const base = { ...mint({ address: derived.mints[0] }), ...(pool.isToken2022 ? { owner: TOKEN_2022 } : {}) };
  base.data.set(withFields(8, [[0, pool.supply ?? 1_000_000_000_000_000n]]), 36);
  const mints = [base, mint({ address: derived.mints[1] })];
  const vaults = ['vault-a', 'vault-b'].map((part, side) =>
    tokenAccount({ address: of(part), mint: mints[side], authority: derived.address, amount: pool.vaults[side] }),
  );
  return {
    kept: {
      pool: { address: derived.address, owner: PROGRAM, data: poolData(pool, derived, vaults) },
      'vault-a': vaults[0],
      'vault-b': vaults[1],
      'global-config': { address: GLOBAL_CONFIG, owner: PROGRAM, data: globalConfig(pool) },
      'fee-config': { address: FEE_CONFIG, owner: FEE_PROGRAM, data: feeConfig(pool) },
      'mint-a': mints[0],
      'mint-b': mints[1],
    },
    support: [tokenAccount({ address: derived.buyback, mint: mints[1], authority: RECIPIENT, amount: 0n })],
    buyback: derived.buyback,
  };
}

function poolData(pool, { creator, mints, bump }, vaults) {
  const [protocol, creatorFees] = pool.waiting ?? [0n, 0n];
  const virtual = BigInt.asUintN(128, (pool.virtual ?? 0n) - protocol - creatorFees);
  const data = withFields(301, [
    [0, bytesOf('f19a6d0411b16dbc')],
    [8, bump],
    [11, creator],
    [43, mints[0]],
    [75, mints[1]],
    [107, addressOf(`${STEM} ${pool.name} lp-mint`)],
    [139, vaults[0].address],
    [171, vaults[1].address],
    [203, 4_193_388_304_497n],
    [211, pool.coinCreator ? addressOf(`${STEM} ${pool.name} coin-creator`) : SYSTEM],
    [243, pool.mayhem ? 1 : 0],
    [244, pool.cashback ? 1 : 0],
    [245, BigInt.asUintN(64, virtual)],
    [253, virtual >> 64n],
    [261, pool.creatorFee ?? 0n],
    [271, protocol],
    [279, creatorFees],
  ]);
  return data.slice(0, pool.poolBytes ?? data.length);
}

function globalConfig(pool) {
  const data = withFields(1_013, [
    [0, bytesOf('95089ccaa0fcb0d9')],
    [8, addressOf(`${STEM} admin`)],
    [40, 20n],
    [48, 5n],
    [56, pool.flags ?? 0],
    ...Array.from({ length: 8 }, (_, i) => [57 + 32 * i, addressOf(`${STEM} protocol recipient ${i}`)]),
    [313, 5n],
    [385, addressOf(`${STEM} reserved recipient`)],
    [417, 1],
    [642, 1],
    [643, RECIPIENT],
    ...Array.from({ length: 7 }, (_, i) => [675 + 32 * i, addressOf(`${STEM} buyback recipient ${i}`)]),
    [899, pool.buyback ?? 5_000n],
    [940, 1],
    [941, 1_000n],
  ]);
  return data.slice(0, pool.configBytes ?? data.length);
}

function feeConfig(pool) {
  const rates = (at, [lp, protocol, creator]) => [
    [at, lp],
    [at + 8, protocol],
    [at + 16, creator],
  ];
  const tiers = (at, list) => [
    [at, list.length],
    ...list.flatMap(([threshold, fees], i) => [[at + 4 + 40 * i, threshold], ...rates(at + 20 + 40 * i, fees)]),
  ];
  const stableAt = 69 + 40 * SOL_TIERS.length;
  return withFields(pool.feeBytes ?? STABLE_LENGTH, [
    [0, bytesOf('8f3492bbdb7b4c9b')],
    [8, 255],
    ...rates(41, FLAT),
    ...tiers(65, SOL_TIERS),
    ...tiers(stableAt, STABLE_TIERS),
    ...rates(stableAt + 4 + 40 * STABLE_TIERS.length, EXOTIC),
  ]);
}

/** Returns the swap instruction with its 17 accounts, written from the IDL's account list. */
export function call({ kept, buyback }, { direction, mode, amount, limit, user }) {
  const read = (address) => ({ address, isSigner: false, isWritable: false });
  const write = (address) => ({ address, isSigner: false, isWritable: true });
  const isSale = direction === 'aToB';
  const [base, quote] = isSale ? [user.source, user.destination] : [user.destination, user.source];
  const accounts = [
    write(kept.pool.address),
    { address: user.owner, isSigner: true, isWritable: true },
    read(GLOBAL_CONFIG),
    read(kept['mint-a'].address),
    read(kept['mint-b'].address),
    write(base),
    write(quote),
    write(kept['vault-a'].address),
    write(kept['vault-b'].address),
    read(kept['mint-a'].owner),
    read(kept['mint-b'].owner),
    read(SYSTEM),
    write(VOLUME_ACCUMULATOR),
    read(FEE_CONFIG),
    write(buyback),
    read(EVENT_AUTHORITY),
    read(PROGRAM),
  ];
  const name = isSale ? 'sell' : mode === 'exactIn' ? 'spend' : 'buy';
  // A minimum of zero is refused when a budget is spent.
  const least = name === 'spend' && limit === 0n ? 1n : limit;
  return {
    accounts,
    data: withFields(24, [
      [0, bytesOf(DISCRIMINATORS[name])],
      [8, amount],
      [16, least],
    ]),
  };
}
