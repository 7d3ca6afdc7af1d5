import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { TOKEN_2022_PROGRAM, addressBytes, deriveProgramAddress } from './addresses.js';
import { squareRoot } from './raydium-cpmm.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';
import { seededBytes } from './seeded-keys.js';
import { encodeTokenAccount, equalBytes } from './token-accounts.js';

export const DAMM_V2_PROGRAM = addressBytes('cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG');
/** PDA of `pool_authority` (cp-amm `const_pda.rs`), which owns the vaults. */
export const DAMM_V2_AUTHORITY = addressBytes('HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC');

/** cp-amm `state/pool.rs`, release 0.2.1: size and Anchor discriminator. */
const POOL_BYTES = 1112;
export const DAMM_V2_POOL_DISCRIMINATOR = Uint8Array.from([0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc]);

/** cp-amm `constants.rs`: the ends of the full range, Q64.64 square roots. */
const MIN_SQRT_PRICE = 4_295_048_016n;
const MAX_SQRT_PRICE = 79_226_673_521_066_979_257_578_248_091n;
const U128_MAX = (1n << 128n) - 1n;
/** `PROTOCOL_FEE_PERCENT` and `HOST_FEE_PERCENT` of `constants.rs`. */
const FEE_PERCENT = 20;
/** The only bin step the program takes: one basis point, and that as Q64.64. */
const BIN_STEP_BPS = 1;
const BIN_STEP_X64 = 1_844_674_407_370_955n;

/** Which token pays the fee (`CollectFeeMode`); compounding pools keep half of it in the reserve and price along that. */
export const DammV2Fee = { Output: 'output', TokenB: 'token-b', Compounding: 'compounding' } as const;
export type DammV2Fee = (typeof DammV2Fee)[keyof typeof DammV2Fee];

const COLLECT_FEE_MODES = { output: 0, 'token-b': 1, compounding: 2 } as const satisfies Record<DammV2Fee, number>;
const COMPOUNDING_BPS = 5_000;

export interface DammV2PoolSpec {
  readonly seed: number;
  readonly label: string;
  /** Token A, then token B: any order, as the program leaves it to the creator. */
  readonly sides: readonly [PoolSide, PoolSide];
  /** Billionths; 2,500,000 is 0.25 %. */
  readonly feeNumerator: bigint;
  readonly fee: DammV2Fee;
  /** Whether a fee for volatility comes on top, with the parameters that the vendor's kit gives a pool of 0.25 %. */
  readonly isVolatile: boolean;
  /** How far the range goes from the price on either side, in percent of its square root; undefined for the full range. */
  readonly rangePercent?: bigint;
  /** Fees of each side that wait in the vault and are no reserve. */
  readonly pendingFees: bigint;
}

/** Returns a pool with its vaults, open since the start. The reserves it holds are at most what the sides say. */
export async function encodeDammV2Pool(spec: DammV2PoolSpec): Promise<SeededPool> {
  const [sideA, sideB] = spec.sides;
  const address = seededBytes(spec.seed, `${spec.label}/pool`);
  const vault = (side: PoolSide): Promise<Uint8Array> =>
    deriveProgramAddress(DAMM_V2_PROGRAM, [ascii('token_vault'), side.mint.mint, address]);
  const [vaultA, vaultB] = await Promise.all([vault(sideA), vault(sideB)]);
  const curve = curveOf(spec);
  const vaults = [
    encodeVault({ address: vaultA, side: sideA, amount: curve.amounts[0] + spec.pendingFees }),
    encodeVault({ address: vaultB, side: sideB, amount: curve.amounts[1] + spec.pendingFees }),
  ];
  const pool: ClusterAccount = {
    address,
    owner: DAMM_V2_PROGRAM,
    lamports: rentExemptLamports(POOL_BYTES),
    data: encodePoolState(spec, curve, [vaultA, vaultB]),
    executable: false,
  };
  return { address, accounts: [pool, ...vaults], swapAddresses: [address, vaultA, vaultB] };
}

interface Curve {
  readonly liquidity: bigint;
  readonly sqrtPrice: bigint;
  readonly sqrtMinPrice: bigint;
  readonly sqrtMaxPrice: bigint;
  /** What the pool counts as its reserves. */
  readonly amounts: readonly [bigint, bigint];
}

/** Lays liquidity around the price of the two sides: as much as both of them can pay for. */
function curveOf({ sides, fee, rangePercent }: DammV2PoolSpec): Curve {
  const [reserveA, reserveB] = [sides[0].reserve, sides[1].reserve];
  const sqrtPrice = squareRoot((reserveB << 128n) / reserveA);
  if (fee === DammV2Fee.Compounding) {
    const liquidity = squareRoot((reserveA * reserveB) << 128n);
    return { liquidity, sqrtPrice, sqrtMinPrice: 0n, sqrtMaxPrice: U128_MAX, amounts: [reserveA, reserveB] };
  }
  const width = rangePercent === undefined ? undefined : (sqrtPrice * rangePercent) / 100n;
  const sqrtMinPrice = width === undefined ? MIN_SQRT_PRICE : sqrtPrice - width;
  const sqrtMaxPrice = width === undefined ? MAX_SQRT_PRICE : sqrtPrice + width;
  // Amounts are L * (max - p) / (max * p) of A and L * (p - min) / 2^128 of B, both rounded up as the program counts them.
  const spread = sqrtMaxPrice - sqrtPrice;
  const fall = sqrtPrice - sqrtMinPrice;
  const ofA = (reserveA * sqrtMaxPrice * sqrtPrice) / spread;
  const ofB = (reserveB << 128n) / fall;
  const liquidity = ofA < ofB ? ofA : ofB;
  const amounts = [
    ceilDivide(liquidity * spread, sqrtMaxPrice * sqrtPrice),
    ceilDivide(liquidity * fall, 1n << 128n),
  ] as const;
  return { liquidity, sqrtPrice, sqrtMinPrice, sqrtMaxPrice, amounts };
}

function encodePoolState(
  spec: DammV2PoolSpec,
  curve: Curve,
  [vaultA, vaultB]: readonly [Uint8Array, Uint8Array],
): Uint8Array {
  const [sideA, sideB] = spec.sides;
  const isExtended = ({ mint }: PoolSide): number => (equalBytes(mint.tokenProgram, TOKEN_2022_PROGRAM) ? 1 : 0);
  const writer = new AccountWriter(POOL_BYTES)
    .raw(0, DAMM_V2_POOL_DISCRIMINATOR)
    .u64(8, spec.feeNumerator)
    .u8(48, FEE_PERCENT)
    .u8(50, FEE_PERCENT)
    .u16(54, spec.fee === DammV2Fee.Compounding ? COMPOUNDING_BPS : 0)
    .raw(168, sideA.mint.mint)
    .raw(200, sideB.mint.mint)
    .raw(232, vaultA)
    .raw(264, vaultB)
    .u64(392, spec.pendingFees)
    .u64(400, spec.pendingFees)
    .u8(482, isExtended(sideA))
    .u8(483, isExtended(sideB))
    .u8(484, COLLECT_FEE_MODES[spec.fee])
    .u8(485, 1) // customizable: no config account
    .u8(486, 1) // fees up to 99 %
    .raw(648, seededBytes(spec.seed, `${spec.label}/creator`))
    .u64(680, curve.amounts[0])
    .u64(688, curve.amounts[1])
    .u8(696, 1); // counts its reserves
  const wide: readonly (readonly [offset: number, value: bigint])[] = [
    [152, curve.sqrtPrice],
    [360, curve.liquidity],
    [424, curve.sqrtMinPrice],
    [440, curve.sqrtMaxPrice],
    [456, curve.sqrtPrice],
  ];
  for (const [offset, value] of wide) writeU128(writer, offset, value);
  if (spec.isVolatile) writeVolatility(writer);
  return writer.bytes;
}

/** `DynamicFeeStruct` before its first swap. */
function writeVolatility(writer: AccountWriter): void {
  writer
    .u8(56, 1)
    .u32(64, 14_460_000) // max_volatility_accumulator
    .u32(68, 956) // variable_fee_control
    .u16(72, BIN_STEP_BPS)
    .u16(74, 10) // filter_period
    .u16(76, 120) // decay_period
    .u16(78, 5_000); // reduction_factor
  writeU128(writer, 88, BIN_STEP_X64);
}

function writeU128(writer: AccountWriter, offset: number, value: bigint): void {
  writer.u64(offset, value & 0xffff_ffff_ffff_ffffn).u64(offset + 8, value >> 64n);
}

function encodeVault(vault: {
  readonly address: Uint8Array;
  readonly side: PoolSide;
  readonly amount: bigint;
}): ClusterAccount {
  const { address, side, amount } = vault;
  return encodeTokenAccount({ address, mint: side.mint, owner: DAMM_V2_AUTHORITY, amount });
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}
