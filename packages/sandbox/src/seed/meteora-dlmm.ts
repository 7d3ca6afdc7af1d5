import { getProgramDerivedAddress, type Address } from '@solana/kit';
import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { TOKEN_2022_PROGRAM, addressBytes, addressText, deriveProgramAddress } from './addresses.js';
import { type DlmmBin, arrayOfBin, encodeBinArray, priceOfBin } from './meteora-dlmm-bins.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';
import { seededBytes } from './seeded-keys.js';
import { encodeTokenAccount, equalBytes } from './token-accounts.js';

export const DLMM_PROGRAM = addressBytes('LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo');
/** PDA of `__event_authority`, which every Anchor program with event calls has. */
const EVENT_AUTHORITY = addressBytes('D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6');
const MEMO_PROGRAM = addressBytes('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** lb_clmm 0.12.0 (IDL of `@meteora-ag/dlmm` 1.9.14), `LbPair` and `Oracle`: sizes and Anchor discriminators. */
const PAIR_BYTES = 904;
export const DLMM_PAIR_DISCRIMINATOR = Uint8Array.from([0x21, 0x0b, 0x31, 0x62, 0xb5, 0x65, 0xb1, 0x0d]);
const ORACLE_BYTES = 3_232;
const ORACLE_DISCRIMINATOR = Uint8Array.from([0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4]);
const OBSERVATIONS = 100n;

/** A pair found by a base key and its mints (`PairType::PermissionlessV2`): as many of one pair of mints as wanted. */
const PAIR_TYPE = 3;
const MAX_BIN_ID = 443_636;
/** The bitmap inside the pair names the arrays from -512 to 511. */
const BITMAP_HALF = 512;

/** Volatility terms as the vendor's presets have them: seconds, seconds and ten-thousandths. */
const FILTER_PERIOD = 30;
const DECAY_PERIOD = 600;
const REDUCTION_FACTOR = 5_000;
const MAX_ACCUMULATOR = 350_000;
/** Ten-thousandths of each fee. */
const PROTOCOL_SHARE = 500;

/** Which token pays the fee (`CollectFeeMode`). */
export const DlmmFee = { Input: 'input', TokenY: 'token-y' } as const;
export type DlmmFee = (typeof DlmmFee)[keyof typeof DlmmFee];

export interface DlmmPoolSpec {
  readonly seed: number;
  readonly label: string;
  /** Token X, then token Y. */
  readonly sides: readonly [PoolSide, PoolSide];
  /** Ten-thousandths between the prices of neighbouring bins. */
  readonly binStep: number;
  /** The fee at rest is `baseFactor * binStep` in hundred-millionths: 10,000 with a step of 25 is 0.25 %. */
  readonly baseFactor: number;
  /** How steeply the fee rises with volatility; 0 keeps it at rest. */
  readonly variableFeeControl: number;
  readonly fee: DlmmFee;
  /** Bins on each side of the active one over which a side is spread. */
  readonly binsPerSide: number;
}

/** Returns a pair with its reserves, its oracle and its bin arrays. The active bin's price is at most the price of the sides. */
export async function encodeDlmmPool(spec: DlmmPoolSpec): Promise<SeededPool> {
  const [sideX, sideY] = spec.sides;
  const { address, bump, baseKey } = await pairAddress(spec);
  const activeId = binOfPrice((sideY.reserve << 64n) / sideX.reserve, spec.binStep);
  const bins = spreadBins(spec, activeId);
  const indexes = [...new Set([...bins.keys()].map(arrayOfBin))].toSorted((left, right) => left - right);
  const [reserveX, reserveY, oracle, ...arrayAddresses] = await Promise.all([
    deriveProgramAddress(DLMM_PROGRAM, [address, sideX.mint.mint]),
    deriveProgramAddress(DLMM_PROGRAM, [address, sideY.mint.mint]),
    deriveProgramAddress(DLMM_PROGRAM, [ascii('oracle'), address]),
    ...indexes.map((index) => deriveProgramAddress(DLMM_PROGRAM, [ascii('bin_array'), address, indexBytes(index)])),
  ]);
  const keys: DlmmKeys = { address, bump, baseKey, reserves: [reserveX, reserveY], oracle };
  const arrays = indexes.map((index, i) =>
    programAccount(arrayAddresses[i] ?? address, encodeBinArray({ pair: address, index, binStep: spec.binStep, bins })),
  );
  const reserves = spec.sides.map((side, i) =>
    encodeTokenAccount({
      address: keys.reserves[i === 0 ? 0 : 1],
      mint: side.mint,
      owner: address,
      amount: side.reserve,
    }),
  );
  const pair = programAccount(address, encodePair({ spec, keys, activeId, indexes }));
  return {
    address,
    accounts: [pair, ...reserves, encodeOracle(oracle), ...arrays],
    swapAddresses: [address, reserveX, reserveY, oracle, ...arrayAddresses, EVENT_AUTHORITY, MEMO_PROGRAM],
  };
}

interface DlmmKeys {
  readonly address: Uint8Array;
  readonly bump: number;
  readonly baseKey: Uint8Array;
  readonly reserves: readonly [Uint8Array, Uint8Array];
  readonly oracle: Uint8Array;
}

/** PDA of the base key and the mints in the order of their bytes; the pair signs with it for its reserves. */
async function pairAddress({
  seed,
  label,
  sides,
}: DlmmPoolSpec): Promise<Pick<DlmmKeys, 'address' | 'bump' | 'baseKey'>> {
  const baseKey = seededBytes(seed, `${label}/base`);
  const mints = sides.map(({ mint }) => mint.mint).toSorted((left, right) => Buffer.compare(left, right));
  const [address, bump] = await getProgramDerivedAddress({
    programAddress: addressText(DLMM_PROGRAM) as Address,
    seeds: [baseKey, ...mints],
  });
  return { address: addressBytes(address), bump, baseKey };
}

/** Returns the highest bin whose price is not above a price. */
function binOfPrice(price: bigint, binStep: number): number {
  let [low, high] = [-MAX_BIN_ID, MAX_BIN_ID];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const found = priceOfBin(middle, binStep);
    // A price that does not fit lies beyond every real one, on the side of its id.
    if (found === undefined ? middle < 0 : found <= price) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Spreads X over the active bin and those above it, Y over it and those below, evenly; the active bin takes what does not divide. */
function spreadBins({ sides, binsPerSide }: DlmmPoolSpec, activeId: number): Map<number, DlmmBin> {
  const [reserveX, reserveY] = [sides[0].reserve, sides[1].reserve];
  const count = BigInt(binsPerSide) + 1n;
  const [eachX, eachY] = [reserveX / count, reserveY / count];
  const bins = new Map<number, DlmmBin>([[activeId, { x: eachX + (reserveX % count), y: eachY + (reserveY % count) }]]);
  for (let distance = 1; distance <= binsPerSide; distance += 1) {
    bins.set(activeId + distance, { x: eachX, y: 0n });
    bins.set(activeId - distance, { x: 0n, y: eachY });
  }
  return bins;
}

interface PairParts {
  readonly spec: DlmmPoolSpec;
  readonly keys: DlmmKeys;
  readonly activeId: number;
  readonly indexes: readonly number[];
}

function encodePair({ spec, keys, activeId, indexes }: PairParts): Uint8Array {
  const writer = new AccountWriter(PAIR_BYTES)
    .raw(0, DLMM_PAIR_DISCRIMINATOR)
    .u16(8, spec.baseFactor)
    .u16(10, FILTER_PERIOD)
    .u16(12, DECAY_PERIOD)
    .u16(14, REDUCTION_FACTOR)
    .u32(16, spec.variableFeeControl)
    .u32(20, MAX_ACCUMULATOR)
    .u32(24, -MAX_BIN_ID)
    .u32(28, MAX_BIN_ID)
    .u16(32, PROTOCOL_SHARE)
    .u8(36, spec.fee === DlmmFee.TokenY ? 1 : 0)
    .u8(72, keys.bump)
    .u16(73, spec.binStep)
    .u8(75, PAIR_TYPE)
    .u32(76, activeId)
    .u16(80, spec.binStep)
    .raw(152, keys.reserves[0])
    .raw(184, keys.reserves[1])
    .raw(552, keys.oracle)
    .raw(784, keys.baseKey);
  spec.sides.forEach(({ mint }, side) => {
    writer.raw(88 + 32 * side, mint.mint).u8(880 + side, equalBytes(mint.tokenProgram, TOKEN_2022_PROGRAM) ? 1 : 0);
  });
  for (const index of indexes) {
    if (index < -BITMAP_HALF || index >= BITMAP_HALF)
      throw new RangeError(`bin array ${index} needs a bitmap extension`);
    const bit = index + BITMAP_HALF;
    const at = 584 + (bit >> 3);
    writer.u8(at, (writer.bytes[at] ?? 0) | (1 << (bit & 7)));
  }
  return writer.bytes;
}

function encodeOracle(address: Uint8Array): ClusterAccount {
  const writer = new AccountWriter(ORACLE_BYTES).raw(0, ORACLE_DISCRIMINATOR).u64(24, OBSERVATIONS);
  return programAccount(address, writer.bytes);
}

function indexBytes(index: number): Uint8Array {
  return new AccountWriter(8).u64(0, BigInt(index)).bytes;
}

function programAccount(address: Uint8Array, data: Uint8Array): ClusterAccount {
  return { address, owner: DLMM_PROGRAM, lamports: rentExemptLamports(data.length), data, executable: false };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}
