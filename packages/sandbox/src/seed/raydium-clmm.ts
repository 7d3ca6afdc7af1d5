import { getProgramDerivedAddress, type Address } from '@solana/kit';
import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { addressBytes, addressText, deriveProgramAddress } from './addresses.js';
import { squareRoot } from './raydium-cpmm.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';
import { encodeTokenAccount } from './token-accounts.js';

export const CLMM_PROGRAM = addressBytes('CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK');

/** raydium-clmm `programs/amm/src/states`, 03b44b7 (2026-07): sizes and Anchor discriminators. */
const POOL_BYTES = 1_544;
const CONFIG_BYTES = 117;
const OBSERVATION_BYTES = 4_483;
const TICK_ARRAY_BYTES = 10_240;
const EXTENSION_BYTES = 1_832;
const POOL_DISCRIMINATOR = Uint8Array.from([0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46]);
const CONFIG_DISCRIMINATOR = Uint8Array.from([0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f]);
const OBSERVATION_DISCRIMINATOR = Uint8Array.from([0x7a, 0xae, 0xc5, 0x35, 0x81, 0x09, 0xa5, 0x84]);
const TICK_ARRAY_DISCRIMINATOR = Uint8Array.from([0xc0, 0x9b, 0x55, 0xcd, 0x31, 0xf9, 0x81, 0x2a]);
const EXTENSION_DISCRIMINATOR = Uint8Array.from([0x3c, 0x96, 0x24, 0xdb, 0x61, 0x80, 0x8b, 0x99]);

const TICKS_PER_ARRAY = 60;
const TICK_BYTES = 168;
const FIRST_TICK_OFFSET = 44;
const MAX_TICK = 443_636;
/** Arrays on either side of tick 0 in the pool's own bitmap; the extension has blocks of as many on both sides. */
const ARRAYS_PER_BLOCK = 512;
const EXTENSION_BLOCKS = 14;
/** Spacing from which the pool's own bitmap covers every tick. */
const SPACING_WITHOUT_EXTENSION = 15;

/** Shares of the trade fee as mainnet's configs have them, in millionths. */
const PROTOCOL_FEE_SHARE = 120_000;
const FUND_FEE_SHARE = 40_000;
const BPS = 10_000n;
/** Fraction bits of the powers that prices are made from. */
const POWER_BITS = 256n;

/** A fee tier. */
export interface ClmmConfigSpec {
  /** Part of the address; the sandbox keeps away from the small indices of mainnet, so that dumps of those can be loaded beside. */
  readonly index: number;
  /** Millionths. */
  readonly tradeFeeRate: number;
  readonly tickSpacing: number;
}

/** Liquidity around the price. */
interface ClmmRange {
  /** Spacings on either side of the price; those that pass the ends of all prices are cut there. */
  readonly spacings: number;
  /** Share of the reserves, basis points. */
  readonly shareBps: bigint;
}

export interface ClmmPoolSpec {
  readonly seed: number;
  readonly label: string;
  readonly config: ClmmConfigSpec;
  /** The reserves' ratio is the price, to half a tick. */
  readonly sides: readonly [PoolSide, PoolSide];
  readonly ranges: readonly ClmmRange[];
}

async function clmmConfigAddress(index: number): Promise<Uint8Array> {
  return deriveProgramAddress(CLMM_PROGRAM, [ascii('amm_config'), Uint8Array.from([index >> 8, index & 0xff])]);
}

/** Returns a fee tier's account. */
export async function encodeClmmConfig(spec: ClmmConfigSpec): Promise<ClusterAccount> {
  const writer = new AccountWriter(CONFIG_BYTES)
    .raw(0, CONFIG_DISCRIMINATOR)
    .u8(8, 255)
    .u16(9, spec.index)
    .u32(43, PROTOCOL_FEE_SHARE)
    .u32(47, spec.tradeFeeRate)
    .u16(51, spec.tickSpacing)
    .u32(53, FUND_FEE_SHARE);
  return programAccount(await clmmConfigAddress(spec.index), writer.bytes);
}

interface ClmmKeys {
  readonly address: Uint8Array;
  readonly bump: number;
  readonly config: Uint8Array;
  readonly vaults: readonly [Uint8Array, Uint8Array];
  readonly observation: Uint8Array;
}

interface TickState {
  readonly net: bigint;
  readonly gross: bigint;
}

/** Where the pool stands: its price, in the middle of a tick, and its liquidity by tick. */
interface Book {
  readonly tick: number;
  readonly sqrtPrice: bigint;
  readonly liquidity: bigint;
  /** By the number of their array and by tick. */
  readonly arrays: ReadonlyMap<number, ReadonlyMap<number, TickState>>;
}

/** Returns a pool with its vaults, observation, tick arrays and outer bitmaps; the program's order of mints is by their bytes. */
export async function encodeClmmPool(spec: ClmmPoolSpec): Promise<SeededPool> {
  const [first, second] = spec.sides;
  const sides =
    Buffer.compare(first.mint.mint, second.mint.mint) < 0 ? ([first, second] as const) : ([second, first] as const);
  const keys = await deriveKeys(spec, sides);
  const book = openBook(spec, sides);
  const vaults = sides.map((side, index) =>
    encodeTokenAccount({
      address: keys.vaults[index === 0 ? 0 : 1],
      mint: side.mint,
      owner: keys.address,
      amount: side.reserve,
    }),
  );
  const tickArrays = await Promise.all(
    [...book.arrays].map(([array, ticks]) => encodeTickArray({ pool: keys.address, spec, array, ticks })),
  );
  const hasExtension = spec.config.tickSpacing < SPACING_WITHOUT_EXTENSION;
  const extension = hasExtension ? [await encodeExtension(keys.address, book)] : [];
  const accounts = [
    programAccount(keys.address, encodePoolState(spec, sides, keys, book)),
    ...vaults,
    programAccount(keys.observation, encodeObservation(keys)),
    ...extension,
    ...tickArrays,
  ];
  const swapAddresses = [keys.address, keys.config, ...keys.vaults, keys.observation];
  return { address: keys.address, accounts, swapAddresses };
}

async function deriveKeys(spec: ClmmPoolSpec, sides: readonly [PoolSide, PoolSide]): Promise<ClmmKeys> {
  const config = await clmmConfigAddress(spec.config.index);
  // The pool signs for its vaults with these seeds, and tells its own bump.
  const seeds = [ascii('pool'), config, sides[0].mint.mint, sides[1].mint.mint];
  const programAddress = addressText(CLMM_PROGRAM) as Address;
  const [text, bump] = await getProgramDerivedAddress({ programAddress, seeds });
  const address = addressBytes(text);
  const [vault0, vault1, observation] = await Promise.all([
    deriveProgramAddress(CLMM_PROGRAM, [ascii('pool_vault'), address, sides[0].mint.mint]),
    deriveProgramAddress(CLMM_PROGRAM, [ascii('pool_vault'), address, sides[1].mint.mint]),
    deriveProgramAddress(CLMM_PROGRAM, [ascii('observation'), address]),
  ]);
  return { address, bump, config, vaults: [vault0, vault1], observation };
}

function openBook({ config, ranges }: ClmmPoolSpec, sides: readonly [PoolSide, PoolSide]): Book {
  const { tickSpacing } = config;
  const tick = tickOfRatio(sides[0].reserve, sides[1].reserve);
  const sqrtPrice = quarterPower(2 * tick + 1);
  const lastTick = Math.floor(MAX_TICK / tickSpacing) * tickSpacing;
  const base = Math.floor(tick / tickSpacing) * tickSpacing;
  const ticks = new Map<number, TickState>();
  const add = (index: number, net: bigint, gross: bigint): void => {
    const known = ticks.get(index) ?? { net: 0n, gross: 0n };
    ticks.set(index, { net: known.net + net, gross: known.gross + gross });
  };
  let liquidity = 0n;
  for (const { spacings, shareBps } of ranges) {
    const lower = Math.max(base - spacings * tickSpacing, -lastTick);
    const upper = Math.min(base + (spacings + 1) * tickSpacing, lastTick);
    const share = sides.map(({ reserve }) => (reserve * shareBps) / BPS);
    const amount = liquidityFor(sqrtPrice, [lower, upper], [share[0] ?? 0n, share[1] ?? 0n]);
    if (amount === 0n) continue;
    add(lower, amount, amount);
    add(upper, -amount, amount);
    liquidity += amount;
  }
  return { tick, sqrtPrice, liquidity, arrays: groupByArray(ticks, tickSpacing * TICKS_PER_ARRAY) };
}

function groupByArray(ticks: ReadonlyMap<number, TickState>, span: number): Map<number, Map<number, TickState>> {
  const arrays = new Map<number, Map<number, TickState>>();
  for (const [index, state] of ticks) {
    const array = Math.floor(index / span);
    arrays.set(array, (arrays.get(array) ?? new Map<number, TickState>()).set(index, state));
  }
  return arrays;
}

/** Returns the liquidity that neither amount is too small for, rounded down. */
function liquidityFor(
  sqrtPrice: bigint,
  [lower, upper]: readonly [number, number],
  [amount0, amount1]: readonly [bigint, bigint],
): bigint {
  const [sqrtLower, sqrtUpper] = [quarterPower(2 * lower), quarterPower(2 * upper)];
  const from0 = (amount0 * sqrtPrice * sqrtUpper) / ((sqrtUpper - sqrtPrice) << 64n);
  const from1 = (amount1 << 64n) / (sqrtPrice - sqrtLower);
  return from0 < from1 ? from0 : from1;
}

/** Returns `1.0001^(quarters / 4)` in Q64.64, rounded down: square-root prices of whole ticks at the even ones. */
function quarterPower(quarters: number): bigint {
  const one = 1n << POWER_BITS;
  let power = one;
  let factor = (one * 10_001n) / 10_000n;
  for (let rest = Math.abs(quarters); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = (power * factor) >> POWER_BITS;
    factor = (factor * factor) >> POWER_BITS;
  }
  if (quarters < 0) power = (one * one) / power;
  return squareRoot(squareRoot(power << POWER_BITS)) >> (POWER_BITS / 2n - 64n);
}

/** Returns the tick that a ratio of reserves lies in; the one next to the ends for what lies beyond. */
function tickOfRatio(reserve0: bigint, reserve1: bigint): number {
  const sqrtPrice = squareRoot((reserve1 << 128n) / reserve0);
  let [low, high] = [1 - MAX_TICK, MAX_TICK - 2];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (quarterPower(2 * middle) <= sqrtPrice) low = middle;
    else high = middle - 1;
  }
  return low;
}

function encodePoolState(
  spec: ClmmPoolSpec,
  sides: readonly [PoolSide, PoolSide],
  keys: ClmmKeys,
  book: Book,
): Uint8Array {
  const writer = new AccountWriter(POOL_BYTES)
    .raw(0, POOL_DISCRIMINATOR)
    .u8(8, keys.bump)
    .raw(9, keys.config)
    .raw(201, keys.observation)
    .u16(235, spec.config.tickSpacing)
    .raw(237, littleEndian(book.liquidity))
    .raw(253, littleEndian(book.sqrtPrice))
    .u32(269, book.tick >>> 0)
    .raw(904, bitsOf(book, -ARRAYS_PER_BLOCK))
    .raw(968, bitsOf(book, 0));
  sides.forEach((side, index) => {
    writer
      .raw(73 + 32 * index, side.mint.mint)
      .raw(137 + 32 * index, keys.vaults[index === 0 ? 0 : 1])
      .u8(233 + index, side.mint.decimals);
  });
  return writer.bytes;
}

/** Returns the bits of the initialized arrays from `first` on, of one block. */
function bitsOf({ arrays }: Book, first: number): Uint8Array {
  const bytes = new Uint8Array(ARRAYS_PER_BLOCK / 8);
  for (const array of arrays.keys()) {
    const bit = array - first;
    if (bit >= 0 && bit < ARRAYS_PER_BLOCK) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return bytes;
}

async function encodeExtension(pool: Uint8Array, book: Book): Promise<ClusterAccount> {
  const writer = new AccountWriter(EXTENSION_BYTES).raw(0, EXTENSION_DISCRIMINATOR).raw(8, pool);
  for (let block = 0; block < EXTENSION_BLOCKS; block += 1) {
    writer
      .raw(40 + 64 * block, bitsOf(book, ARRAYS_PER_BLOCK * (block + 1)))
      .raw(936 + 64 * block, bitsOf(book, -ARRAYS_PER_BLOCK * (block + 2)));
  }
  const address = await deriveProgramAddress(CLMM_PROGRAM, [ascii('pool_tick_array_bitmap_extension'), pool]);
  return programAccount(address, writer.bytes);
}

interface ArrayToWrite {
  readonly pool: Uint8Array;
  readonly spec: ClmmPoolSpec;
  readonly array: number;
  readonly ticks: ReadonlyMap<number, TickState>;
}

async function encodeTickArray({ pool, spec, array, ticks }: ArrayToWrite): Promise<ClusterAccount> {
  const start = array * spec.config.tickSpacing * TICKS_PER_ARRAY;
  const writer = new AccountWriter(TICK_ARRAY_BYTES)
    .raw(0, TICK_ARRAY_DISCRIMINATOR)
    .raw(8, pool)
    .u32(40, start >>> 0)
    .u8(FIRST_TICK_OFFSET + TICKS_PER_ARRAY * TICK_BYTES, ticks.size);
  for (const [index, { net, gross }] of ticks) {
    const at = FIRST_TICK_OFFSET + ((index - start) / spec.config.tickSpacing) * TICK_BYTES;
    writer
      .u32(at, index >>> 0)
      .raw(at + 4, littleEndian(net))
      .raw(at + 20, littleEndian(gross));
  }
  const startBytes = new Uint8Array(4);
  new DataView(startBytes.buffer).setInt32(0, start, false);
  return programAccount(
    await deriveProgramAddress(CLMM_PROGRAM, [ascii('tick_array'), pool, startBytes]),
    writer.bytes,
  );
}

function encodeObservation(keys: ClmmKeys): Uint8Array {
  return new AccountWriter(OBSERVATION_BYTES).raw(0, OBSERVATION_DISCRIMINATOR).u8(8, 1).raw(19, keys.address).bytes;
}

/** Returns a signed or unsigned number as 16 bytes. */
function littleEndian(value: bigint): Uint8Array {
  const bits = BigInt.asUintN(128, value);
  return new AccountWriter(16).u64(0, bits & 0xffff_ffff_ffff_ffffn).u64(8, bits >> 64n).bytes;
}

function programAccount(address: Uint8Array, data: Uint8Array): ClusterAccount {
  return { address, owner: CLMM_PROGRAM, lamports: rentExemptLamports(data.length), data, executable: false };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}
