import type { Venue as VenueTable } from '@tandem/core-native';

/** What discovery must know of a venue; decoding and quoting are the core's. */
export interface VenueEntry {
  /** File stem, name in events and configuration. */
  readonly stem: string;
  /** The core's number. */
  readonly venue: VenueTable;
  /** Base58 of the program that owns the pools. */
  readonly programId: string;
  /** Exact size of a pool account, bytes. */
  readonly poolAccountBytes: number;
  /** Offset of mint A in a pool account. */
  readonly mintAOffset: number;
  /** Offset of mint B in a pool account. */
  readonly mintBOffset: number;
  /** Where the two vaults stand among a pool's watched accounts (`Pool::watched` of the core); every swap writes both. */
  readonly vaultPositions: readonly [number, number];
}

/** One entry for every venue of the core: the compiler refuses a missing or misnumbered one. */
const ENTRIES = {
  // raydium-cp-swap, states/pool.rs `PoolState`: 8 discriminator + 629; token_0_mint after 5 addresses.
  RaydiumCpmm: {
    stem: 'raydium_cpmm',
    venue: 0,
    programId: 'CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C',
    poolAccountBytes: 637,
    mintAOffset: 168,
    mintBOffset: 200,
    vaultPositions: [2, 3],
  },
  // raydium-amm, state.rs `AmmInfo`: 752 bytes, coin_vault_mint at 400, pc_vault_mint at 432.
  RaydiumAmmV4: {
    stem: 'raydium_amm_v4',
    venue: 1,
    programId: '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8',
    poolAccountBytes: 752,
    mintAOffset: 400,
    mintBOffset: 432,
    vaultPositions: [1, 2],
  },
  // raydium-clmm, states/pool.rs `PoolState`: token_mint_0 after bump, config and owner. The pool's own account tells of every swap.
  RaydiumClmm: {
    stem: 'raydium_clmm',
    venue: 2,
    programId: 'CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK',
    poolAccountBytes: 1544,
    mintAOffset: 73,
    mintBOffset: 105,
    vaultPositions: [0, 0],
  },
  // whirlpools, state/whirlpool.rs `Whirlpool`: token_mint_a at 101, token_mint_b at 181.
  OrcaWhirlpool: {
    stem: 'orca_whirlpool',
    venue: 3,
    programId: 'whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc',
    poolAccountBytes: 653,
    mintAOffset: 101,
    mintBOffset: 181,
    vaultPositions: [0, 0],
  },
  // lb_clmm IDL `LbPair`: token_x_mint at 88, token_y_mint at 120.
  MeteoraDlmm: {
    stem: 'meteora_dlmm',
    venue: 4,
    programId: 'LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo',
    poolAccountBytes: 904,
    mintAOffset: 88,
    mintBOffset: 120,
    vaultPositions: [0, 0],
  },
  // cp-amm, state/pool.rs `Pool`: token_a_mint at 168, token_b_mint at 200.
  MeteoraDammV2: {
    stem: 'meteora_damm_v2',
    venue: 5,
    programId: 'cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG',
    poolAccountBytes: 1112,
    mintAOffset: 168,
    mintBOffset: 200,
    vaultPositions: [0, 0],
  },
  // pump_amm IDL `Pool`: base_mint at 43, quote_mint at 75.
  Pumpswap: {
    stem: 'pumpswap',
    venue: 6,
    programId: 'pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA',
    poolAccountBytes: 300,
    mintAOffset: 43,
    mintBOffset: 75,
    vaultPositions: [1, 2],
  },
} as const satisfies {
  readonly [Name in keyof typeof VenueTable]: VenueEntry & { readonly venue: (typeof VenueTable)[Name] };
};

/** Stem of a known venue. */
export type VenueStem = (typeof ENTRIES)[keyof typeof ENTRIES]['stem'];

/** Every known venue in the core's order. */
export const VENUE_CATALOG: readonly (VenueEntry & { readonly stem: VenueStem })[] = Object.values(ENTRIES).sort(
  (a, b) => a.venue - b.venue,
);

/** The stems of all known venues, in the core's order. */
export const VENUE_STEMS: readonly VenueStem[] = VENUE_CATALOG.map((entry) => entry.stem);

/** Returns the entry of a venue by its stem; `undefined` when the venue is not known. */
export function findVenueByStem(stem: string): VenueEntry | undefined {
  return VENUE_CATALOG.find((entry) => entry.stem === stem);
}

/** Returns the entry of the venue whose program this is; `undefined` when it is none. */
export function findVenueByProgram(programId: string): VenueEntry | undefined {
  return VENUE_CATALOG.find((entry) => entry.programId === programId);
}
