import { getProgramDerivedAddress, type Address } from '@solana/kit';
import { madeUpAddress } from './captured-runs.js';
import type { CapturedPool } from './captured-swaps.js';
import { addressBytes, type HeldAccount } from './swap-machine.js';
import { oracleAddress, tickArrayAddress, WHIRLPOOL } from './whirlpool-calls.js';

/** Liquidity between two ticks, both multiples of the spacing. */
export interface Position {
  readonly lower: number;
  readonly upper: number;
  readonly liquidity: bigint;
}

/** The fee that a Token-2022 mint takes: the older until `epoch`, the newer from then on. */
interface SyntheticTransferFee {
  readonly epoch: bigint;
  readonly older: readonly [maximum: bigint, basisPoints: number];
  readonly newer: readonly [maximum: bigint, basisPoints: number];
}

/** The oracle of a pool of adaptive fees (`state/oracle.rs`). */
export interface SyntheticOracle {
  readonly tradeEnableTimestamp: bigint;
  readonly filterPeriod: number;
  readonly decayPeriod: number;
  readonly reductionFactor: number;
  readonly controlFactor: number;
  readonly maxVolatility: number;
  readonly tickGroupSize: number;
  readonly majorSwapThreshold: number;
  readonly lastReferenceUpdate: bigint;
  readonly lastMajorSwap: bigint;
  readonly volatilityReference: number;
  readonly tickGroupReference: number;
  readonly volatilityAccumulator: number;
}

/** What a made-up pool starts from. */
export interface WhirlpoolNumbers {
  readonly tickSpacing: number;
  readonly feeRate: number;
  readonly protocolFeeRate: number;
  readonly tick: number;
  readonly sqrtPrice: bigint;
  readonly positions: readonly Position[];
  readonly balances: readonly [bigint, bigint];
  readonly transferFees: readonly [SyntheticTransferFee | undefined, SyntheticTransferFee | undefined];
  readonly oracle: SyntheticOracle | undefined;
  /** Emissions per second and growth, in Q64.64, of each reward that is paid. */
  readonly rewards: readonly (readonly [bigint, bigint])[];
  readonly rewardsUpdated: bigint;
  readonly feeGrowths: readonly [bigint, bigint];
  /** Which format the arrays with initialized ticks have, and whether those without exist. */
  readonly format: (start: number) => 'fixed' | 'dynamic' | 'absent';
  /** Array starts that exist beyond those with initialized ticks, where `format` does not say absent. */
  readonly emptyArrays: readonly number[];
}

/** What an initialized tick holds besides its liquidity: any bytes will do, crossing subtracts from them. */
const OUTSIDE = Uint8Array.from({ length: 80 }, (_, index) => (index % 16 < 9 ? (index * 37) % 256 : 0));
const TICKS = 88;
const [CONFIG, MINT_A, MINT_B, VAULT_A, VAULT_B] = [41, 42, 43, 44, 45].map(madeUpAddress) as [
  string,
  string,
  string,
  string,
  string,
];
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
/** Adaptive pools have a fee tier index that is not their spacing. */
const ADAPTIVE_TIER = 1_025;

/** Builds the accounts of a pool from its numbers. */
export async function syntheticWhirlpool(numbers: WhirlpoolNumbers): Promise<CapturedPool> {
  const tier = numbers.oracle === undefined ? numbers.tickSpacing : ADAPTIVE_TIER;
  const [address, bump] = await getProgramDerivedAddress({
    programAddress: WHIRLPOOL as Address,
    seeds: ['whirlpool', ...[CONFIG, MINT_A, MINT_B].map(addressBytes), Uint8Array.of(tier & 255, tier >> 8)],
  });
  const accounts = new Map<string, HeldAccount>([
    [address, owned(poolData(numbers, tier, bump))],
    [MINT_A, mint(numbers.transferFees[0])],
    [MINT_B, mint(numbers.transferFees[1])],
    [VAULT_A, vault(MINT_A, address, numbers.balances[0], numbers.transferFees[0])],
    [VAULT_B, vault(MINT_B, address, numbers.balances[1], numbers.transferFees[1])],
  ]);
  for (const [start, data] of tickArrays(numbers, address)) {
    accounts.set(await tickArrayAddress(address, start), owned(data));
  }
  if (numbers.oracle !== undefined) {
    accounts.set(await oracleAddress(address), owned(oracleData(numbers.oracle, address)));
  }
  return { address, accounts };
}

const owned = (data: Uint8Array): HeldAccount => ({ lamports: 100_000_000n, data, owner: WHIRLPOOL });

/** Returns the liquidity at a tick. */
function liquidityAt(positions: readonly Position[], tick: number): bigint {
  const active = positions.filter(({ lower, upper }) => lower <= tick && tick < upper);
  return active.reduce((sum, { liquidity }) => sum + liquidity, 0n);
}

function poolData(numbers: WhirlpoolNumbers, tier: number, bump: number): Uint8Array {
  const data = new Uint8Array(653);
  const view = new DataView(data.buffer);
  data.set([0x3f, 0x95, 0xd1, 0x0c, 0xe1, 0x80, 0x63, 0x09]);
  data.set(addressBytes(CONFIG), 8);
  data[40] = bump;
  const halves = [numbers.tickSpacing, tier, numbers.feeRate, numbers.protocolFeeRate];
  halves.forEach((value, index) => view.setUint16(41 + 2 * index, value, true));
  putU128(view, 49, liquidityAt(numbers.positions, numbers.tick));
  putU128(view, 65, numbers.sqrtPrice);
  view.setInt32(81, numbers.tick, true);
  [MINT_A, VAULT_A].forEach((address, index) => data.set(addressBytes(address), 101 + 32 * index));
  [MINT_B, VAULT_B].forEach((address, index) => data.set(addressBytes(address), 181 + 32 * index));
  putU128(view, 165, numbers.feeGrowths[0]);
  putU128(view, 245, numbers.feeGrowths[1]);
  view.setBigUint64(261, numbers.rewardsUpdated, true);
  numbers.rewards.forEach(([emissions, growth], index) => {
    const reward = 269 + 128 * index;
    data.set(addressBytes(madeUpAddress(50 + index)), reward);
    putU128(view, reward + 96, emissions);
    putU128(view, reward + 112, growth);
  });
  return data;
}

/** Returns net and gross liquidity of each initialized tick. */
function initializedTicks(positions: readonly Position[]): ReadonlyMap<number, readonly [bigint, bigint]> {
  const ticks = new Map<number, readonly [bigint, bigint]>();
  for (const { lower, upper, liquidity } of positions) {
    for (const [tick, change] of [
      [lower, liquidity],
      [upper, -liquidity],
    ] as const) {
      const [net, gross] = ticks.get(tick) ?? [0n, 0n];
      ticks.set(tick, [net + change, gross + liquidity]);
    }
  }
  return ticks;
}

function tickArrays(numbers: WhirlpoolNumbers, pool: string): ReadonlyMap<number, Uint8Array> {
  const span = TICKS * numbers.tickSpacing;
  const ticks = initializedTicks(numbers.positions);
  const filled = new Set([...ticks.keys()].map((tick) => Math.floor(tick / span) * span));
  const starts = new Set([...filled, ...numbers.emptyArrays]);
  const arrays = new Map<number, Uint8Array>();
  for (const start of starts) {
    const format = numbers.format(start);
    if (format === 'absent' && !filled.has(start)) continue;
    const places = Array.from({ length: TICKS }, (_, place) => ticks.get(start + place * numbers.tickSpacing));
    arrays.set(start, format === 'dynamic' ? dynamicArray(start, pool, places) : fixedArray(start, pool, places));
  }
  return arrays;
}

type Place = readonly [net: bigint, gross: bigint] | undefined;

function fixedArray(start: number, pool: string, places: readonly Place[]): Uint8Array {
  const data = new Uint8Array(9988);
  data.set([0x45, 0x61, 0xbd, 0xbe, 0x6e, 0x07, 0x42, 0xbb]);
  new DataView(data.buffer).setInt32(8, start, true);
  places.forEach((place, index) => {
    if (place !== undefined) data.set(tickBytes(place), 12 + 113 * index);
  });
  data.set(addressBytes(pool), 9956);
  return data;
}

function dynamicArray(start: number, pool: string, places: readonly Place[]): Uint8Array {
  const head = new Uint8Array(60);
  head.set([0x11, 0xd8, 0xf6, 0x8e, 0xe1, 0xc7, 0xda, 0x38]);
  const view = new DataView(head.buffer);
  view.setInt32(8, start, true);
  head.set(addressBytes(pool), 12);
  const bitmap = places.reduce((bits, place, index) => bits | (place === undefined ? 0n : 1n << BigInt(index)), 0n);
  putU128(view, 44, bitmap);
  return Uint8Array.from([...head, ...places.flatMap((place) => (place === undefined ? [0] : [...tickBytes(place)]))]);
}

function tickBytes([net, gross]: readonly [bigint, bigint]): Uint8Array {
  const bytes = new Uint8Array(113);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  putU128(view, 1, BigInt.asUintN(128, net));
  putU128(view, 17, gross);
  bytes.set(OUTSIDE, 33);
  return bytes;
}

function oracleData(oracle: SyntheticOracle, pool: string): Uint8Array {
  const data = new Uint8Array(254);
  const view = new DataView(data.buffer);
  data.set([0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4]);
  data.set(addressBytes(pool), 8);
  view.setBigUint64(40, oracle.tradeEnableTimestamp, true);
  view.setUint16(48, oracle.filterPeriod, true);
  view.setUint16(50, oracle.decayPeriod, true);
  view.setUint16(52, oracle.reductionFactor, true);
  view.setUint32(54, oracle.controlFactor, true);
  view.setUint32(58, oracle.maxVolatility, true);
  view.setUint16(62, oracle.tickGroupSize, true);
  view.setUint16(64, oracle.majorSwapThreshold, true);
  view.setBigUint64(82, oracle.lastReferenceUpdate, true);
  view.setBigUint64(90, oracle.lastMajorSwap, true);
  view.setUint32(98, oracle.volatilityReference, true);
  view.setInt32(102, oracle.tickGroupReference, true);
  view.setUint32(106, oracle.volatilityAccumulator, true);
  return data;
}

/** A mint: decimals 44, initialized 45; with a transfer fee, extensions begin at 165. */
function mint(fee: SyntheticTransferFee | undefined): HeldAccount {
  const data = new Uint8Array(fee === undefined ? 82 : 278);
  data[44] = 6;
  data[45] = 1;
  if (fee !== undefined) {
    const view = new DataView(data.buffer);
    data[165] = 1;
    view.setUint16(166, 1, true);
    view.setUint16(168, 108, true);
    const [older, newer] = [170 + 72, 170 + 90];
    view.setBigUint64(newer, fee.epoch, true);
    for (const [offset, [maximum, basisPoints]] of [
      [older, fee.older],
      [newer, fee.newer],
    ] as const) {
      view.setBigUint64(offset + 8, maximum, true);
      view.setUint16(offset + 16, basisPoints, true);
    }
  }
  return { lamports: 10_000_000n, data, owner: fee === undefined ? TOKEN_PROGRAM : TOKEN_2022 };
}

/** A token account: mint 0, owner 32, amount 64, state 108; with a transfer fee, what was withheld at 170. */
function vault(mintAddress: string, pool: string, amount: bigint, fee: SyntheticTransferFee | undefined): HeldAccount {
  const data = new Uint8Array(fee === undefined ? 165 : 178);
  const view = new DataView(data.buffer);
  data.set(addressBytes(mintAddress), 0);
  data.set(addressBytes(pool), 32);
  view.setBigUint64(64, amount, true);
  data[108] = 1;
  if (fee !== undefined) {
    data[165] = 2;
    view.setUint16(166, 2, true);
    view.setUint16(168, 8, true);
  }
  return { lamports: 10_000_000n, data, owner: fee === undefined ? TOKEN_PROGRAM : TOKEN_2022 };
}

function putU128(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, BigInt.asUintN(64, value), true);
  view.setBigUint64(offset + 8, value >> 64n, true);
}
