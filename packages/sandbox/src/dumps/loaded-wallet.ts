import type { PoolDescription } from '@tandem/core-native';
import type { Faucet } from '../faucet.js';
import { addressKey, type AddressKey } from '../seed/addresses.js';

/** The wallet gets half of the largest loaded reserve of a mint. */
const RESERVE_SHARE = 2n;

/** Gives the wallet an account with funds for every mint of the loaded pools that it holds nothing of yet. */
export async function fundLoadedMints(
  faucet: Faucet,
  wallet: Uint8Array,
  pools: readonly PoolDescription[],
): Promise<void> {
  const reserves = new Map<AddressKey, { readonly mint: Uint8Array; readonly reserve: bigint }>();
  for (const pool of pools) {
    for (const [mint, reserve] of [[pool.mintA, pool.reserveA] as const, [pool.mintB, pool.reserveB] as const]) {
      const key = addressKey(mint);
      if (reserve >= (reserves.get(key)?.reserve ?? 0n)) reserves.set(key, { mint, reserve });
    }
  }
  for (const { mint, reserve } of reserves.values()) {
    const facts = await faucet.findMint(mint);
    // A pool whose mint was not loaded has been refused before.
    if (facts === null || (await faucet.tokensOf({ owner: wallet, mint: facts })) > 0n) continue;
    await faucet.setTokens({ owner: wallet, mint: facts }, reserve / RESERVE_SHARE);
  }
}
