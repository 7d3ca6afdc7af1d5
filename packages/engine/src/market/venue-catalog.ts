import type { Venue as VenueTable } from '@tandem/core-native';
import type { AccountFilter } from '../ports/chain-reader.js';

/** What discovery must know of a venue; decoding and quoting are the core's. */
export interface VenueEntry {
  /** File stem, name in events and configuration. */
  readonly stem: string;
  /** The core's number. */
  readonly venue: VenueTable;
  /** Base58 of the program that owns the pools. */
  readonly programId: string;
  /** What every pool account of the program has and as few others as possible: its size, or first bytes where sizes differ. */
  readonly poolFilter: AccountFilter;
  /** First bytes of a pool account, which outlive a change of its size; null where the program writes none. */
  readonly poolDiscriminator: Uint8Array | null;
  /** Offset of mint A in a pool account. */
  readonly mintAOffset: number;
  /** Offset of mint B in a pool account. */
  readonly mintBOffset: number;
  /**
   * Where those accounts stand among the ones a pool watches (`Pool::watched` of the core) that every swap writes: both vaults
   * where reserves are the price, the pool's own account where the price or a part of it stands there.
   */
  readonly writtenPositions: readonly number[];
  /** A swap makes a shorter pool account so long, and whoever swaps pays a rent that no quote contains. */
  readonly leastPoolBytes?: number;
}

/** Anchor discriminators of pool accounts, sha256("account:<name>"): `PoolState`, `Whirlpool`, `LbPair` and `Pool`. */
const POOL_STATE = Uint8Array.of(0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46);
const WHIRLPOOL = Uint8Array.of(0x3f, 0x95, 0xd1, 0x0c, 0xe1, 0x80, 0x63, 0x09);
const LB_PAIR = Uint8Array.of(0x21, 0x0b, 0x31, 0x62, 0xb5, 0x65, 0xb1, 0x0d);
const POOL = Uint8Array.of(0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc);

/** One entry for every venue of the core: the compiler refuses a missing or misnumbered one. */
const ENTRIES = {
  // raydium-cp-swap, states/pool.rs `PoolState`: 8 discriminator + 629; token_0_mint after 5 addresses.
  RaydiumCpmm: {
    stem: 'raydium_cpmm',
    venue: 0,
    programId: 'CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C',
    poolFilter: { dataSize: 637 },
    poolDiscriminator: POOL_STATE,
    mintAOffset: 168,
    mintBOffset: 200,
    writtenPositions: [2, 3],
  },
  // raydium-amm, state.rs `AmmInfo`: 752 bytes, coin_vault_mint at 400, pc_vault_mint at 432.
  RaydiumAmmV4: {
    stem: 'raydium_amm_v4',
    venue: 1,
    programId: '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8',
    poolFilter: { dataSize: 752 },
    poolDiscriminator: null,
    mintAOffset: 400,
    mintBOffset: 432,
    writtenPositions: [1, 2],
  },
  // raydium-clmm, states/pool.rs `PoolState`: token_mint_0 after bump, config and owner. The pool's own account tells of every swap.
  RaydiumClmm: {
    stem: 'raydium_clmm',
    venue: 2,
    programId: 'CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK',
    poolFilter: { dataSize: 1544 },
    poolDiscriminator: POOL_STATE,
    mintAOffset: 73,
    mintBOffset: 105,
    writtenPositions: [0],
  },
  // whirlpools, state/whirlpool.rs `Whirlpool`: token_mint_a at 101, token_mint_b at 181.
  OrcaWhirlpool: {
    stem: 'orca_whirlpool',
    venue: 3,
    programId: 'whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc',
    poolFilter: { dataSize: 653 },
    poolDiscriminator: WHIRLPOOL,
    mintAOffset: 101,
    mintBOffset: 181,
    writtenPositions: [0],
  },
  // lb_clmm IDL `LbPair`: token_x_mint at 88, token_y_mint at 120.
  MeteoraDlmm: {
    stem: 'meteora_dlmm',
    venue: 4,
    programId: 'LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo',
    poolFilter: { dataSize: 904 },
    poolDiscriminator: LB_PAIR,
    mintAOffset: 88,
    mintBOffset: 120,
    writtenPositions: [0],
  },
  // cp-amm, state/pool.rs `Pool`: token_a_mint at 168, token_b_mint at 200.
  MeteoraDammV2: {
    stem: 'meteora_damm_v2',
    venue: 5,
    programId: 'cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG',
    poolFilter: { dataSize: 1112 },
    poolDiscriminator: POOL,
    mintAOffset: 168,
    mintBOffset: 200,
    writtenPositions: [0],
  },
  // pump_amm IDL `Pool`: base_mint at 43, quote_mint at 75. Accounts grew with the program: 211 to 301 bytes and more.
  Pumpswap: {
    stem: 'pumpswap',
    venue: 6,
    programId: 'pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA',
    poolFilter: { offset: 0, bytes: POOL },
    poolDiscriminator: POOL,
    mintAOffset: 43,
    mintBOffset: 75,
    // A swap books the fees it leaves in the vault in the pool's account, and they are no reserve.
    writtenPositions: [0, 1, 2],
    // What `protocol_fees` and `creator_fees` end at: the dump of the crate `pump-rust-client` 0.5.0 lengthens up to there.
    leastPoolBytes: 287,
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
