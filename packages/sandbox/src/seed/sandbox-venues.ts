import { Venue } from '@tandem/core-native';
import { AMM_V4_AUTHORITY, AMM_V4_PROGRAM } from './raydium-amm-v4.js';
import { CPMM_AUTHORITY, CPMM_POOL_DISCRIMINATOR, CPMM_PROGRAM } from './raydium-cpmm.js';

/** What the sandbox must know of a venue besides how to seed it. */
export interface SandboxVenue {
  readonly venue: Venue;
  /** File stem, the name in events and configuration. */
  readonly stem: string;
  readonly program: Uint8Array;
  /** Owner of every vault. */
  readonly authority: Uint8Array;
  /** Where a pool account names its vaults, mint A's first. */
  readonly vaultOffsets: readonly [number, number];
  /** First bytes of every pool account; empty where the venue has none. */
  readonly poolDiscriminator: Uint8Array;
}

/** Every venue the sandbox can seed, in the core's order. */
export const SANDBOX_VENUES: readonly SandboxVenue[] = [
  // raydium-cp-swap, states/pool.rs `PoolState`: token_0_vault, token_1_vault.
  {
    venue: Venue.RaydiumCpmm,
    stem: 'raydium_cpmm',
    program: CPMM_PROGRAM,
    authority: CPMM_AUTHORITY,
    vaultOffsets: [72, 104],
    poolDiscriminator: CPMM_POOL_DISCRIMINATOR,
  },
  // raydium-amm, state.rs `AmmInfo`: coin_vault, pc_vault.
  {
    venue: Venue.RaydiumAmmV4,
    stem: 'raydium_amm_v4',
    program: AMM_V4_PROGRAM,
    authority: AMM_V4_AUTHORITY,
    vaultOffsets: [336, 368],
    poolDiscriminator: new Uint8Array(0),
  },
];

/** Returns the sandbox's entry of a venue. @throws RangeError for a venue without one */
export function sandboxVenue(venue: Venue): SandboxVenue {
  const entry = SANDBOX_VENUES.find((candidate) => candidate.venue === venue);
  if (entry === undefined) throw new RangeError(`the sandbox has no entry for venue ${venue}`);
  return entry;
}
