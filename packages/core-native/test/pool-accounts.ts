import type { AccountRecord } from '../ts/account-batch.js';
import { SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM } from '../ts/fallback/pools/token-account.js';
import { RAYDIUM_AMM_V4_PROGRAM } from '../ts/fallback/pools/venues/raydium-amm-v4.js';
import { RAYDIUM_CPMM_PROGRAM } from '../ts/fallback/pools/venues/raydium-cpmm/layout.js';
import { addressFromBase58 } from './captured-swaps.js';

// Encodes the accounts of pools, field by field, for tests of the store and the search. Offsets: cp-swap `states/pool.rs` and
// `states/config.rs`, raydium-amm `state.rs`, SPL Token `state.rs`, spl-token-2022 `extension/transfer_fee/mod.rs`.

const CPMM_AUTHORITY = addressFromBase58('GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL');
const AMM_V4_AUTHORITY = addressFromBase58('5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1');
export const SYSTEM_PROGRAM = new Uint8Array(32);

type VenueStem = 'raydium_cpmm' | 'raydium_amm_v4';

/** A pool as a test describes it; the accounts follow from it. */
export interface PoolSketch {
  readonly venue: VenueStem;
  /** Tells the pool's addresses apart from those of other pools. */
  readonly name: string;
  /** Names of mint A and mint B. */
  readonly mints: readonly [string, string];
  readonly reserves: readonly [bigint, bigint];
  /** Millionths of the input. */
  readonly feeMillionths: bigint;
  readonly slot: bigint;
  /** CPMM only: the transfer fee of Token-2022 mints, by side; null for a classic mint. */
  readonly transferFeeBps?: readonly [number | null, number | null];
  /** CPMM: bit 2 forbids swaps. AMM v4: 6 swaps, 7 waits for the open time. */
  readonly status?: number;
  readonly openTime?: bigint;
}

/** Returns the address a name stands for: its letters, then zeros. */
export function addressOf(name: string): Uint8Array {
  const address = new Uint8Array(32);
  address.set(new TextEncoder().encode(name));
  return address;
}

/** Returns a pool's accounts, its own first; pools of one fee share a configuration, pools of one mint the mint. */
export function poolAccounts(pool: PoolSketch): AccountRecord[] {
  return pool.venue === 'raydium_cpmm' ? cpmmAccounts(pool) : ammV4Accounts(pool);
}

/** Returns the account of one side's vault with another balance. */
export function vaultAccount(pool: PoolSketch, side: 0 | 1, amount: bigint, slot: bigint): AccountRecord {
  const isExtended = typeof pool.transferFeeBps?.[side] === 'number';
  const authority = pool.venue === 'raydium_cpmm' ? CPMM_AUTHORITY : AMM_V4_AUTHORITY;
  const data = new Uint8Array(isExtended ? 178 : 165);
  data.set(addressOf(pool.mints[side]));
  data.set(authority, 32);
  writeU64(data, 64, amount);
  data[108] = 1;
  if (isExtended) data[165] = 2;
  const owner = isExtended ? TOKEN_2022_PROGRAM : SPL_TOKEN_PROGRAM;
  return { address: addressOf(`${pool.name}-vault-${side}`), owner, slot, data };
}

/** Returns a pool's own account. */
export function ownAccount(pool: PoolSketch): AccountRecord {
  const [own] = poolAccounts(pool);
  if (own === undefined) throw new Error('a pool has an account of its own');
  return own;
}

function cpmmAccounts(pool: PoolSketch): AccountRecord[] {
  const data = new Uint8Array(637);
  data.set([0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46]);
  const config = configAccount(pool.feeMillionths, pool.slot);
  data.set(config.address, 8);
  for (const side of [0, 1] as const) {
    data.set(addressOf(`${pool.name}-vault-${side}`), 72 + 32 * side);
    data.set(addressOf(pool.mints[side]), 168 + 32 * side);
    const isExtended = typeof pool.transferFeeBps?.[side] === 'number';
    data.set(isExtended ? TOKEN_2022_PROGRAM : SPL_TOKEN_PROGRAM, 232 + 32 * side);
    // Fees that lie in the vault but belong to others: protocol, fund, creator.
    writeU64(data, 341 + 8 * side, 3n);
    writeU64(data, 357 + 8 * side, 2n);
    writeU64(data, 397 + 8 * side, 1n);
  }
  data.set(addressOf(`${pool.name}-observation`), 296);
  data[329] = pool.status ?? 0;
  writeU64(data, 373, pool.openTime ?? 0n);
  const own = { address: addressOf(pool.name), owner: RAYDIUM_CPMM_PROGRAM, slot: pool.slot, data };
  const vaults = ([0, 1] as const).map((side) => vaultAccount(pool, side, pool.reserves[side] + 6n, pool.slot));
  const mints = ([0, 1] as const).flatMap((side) => {
    const transferFeeBps = pool.transferFeeBps?.[side];
    return typeof transferFeeBps === 'number' ? [mintAccount(pool.mints[side], transferFeeBps, pool.slot)] : [];
  });
  return [own, config, ...vaults, ...mints];
}

function configAccount(feeMillionths: bigint, slot: bigint): AccountRecord {
  const data = new Uint8Array(236);
  data.set([0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f]);
  writeU64(data, 12, feeMillionths);
  return { address: addressOf(`config-${feeMillionths}`), owner: RAYDIUM_CPMM_PROGRAM, slot, data };
}

/** Returns a Token-2022 mint with a transfer fee. */
export function mintAccount(name: string, transferFeeBps: number, slot: bigint): AccountRecord {
  const data = new Uint8Array(166 + 4 + 108);
  data[45] = 1;
  data[165] = 1;
  const view = new DataView(data.buffer);
  view.setUint16(166, 1, true);
  view.setUint16(168, 108, true);
  for (const fee of [170 + 72, 170 + 90]) {
    view.setBigUint64(fee + 8, 1_000_000n, true);
    view.setUint16(fee + 16, transferFeeBps, true);
  }
  return { address: addressOf(name), owner: TOKEN_2022_PROGRAM, slot, data };
}

function ammV4Accounts(pool: PoolSketch): AccountRecord[] {
  const data = new Uint8Array(752);
  writeU64(data, 0, BigInt(pool.status ?? 6));
  writeU64(data, 176, pool.feeMillionths);
  writeU64(data, 184, 1_000_000n);
  writeU64(data, 192, 4n);
  writeU64(data, 200, 4n);
  writeU64(data, 224, pool.openTime ?? 0n);
  for (const side of [0, 1] as const) {
    data.set(addressOf(`${pool.name}-vault-${side}`), 336 + 32 * side);
    data.set(addressOf(pool.mints[side]), 400 + 32 * side);
  }
  const own = { address: addressOf(pool.name), owner: RAYDIUM_AMM_V4_PROGRAM, slot: pool.slot, data };
  const vaults = ([0, 1] as const).map((side) => vaultAccount(pool, side, pool.reserves[side] + 4n, pool.slot));
  return [own, ...vaults];
}

function writeU64(data: Uint8Array, offset: number, value: bigint): void {
  new DataView(data.buffer).setBigUint64(offset, value, true);
}
