import { getProgramDerivedAddress, type Address } from '@solana/kit';
import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { addressBytes, addressText, deriveProgramAddress } from './addresses.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';
import { seededBytes } from './seeded-keys.js';
import { encodeTokenAccount } from './token-accounts.js';
import { pricePoint, sqrtPriceOfTick, usableTick, type PricePoint } from './whirlpool-ticks.js';

export const WHIRLPOOL_PROGRAM = addressBytes('whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc');
/** Every `swap_v2` names it, for receivers that ask for a memo. */
const MEMO_PROGRAM = addressBytes('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** whirlpools `state/{whirlpool.rs,fixed_tick_array.rs,dynamic_tick_array.rs,oracle.rs}`, 630c0e0: sizes and Anchor discriminators. */
const POOL_BYTES = 653;
const FIXED_ARRAY_BYTES = 9_988;
const ORACLE_BYTES = 254;
const TICK_BYTES = 113;
const TICKS_IN_ARRAY = 88;
export const WHIRLPOOL_POOL_DISCRIMINATOR = Uint8Array.from([0x3f, 0x95, 0xd1, 0x0c, 0xe1, 0x80, 0x63, 0x09]);
const FIXED_ARRAY_DISCRIMINATOR = Uint8Array.from([0x45, 0x61, 0xbd, 0xbe, 0x6e, 0x07, 0x42, 0xbb]);
const DYNAMIC_ARRAY_DISCRIMINATOR = Uint8Array.from([0x11, 0xd8, 0xf6, 0x8e, 0xe1, 0xc7, 0xda, 0x38]);
const ORACLE_DISCRIMINATOR = Uint8Array.from([0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4]);

/** The protocol's share of the fee as mainnet's pools have it, basis points. */
const PROTOCOL_FEE_SHARE_BPS = 1_300;
/** Any index that is no tick spacing makes the fee tier one of adaptive fees. */
const ADAPTIVE_TIER_INDEX = 1_025;

/** Which of the program's two formats a tick array has. */
export const TickArrayFormat = { Fixed: 'fixed', Dynamic: 'dynamic' } as const;
export type TickArrayFormat = (typeof TickArrayFormat)[keyof typeof TickArrayFormat];

/** Liquidity around the price: half its width, and the share of the reserves that stands in it. */
interface WhirlpoolRange {
  /** Ticks below and above the price, rounded to the spacing; 100 ticks are one percent. */
  readonly ticks: number;
  readonly sharePpm: bigint;
}

/** An adaptive fee (`AdaptiveFeeConstants`): 30 s filter, 600 s decay, half of the volatility kept. */
interface WhirlpoolAdaptiveFee {
  /** At most 99,999; 100,000 would charge the square of the groups crossed, in millionths. */
  readonly controlFactor: number;
  /** Ten thousand for each group at which the fee stops growing. */
  readonly maxVolatility: number;
  /** Ticks with the same fee; divides the spacing. */
  readonly tickGroupSize: number;
  /** Price change in ticks that counts as major. */
  readonly majorSwapThreshold: number;
}

export interface WhirlpoolSpec {
  readonly seed: number;
  readonly label: string;
  /** The program's order of mints is by their bytes, so that the sides may come in any. */
  readonly sides: readonly [PoolSide, PoolSide];
  readonly tickSpacing: number;
  /** Millionths, at most 60,000. */
  readonly feeRate: number;
  readonly format: TickArrayFormat;
  /** Default: a tenth of the reserves over the whole range, the rest within 20 and 5 percent of the price. */
  readonly ranges?: readonly WhirlpoolRange[];
  readonly adaptive?: WhirlpoolAdaptiveFee;
  /** Protocol fees of each side that wait in the vault. */
  readonly pendingFees: bigint;
}

const WHOLE_RANGE_TICKS = 1_000_000;
const DEFAULT_RANGES: readonly WhirlpoolRange[] = [
  { ticks: WHOLE_RANGE_TICKS, sharePpm: 100_000n },
  { ticks: 2_000, sharePpm: 300_000n },
  { ticks: 500, sharePpm: 600_000n },
];
const PPM = 1_000_000n;

/**
 * Returns a pool with its vaults, the tick arrays that hold liquidity and, for an adaptive fee, its oracle. What can be taken out of
 * it is at most the sides' reserves; the price is theirs, at most a millionth beside it.
 */
export async function encodeWhirlpool(spec: WhirlpoolSpec): Promise<SeededPool> {
  const [first, second] = spec.sides;
  const sides =
    Buffer.compare(first.mint.mint, second.mint.mint) < 0 ? ([first, second] as const) : ([second, first] as const);
  const price = pricePoint(sides[0].reserve, sides[1].reserve);
  const positions = positionsOf(spec, sides, price);
  const config = seededBytes(spec.seed, `${spec.label}/whirlpools-config`);
  const tier = spec.adaptive === undefined ? spec.tickSpacing : ADAPTIVE_TIER_INDEX;
  const seeds = [config, sides[0].mint.mint, sides[1].mint.mint, Uint8Array.of(tier & 0xff, tier >> 8)];
  const [address, bump] = await findWhirlpoolAddress(seeds);
  const vaults = sides.map((side, index) =>
    encodeTokenAccount({
      address: seededBytes(spec.seed, `${spec.label}/vault-${index}`),
      mint: side.mint,
      owner: address,
      amount: side.reserve + spec.pendingFees,
    }),
  );
  const [vaultA, vaultB] = vaults.map((vault) => vault.address) as [Uint8Array, Uint8Array];
  const keys = { config, bump, tier, mints: sides.map((side) => side.mint.mint), vaults: [vaultA, vaultB] };
  const pool = programAccount(address, encodePoolState(spec, { ...keys, price, positions }));
  const arrays = await encodeArrays(spec, address, positions);
  const oracleAddress = await deriveProgramAddress(WHIRLPOOL_PROGRAM, [ascii('oracle'), address]);
  const oracle = spec.adaptive && programAccount(oracleAddress, encodeOracle(spec.adaptive, address));
  const reachable = await Promise.all(
    startsAround(price.tick, spec.tickSpacing).map((start) => arrayAddress(address, start)),
  );
  return {
    address,
    accounts: [pool, ...vaults, ...arrays, ...(oracle === undefined ? [] : [oracle])],
    swapAddresses: [MEMO_PROGRAM, address, vaultA, vaultB, oracleAddress, ...reachable],
  };
}

interface Position {
  readonly lower: number;
  readonly upper: number;
  readonly liquidity: bigint;
}

/** Lays out liquidity that both sides can pay for; amounts are L * (upper - p) / (upper * p) of A and L * (p - lower) / 2^128 of B. */
function positionsOf(spec: WhirlpoolSpec, sides: readonly [PoolSide, PoolSide], price: PricePoint): Position[] {
  return (spec.ranges ?? DEFAULT_RANGES).map(({ ticks, sharePpm }) => {
    const lower = usableTick(price.tick - ticks, spec.tickSpacing);
    const upper = usableTick(price.tick + 1 + ticks, spec.tickSpacing);
    const [floor, ceiling] = [sqrtPriceOfTick(lower), sqrtPriceOfTick(upper)];
    if (floor >= price.sqrtPrice || ceiling <= price.sqrtPrice) {
      throw new RangeError(`a range of ${ticks} ticks does not hold the price at a spacing of ${spec.tickSpacing}`);
    }
    const [shareA, shareB] = sides.map((side) => (side.reserve * sharePpm) / PPM) as [bigint, bigint];
    const ofA = ((shareA * ceiling * price.sqrtPrice) >> 64n) / (ceiling - price.sqrtPrice);
    const ofB = (shareB << 64n) / (price.sqrtPrice - floor);
    return { lower, upper, liquidity: ofA < ofB ? ofA : ofB };
  });
}

interface PoolKeys {
  readonly config: Uint8Array;
  readonly bump: number;
  readonly tier: number;
  readonly mints: readonly Uint8Array[];
  readonly vaults: readonly Uint8Array[];
  readonly price: PricePoint;
  readonly positions: readonly Position[];
}

function encodePoolState(spec: WhirlpoolSpec, keys: PoolKeys): Uint8Array {
  const { tick, sqrtPrice } = keys.price;
  const active = keys.positions.filter(({ lower, upper }) => lower <= tick && tick < upper);
  const writer = new AccountWriter(POOL_BYTES)
    .raw(0, WHIRLPOOL_POOL_DISCRIMINATOR)
    .raw(8, keys.config)
    .u8(40, keys.bump)
    .u16(41, spec.tickSpacing)
    .u16(43, keys.tier)
    .u16(45, spec.feeRate)
    .u16(47, PROTOCOL_FEE_SHARE_BPS)
    .u32(81, tick >>> 0)
    .u64(85, spec.pendingFees)
    .u64(93, spec.pendingFees);
  writeWide(
    writer,
    49,
    active.reduce((sum, { liquidity }) => sum + liquidity, 0n),
  );
  writeWide(writer, 65, sqrtPrice);
  keys.mints.forEach((mint, index) => writer.raw(101 + 80 * index, mint));
  keys.vaults.forEach((vault, index) => writer.raw(133 + 80 * index, vault));
  return writer.bytes;
}

/** What crossing a tick changes, and all that ends there. */
interface TickLiquidity {
  readonly net: bigint;
  readonly gross: bigint;
}

async function encodeArrays(
  spec: WhirlpoolSpec,
  pool: Uint8Array,
  positions: readonly Position[],
): Promise<ClusterAccount[]> {
  const ticks = new Map<number, TickLiquidity>();
  for (const { lower, upper, liquidity } of positions) {
    for (const [tick, change] of [[lower, liquidity] as const, [upper, -liquidity] as const]) {
      const { net, gross } = ticks.get(tick) ?? { net: 0n, gross: 0n };
      ticks.set(tick, { net: net + change, gross: gross + liquidity });
    }
  }
  const span = TICKS_IN_ARRAY * spec.tickSpacing;
  const starts = [...new Set([...ticks.keys()].map((tick) => Math.floor(tick / span) * span))].toSorted(
    (a, b) => a - b,
  );
  return Promise.all(
    starts.map(async (start) => {
      const places = Array.from({ length: TICKS_IN_ARRAY }, (_, place) => ticks.get(start + place * spec.tickSpacing));
      const data = (spec.format === TickArrayFormat.Fixed ? encodeFixedArray : encodeDynamicArray)(start, pool, places);
      return programAccount(await arrayAddress(pool, start), data);
    }),
  );
}

type Places = readonly (TickLiquidity | undefined)[];

function encodeFixedArray(start: number, pool: Uint8Array, places: Places): Uint8Array {
  const writer = new AccountWriter(FIXED_ARRAY_BYTES)
    .raw(0, FIXED_ARRAY_DISCRIMINATOR)
    .u32(8, start >>> 0)
    .raw(12 + TICK_BYTES * TICKS_IN_ARRAY, pool);
  places.forEach((place, index) => {
    if (place !== undefined) writeTick(writer, 12 + TICK_BYTES * index, place);
  });
  return writer.bytes;
}

/** An uninitialized tick takes one byte here, and a bitmap says which are. */
function encodeDynamicArray(start: number, pool: Uint8Array, places: Places): Uint8Array {
  const length = places.reduce((sum, place) => sum + (place === undefined ? 1 : TICK_BYTES), 60);
  const writer = new AccountWriter(length)
    .raw(0, DYNAMIC_ARRAY_DISCRIMINATOR)
    .u32(8, start >>> 0)
    .raw(12, pool);
  let bitmap = 0n;
  let at = 60;
  places.forEach((place, index) => {
    if (place !== undefined) {
      writeTick(writer, at, place);
      bitmap |= 1n << BigInt(index);
    }
    at += place === undefined ? 1 : TICK_BYTES;
  });
  writeWide(writer, 44, bitmap);
  return writer.bytes;
}

function writeTick(writer: AccountWriter, at: number, { net, gross }: TickLiquidity): void {
  writer.u8(at, 1);
  writeWide(writer, at + 1, net);
  writeWide(writer, at + 17, gross);
}

function encodeOracle(fee: WhirlpoolAdaptiveFee, pool: Uint8Array): Uint8Array {
  return new AccountWriter(ORACLE_BYTES)
    .raw(0, ORACLE_DISCRIMINATOR)
    .raw(8, pool)
    .u16(48, 30)
    .u16(50, 600)
    .u16(52, 5_000)
    .u32(54, fee.controlFactor)
    .u32(58, fee.maxVolatility)
    .u16(62, fee.tickGroupSize)
    .u16(64, fee.majorSwapThreshold).bytes;
}

/** First ticks of the arrays that swaps from this price can name, two on either side. */
function startsAround(tick: number, tickSpacing: number): number[] {
  const span = TICKS_IN_ARRAY * tickSpacing;
  const base = Math.floor(tick / span) * span;
  return [-2, -1, 0, 1, 2].map((offset) => base + offset * span);
}

async function arrayAddress(pool: Uint8Array, start: number): Promise<Uint8Array> {
  return deriveProgramAddress(WHIRLPOOL_PROGRAM, [ascii('tick_array'), pool, ascii(String(start))]);
}

/** The vaults obey the pool's own address, which the program signs for with the bump in its account. */
async function findWhirlpoolAddress(seeds: readonly Uint8Array[]): Promise<[address: Uint8Array, bump: number]> {
  const programAddress = addressText(WHIRLPOOL_PROGRAM) as Address;
  const [address, bump] = await getProgramDerivedAddress({ programAddress, seeds: [ascii('whirlpool'), ...seeds] });
  return [addressBytes(address), bump];
}

function programAccount(address: Uint8Array, data: Uint8Array): ClusterAccount {
  return { address, owner: WHIRLPOOL_PROGRAM, lamports: rentExemptLamports(data.length), data, executable: false };
}

/** Writes 128 bits, a negative number as its complement. */
function writeWide(writer: AccountWriter, offset: number, value: bigint): void {
  writer.u64(offset, BigInt.asUintN(64, value)).u64(offset + 8, BigInt.asUintN(64, value >> 64n));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}
