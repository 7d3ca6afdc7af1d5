import { Venue } from '@tandem/core-native';
import type { ClusterAccount } from '../cluster/cluster.js';
import { unitsWorth, type GenesisSymbol, type GenesisToken } from './genesis-tokens.js';
import { encodeAmmV4Pool } from './raydium-amm-v4.js';
import { CreatorFee, encodeCpmmConfig, encodeCpmmPool, type CpmmConfigSpec } from './raydium-cpmm.js';
import type { PoolSide, SeededPool } from './seeded-pool.js';

/** A pool of the sandbox and its venue. */
export interface GenesisPool extends SeededPool {
  readonly venue: Venue;
}

const LAMPORTS_PER_SOL = 1_000_000_000n;

/** The fee tiers of the seeded CPMM pools; far from the small indices that mainnet uses. */
const STANDARD_CONFIG: CpmmConfigSpec = { index: 60_000, tradeFeeRate: 2_500n, creatorFeeRate: 500n };
const CHEAP_CONFIG: CpmmConfigSpec = { index: 60_001, tradeFeeRate: 1_000n, creatorFeeRate: 0n };
const AMM_V4_SWAP_FEE_NUMERATOR = 25n;

interface PoolDefinition {
  readonly venue: Venue;
  readonly tokens: readonly [GenesisSymbol, GenesisSymbol];
  /** Worth of each side. */
  readonly depthSol: bigint;
  readonly config?: CpmmConfigSpec;
  readonly creatorFee?: CreatorFee;
  /** Fees or pnl that wait in each vault, so that the subtraction of them is on the path. */
  readonly pending?: bigint;
}

/** Twelve pools over six pairs, two of each pair: most pairs trade on both venues, the Token-2022 one on the venue that takes it. */
const DEFINITIONS: readonly PoolDefinition[] = [
  { venue: Venue.RaydiumCpmm, tokens: ['SOL', 'USD'], depthSol: 2_500n },
  { venue: Venue.RaydiumAmmV4, tokens: ['SOL', 'USD'], depthSol: 5_000n, pending: 123_456n },
  { venue: Venue.RaydiumCpmm, tokens: ['SOL', 'AAA'], depthSol: 800n, pending: 7_654_321n },
  { venue: Venue.RaydiumAmmV4, tokens: ['AAA', 'SOL'], depthSol: 1_200n },
  {
    venue: Venue.RaydiumCpmm,
    tokens: ['SOL', 'BBB'],
    depthSol: 500n,
    creatorFee: CreatorFee.InputSide,
    pending: 1_000n,
  },
  { venue: Venue.RaydiumAmmV4, tokens: ['BBB', 'SOL'], depthSol: 900n },
  { venue: Venue.RaydiumCpmm, tokens: ['SOL', 'CCC'], depthSol: 1_000n },
  { venue: Venue.RaydiumCpmm, tokens: ['SOL', 'CCC'], depthSol: 600n, config: CHEAP_CONFIG },
  { venue: Venue.RaydiumCpmm, tokens: ['USD', 'AAA'], depthSol: 700n },
  { venue: Venue.RaydiumAmmV4, tokens: ['AAA', 'USD'], depthSol: 1_000n, pending: 999n },
  { venue: Venue.RaydiumCpmm, tokens: ['USD', 'BBB'], depthSol: 500n, creatorFee: CreatorFee.Token1 },
  { venue: Venue.RaydiumAmmV4, tokens: ['BBB', 'USD'], depthSol: 600n },
];

/** Returns the genesis pools of a seed, all at the prices of the tokens. */
export async function genesisPools(
  seed: number,
  tokens: ReadonlyMap<GenesisSymbol, GenesisToken>,
): Promise<GenesisPool[]> {
  return Promise.all(
    DEFINITIONS.map((definition, index) => {
      const [a, b] = definition.tokens.map((symbol) => sideOf(tokens, symbol, definition.depthSol));
      if (a === undefined || b === undefined) throw new RangeError(`pool ${index} names an unknown token`);
      return seedPool({ ...definition, seed, label: `pool/${index}`, sides: [a, b] });
    }),
  );
}

/** Returns the accounts of the fee tiers that seeded CPMM pools use. */
export async function genesisConfigs(): Promise<ClusterAccount[]> {
  return Promise.all([STANDARD_CONFIG, CHEAP_CONFIG].map(encodeCpmmConfig));
}

/** What any seeded pool is made of. */
export interface PoolPlan {
  readonly seed: number;
  readonly label: string;
  readonly venue: Venue;
  readonly sides: readonly [PoolSide, PoolSide];
  readonly config?: CpmmConfigSpec;
  readonly creatorFee?: CreatorFee;
  readonly pending?: bigint;
}

/** Encodes a pool of either venue. */
export async function seedPool(plan: PoolPlan): Promise<GenesisPool> {
  const { seed, label, sides, pending = 0n } = plan;
  if (plan.venue === Venue.RaydiumAmmV4) {
    const [coin, pc] = sides;
    const pool = encodeAmmV4Pool({
      seed,
      label,
      coin,
      pc,
      swapFeeNumerator: AMM_V4_SWAP_FEE_NUMERATOR,
      pendingPnl: pending,
    });
    return { ...pool, venue: plan.venue };
  }
  const configIndex = (plan.config ?? STANDARD_CONFIG).index;
  const creatorFee = plan.creatorFee ?? CreatorFee.Off;
  return {
    ...(await encodeCpmmPool({ seed, label, configIndex, sides, creatorFee, pendingFees: pending })),
    venue: plan.venue,
  };
}

function sideOf(
  tokens: ReadonlyMap<GenesisSymbol, GenesisToken>,
  symbol: GenesisSymbol,
  depthSol: bigint,
): PoolSide | undefined {
  const token = tokens.get(symbol);
  return token && { mint: token.facts, reserve: unitsWorth(token, depthSol * LAMPORTS_PER_SOL) };
}
