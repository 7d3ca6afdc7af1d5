import { Venue, VENUE_PROGRAMS, VENUE_STEMS } from '@tandem/core-native';
import { DAMM_V2_AUTHORITY, DAMM_V2_POOL_DISCRIMINATOR } from './meteora-damm-v2.js';
import { DLMM_PAIR_DISCRIMINATOR } from './meteora-dlmm.js';
import { WHIRLPOOL_POOL_DISCRIMINATOR } from './orca-whirlpool.js';
import { PUMPSWAP_POOL_DISCRIMINATOR } from './pumpswap.js';
import { AMM_V4_AUTHORITY } from './raydium-amm-v4.js';
import { CPMM_AUTHORITY, CPMM_POOL_DISCRIMINATOR } from './raydium-cpmm.js';

/** What the sandbox must know of a venue besides how to seed it. */
export interface SandboxVenue {
  readonly venue: Venue;
  /** File stem, the name in events and configuration. */
  readonly stem: string;
  readonly program: Uint8Array;
  /** Owner of every vault; `pool` where each pool owns its own. */
  readonly authority: Uint8Array | 'pool';
  /** Where a pool account names its vaults, mint A's first. */
  readonly vaultOffsets: readonly [number, number];
  /** Whether the price is the ratio of the vaults, so that writing them moves it, or stands in the pool's own state. */
  readonly price: 'vaults' | 'state';
  /** First bytes of every pool account; empty where the venue has none. */
  readonly poolDiscriminator: Uint8Array;
}

type Facts = Pick<SandboxVenue, 'authority' | 'vaultOffsets' | 'price' | 'poolDiscriminator'>;

/** Keyed by the core's names: the compiler refuses a missing venue. */
const FACTS: { readonly [Name in keyof typeof Venue]: Facts } = {
  // raydium-cp-swap, states/pool.rs `PoolState`: token_0_vault, token_1_vault.
  RaydiumCpmm: {
    authority: CPMM_AUTHORITY,
    vaultOffsets: [72, 104],
    price: 'vaults',
    poolDiscriminator: CPMM_POOL_DISCRIMINATOR,
  },
  // raydium-amm, state.rs `AmmInfo`: coin_vault, pc_vault.
  RaydiumAmmV4: {
    authority: AMM_V4_AUTHORITY,
    vaultOffsets: [336, 368],
    price: 'vaults',
    poolDiscriminator: new Uint8Array(0),
  },
  // raydium-clmm, states/pool.rs `PoolState` (the name, so the discriminator, of CPMM's): token_vault_0, token_vault_1.
  RaydiumClmm: {
    authority: 'pool',
    vaultOffsets: [137, 169],
    price: 'state',
    poolDiscriminator: CPMM_POOL_DISCRIMINATOR,
  },
  // whirlpools, state/whirlpool.rs `Whirlpool`: token_vault_a, token_vault_b.
  OrcaWhirlpool: {
    authority: 'pool',
    vaultOffsets: [133, 213],
    price: 'state',
    poolDiscriminator: WHIRLPOOL_POOL_DISCRIMINATOR,
  },
  // lb_clmm IDL `LbPair`: reserve_x, reserve_y.
  MeteoraDlmm: {
    authority: 'pool',
    vaultOffsets: [152, 184],
    price: 'state',
    poolDiscriminator: DLMM_PAIR_DISCRIMINATOR,
  },
  // cp-amm, state/pool.rs `Pool`: token_a_vault, token_b_vault; constants `pool_authority`.
  MeteoraDammV2: {
    authority: DAMM_V2_AUTHORITY,
    vaultOffsets: [232, 264],
    price: 'state',
    poolDiscriminator: DAMM_V2_POOL_DISCRIMINATOR,
  },
  // pump_amm IDL `Pool`: pool_base_token_account, pool_quote_token_account. Virtual reserves and creator fees are in the state.
  Pumpswap: {
    authority: 'pool',
    vaultOffsets: [139, 171],
    price: 'state',
    poolDiscriminator: PUMPSWAP_POOL_DISCRIMINATOR,
  },
};

/** Every venue the sandbox can load, in the core's order. */
export const SANDBOX_VENUES: readonly SandboxVenue[] = Object.entries(Venue)
  .map(([name, venue]) => ({
    venue,
    stem: VENUE_STEMS[venue] ?? name,
    program: VENUE_PROGRAMS[venue] ?? new Uint8Array(32),
    ...FACTS[name as keyof typeof Venue],
  }))
  .sort((a, b) => a.venue - b.venue);

/** Returns the sandbox's entry of a venue. @throws RangeError for a venue without one */
export function sandboxVenue(venue: Venue): SandboxVenue {
  const entry = SANDBOX_VENUES.find((candidate) => candidate.venue === venue);
  if (entry === undefined) throw new RangeError(`the sandbox has no entry for venue ${venue}`);
  return entry;
}

/** Says whether a venue's pools take their price from their vaults. */
export function isPricedByVaults(venue: Venue): boolean {
  return sandboxVenue(venue).price === 'vaults';
}
