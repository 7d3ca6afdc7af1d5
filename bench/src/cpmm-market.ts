import { createHash } from 'node:crypto';
import {
  type AccountRecord,
  type CoreApi,
  encodeAccountBatch,
  type StoreId,
  Venue,
  VENUE_PROGRAMS,
} from '@tandem/core-native';
import { PublicKey } from '@solana/web3.js';
import type { ClusterAccount, SeededPool } from '@tandem/sandbox/seed';

/** A Raydium CPMM pool as a benchmark needs it: its addresses, and what its quotes follow from. */
export interface CpmmPool {
  readonly address: Uint8Array;
  readonly config: Uint8Array;
  readonly vaults: readonly [Uint8Array, Uint8Array];
  readonly mints: readonly [Uint8Array, Uint8Array];
  readonly observation: Uint8Array;
  readonly reserves: readonly [bigint, bigint];
}

/** `TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA` */
export const TOKEN_PROGRAM = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA').toBytes();
export const CPMM_AUTHORITY = new PublicKey('GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL').toBytes();
export const CPMM_PROGRAM = VENUE_PROGRAMS[Venue.RaydiumCpmm] ?? new Uint8Array(32);
/** The fee of every pool here, millionths. */
export const TRADE_FEE_MILLIONTHS = 2_500n;
export const SLOT = 1_000n;
export const CLOCK = { slot: SLOT, epoch: 1n, unixTimestamp: 1_700_000_000n };

/** Returns an address of its own for every name. */
export function addressNamed(name: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(`tandem bench ${name}`).digest());
}

/** Returns a pool of SOL and another mint. */
export function cpmmPool(name: string, mint: string, reserves: readonly [bigint, bigint]): CpmmPool {
  return {
    address: addressNamed(name),
    config: addressNamed('config'),
    vaults: [addressNamed(`${name} vault 0`), addressNamed(`${name} vault 1`)],
    mints: [addressNamed('sol'), addressNamed(mint)],
    observation: addressNamed(`${name} observation`),
    reserves,
  };
}

/** Returns a store that holds the pools, ready to be quoted. */
export function storeOf(core: CoreApi, pools: readonly CpmmPool[]): StoreId {
  const store = core.createStore();
  core.addPools(store, encodeAccountBatch(pools.map(poolAccount)));
  core.applyAccounts(
    store,
    encodeAccountBatch([
      configAccount(),
      ...pools.flatMap((pool) => [vaultAccount(pool, 0, pool.reserves[0]), vaultAccount(pool, 1, pool.reserves[1])]),
    ]),
  );
  return store;
}

/** Returns a pool with its vaults, as a cluster would hold them. */
export function seededCpmm(pool: CpmmPool): SeededPool {
  const accounts = [
    poolAccount(pool),
    ...([0, 1] as const).map((side) => vaultAccount(pool, side, pool.reserves[side])),
  ];
  return { address: pool.address, accounts: accounts.map(clusterAccount), swapAddresses: [] };
}

/** Returns the account that all pools here share. */
export function sharedCpmm(): ClusterAccount[] {
  return [clusterAccount(configAccount())];
}

function clusterAccount({ address, owner, data }: AccountRecord): ClusterAccount {
  return { address, owner, data, lamports: 0n, executable: false };
}

// Offsets: raydium-cp-swap `states/pool.rs` and `states/config.rs`, SPL Token `state.rs`.

function poolAccount(pool: CpmmPool): AccountRecord {
  const data = new Uint8Array(637);
  data.set([0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46]);
  data.set(pool.config, 8);
  data.set(pool.observation, 296);
  for (const side of [0, 1] as const) {
    data.set(pool.vaults[side], 72 + 32 * side);
    data.set(pool.mints[side], 168 + 32 * side);
    data.set(TOKEN_PROGRAM, 232 + 32 * side);
  }
  return { address: pool.address, owner: CPMM_PROGRAM, slot: SLOT, data };
}

function configAccount(): AccountRecord {
  const data = new Uint8Array(236);
  data.set([0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f]);
  new DataView(data.buffer).setBigUint64(12, TRADE_FEE_MILLIONTHS, true);
  return { address: addressNamed('config'), owner: CPMM_PROGRAM, slot: SLOT, data };
}

/** Returns the account of a vault with a balance. */
export function vaultAccount(pool: CpmmPool, side: 0 | 1, amount: bigint): AccountRecord {
  const data = new Uint8Array(165);
  data.set(pool.mints[side]);
  data.set(CPMM_AUTHORITY, 32);
  new DataView(data.buffer).setBigUint64(64, amount, true);
  data[108] = 1;
  return { address: pool.vaults[side], owner: TOKEN_PROGRAM, slot: SLOT, data };
}
