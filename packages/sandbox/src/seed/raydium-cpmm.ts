import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { addressBytes, deriveProgramAddress } from './addresses.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';
import { seededBytes } from './seeded-keys.js';
import { encodeTokenAccount } from './token-accounts.js';

export const CPMM_PROGRAM = addressBytes('CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C');
/** PDA of `vault_and_lp_mint_auth_seed` (raydium-cp-swap `lib.rs`: `AUTH_SEED`), with its bump. */
export const CPMM_AUTHORITY = addressBytes('GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL');
const CPMM_AUTHORITY_BUMP = 253;

/** raydium-cp-swap `states/pool.rs`, `states/config.rs`, `states/oracle.rs`, 609780f: sizes and Anchor discriminators. */
const POOL_BYTES = 637;
const CONFIG_BYTES = 236;
const OBSERVATION_BYTES = 4_075;
export const CPMM_POOL_DISCRIMINATOR = Uint8Array.from([0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46]);
const CONFIG_DISCRIMINATOR = Uint8Array.from([0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f]);
const OBSERVATION_DISCRIMINATOR = Uint8Array.from([0x7a, 0xae, 0xc5, 0x35, 0x81, 0x09, 0xa5, 0x84]);

/** Shares of the trade fee as mainnet's configs have them, in millionths. */
const PROTOCOL_FEE_SHARE = 120_000n;
const FUND_FEE_SHARE = 40_000n;

/** A fee tier; every rate in millionths. */
export interface CpmmConfigSpec {
  /** Part of the address; the sandbox keeps away from the small indices of mainnet, so that dumps of those can be loaded beside. */
  readonly index: number;
  readonly tradeFeeRate: bigint;
  readonly creatorFeeRate: bigint;
}

/** Returns the address of a config: PDA of `amm_config` and the index, big-endian. */
async function cpmmConfigAddress(index: number): Promise<Uint8Array> {
  const indexBytes = Uint8Array.from([index >> 8, index & 0xff]);
  return deriveProgramAddress(CPMM_PROGRAM, [ascii('amm_config'), indexBytes]);
}

/** Returns a fee tier's account. */
export async function encodeCpmmConfig(spec: CpmmConfigSpec): Promise<ClusterAccount> {
  const writer = new AccountWriter(CONFIG_BYTES)
    .raw(0, CONFIG_DISCRIMINATOR)
    .u8(8, 255)
    .u16(10, spec.index)
    .u64(12, spec.tradeFeeRate)
    .u64(20, PROTOCOL_FEE_SHARE)
    .u64(28, FUND_FEE_SHARE)
    .u64(108, spec.creatorFeeRate);
  return programAccount(await cpmmConfigAddress(spec.index), writer.bytes);
}

/** Which side pays the creator fee: `PoolState.creator_fee_on`, or no creator fee at all. */
export const CreatorFee = { Off: 'off', InputSide: 'input-side', Token0: 'token-0', Token1: 'token-1' } as const;
export type CreatorFee = (typeof CreatorFee)[keyof typeof CreatorFee];

const CREATOR_FEE_ON = { off: 0, 'input-side': 0, 'token-0': 1, 'token-1': 2 } as const satisfies Record<
  CreatorFee,
  number
>;

export interface CpmmPoolSpec {
  readonly seed: number;
  readonly label: string;
  readonly configIndex: number;
  readonly sides: readonly [PoolSide, PoolSide];
  readonly creatorFee: CreatorFee;
  /** Protocol, fund and creator fees of each side that wait in the vault. */
  readonly pendingFees: bigint;
}

/** Returns a pool with its vaults and observation; the program's order of mints is by their bytes. */
export async function encodeCpmmPool(spec: CpmmPoolSpec): Promise<SeededPool> {
  const [first, second] = spec.sides;
  const sides =
    Buffer.compare(first.mint.mint, second.mint.mint) < 0 ? ([first, second] as const) : ([second, first] as const);
  const address = seededBytes(spec.seed, `${spec.label}/pool`);
  const config = await cpmmConfigAddress(spec.configIndex);
  const [vault0, vault1, lpMint, observation] = await Promise.all([
    deriveProgramAddress(CPMM_PROGRAM, [ascii('pool_vault'), address, sides[0].mint.mint]),
    deriveProgramAddress(CPMM_PROGRAM, [ascii('pool_vault'), address, sides[1].mint.mint]),
    deriveProgramAddress(CPMM_PROGRAM, [ascii('pool_lp_mint'), address]),
    deriveProgramAddress(CPMM_PROGRAM, [ascii('observation'), address]),
  ]);
  const keys: CpmmKeys = { address, config, vaults: [vault0, vault1], lpMint, observation };
  const vaults = sides.map((side, index) => encodeVault(side, spec, keys.vaults[index === 0 ? 0 : 1]));
  const accounts = [programAccount(address, encodePoolState(spec, sides, keys)), ...vaults, encodeObservation(keys)];
  return { address, accounts, swapAddresses: [address, config, vault0, vault1, observation] };
}

interface CpmmKeys {
  readonly address: Uint8Array;
  readonly config: Uint8Array;
  readonly vaults: readonly [Uint8Array, Uint8Array];
  readonly lpMint: Uint8Array;
  readonly observation: Uint8Array;
}

function encodePoolState(spec: CpmmPoolSpec, sides: readonly [PoolSide, PoolSide], keys: CpmmKeys): Uint8Array {
  const isCreatorFeeOn = spec.creatorFee !== CreatorFee.Off;
  const creatorPart = isCreatorFeeOn ? spec.pendingFees / 4n : 0n;
  const fundPart = spec.pendingFees / 4n;
  const protocolPart = spec.pendingFees - fundPart - creatorPart;
  const writer = new AccountWriter(POOL_BYTES)
    .raw(0, CPMM_POOL_DISCRIMINATOR)
    .raw(8, keys.config)
    .raw(40, seededBytes(spec.seed, `${spec.label}/creator`))
    .raw(72, keys.vaults[0])
    .raw(104, keys.vaults[1])
    .raw(136, keys.lpMint)
    .raw(296, keys.observation)
    .u8(328, CPMM_AUTHORITY_BUMP)
    .u8(330, 9)
    .u64(333, squareRoot(sides[0].reserve * sides[1].reserve))
    .u8(389, CREATOR_FEE_ON[spec.creatorFee])
    .u8(390, isCreatorFeeOn ? 1 : 0);
  sides.forEach((side, index) => {
    writer
      .raw(168 + 32 * index, side.mint.mint)
      .raw(232 + 32 * index, side.mint.tokenProgram)
      .u8(331 + index, side.mint.decimals)
      .u64(341 + 8 * index, protocolPart)
      .u64(357 + 8 * index, fundPart)
      .u64(397 + 8 * index, creatorPart);
  });
  return writer.bytes;
}

function encodeVault(side: PoolSide, spec: CpmmPoolSpec, address: Uint8Array): ClusterAccount {
  return encodeTokenAccount({
    address,
    mint: side.mint,
    owner: CPMM_AUTHORITY,
    amount: side.reserve + spec.pendingFees,
  });
}

function encodeObservation(keys: CpmmKeys): ClusterAccount {
  const writer = new AccountWriter(OBSERVATION_BYTES).raw(0, OBSERVATION_DISCRIMINATOR).u8(8, 1).raw(11, keys.address);
  return programAccount(keys.observation, writer.bytes);
}

function programAccount(address: Uint8Array, data: Uint8Array): ClusterAccount {
  return { address, owner: CPMM_PROGRAM, lamports: rentExemptLamports(data.length), data, executable: false };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}

/** Returns the largest integer whose square is not above the value (Newton's method from above). */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
