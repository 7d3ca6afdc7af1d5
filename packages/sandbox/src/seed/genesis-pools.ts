import { Venue } from '@tandem/core-native';
import type { ClusterAccount } from '../cluster/cluster.js';
import { unitsWorth, type GenesisSymbol, type GenesisToken } from './genesis-tokens.js';
import { DlmmFee, encodeDlmmPool, type DlmmPoolSpec } from './meteora-dlmm.js';
import { encodeWhirlpool, TickArrayFormat, type WhirlpoolSpec } from './orca-whirlpool.js';
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

/** What the pools of each venue are made of besides their sides. */
type VenuePlan =
  | {
      readonly venue: typeof Venue.RaydiumCpmm;
      readonly config?: CpmmConfigSpec;
      readonly creatorFee?: CreatorFee;
      /** Fees that wait in each vault, so that the subtraction of them is on the path. */
      readonly pending?: bigint;
    }
  | {
      readonly venue: typeof Venue.RaydiumAmmV4;
      /** Profit that waits in each vault. */
      readonly pending?: bigint;
    }
  | ({ readonly venue: typeof Venue.OrcaWhirlpool } & Pick<
      WhirlpoolSpec,
      'tickSpacing' | 'feeRate' | 'format' | 'adaptive'
    >)
  | ({ readonly venue: typeof Venue.MeteoraDlmm } & Pick<
      DlmmPoolSpec,
      'binStep' | 'baseFactor' | 'variableFeeControl' | 'fee' | 'binsPerSide'
    >);

type PoolDefinition = VenuePlan & {
  readonly tokens: readonly [GenesisSymbol, GenesisSymbol];
  /** Worth of each side. */
  readonly depthSol: bigint;
};

/** 0.25 % at rest and more with volatility; bins of 0.1 % up to 20 % from the price. */
const FINE_BINS = {
  venue: Venue.MeteoraDlmm,
  binStep: 10,
  baseFactor: 25_000,
  variableFeeControl: 20_000,
  fee: DlmmFee.Input,
  binsPerSide: 180,
} as const;

/** 0.2 %, in arrays of the program's older format. */
const STATIC_WHIRLPOOL = {
  venue: Venue.OrcaWhirlpool,
  tickSpacing: 64,
  feeRate: 2_000,
  format: TickArrayFormat.Fixed,
} as const;

/**
 * Sixteen pools over six pairs, two to four of each: most pairs trade on more than one venue and, beside SOL, on more than one
 * family of them; the Token-2022 one trades on the venue that takes it.
 */
const DEFINITIONS: readonly PoolDefinition[] = [
  { venue: Venue.RaydiumCpmm, tokens: ['SOL', 'USD'], depthSol: 2_500n },
  { venue: Venue.RaydiumAmmV4, tokens: ['SOL', 'USD'], depthSol: 5_000n, pending: 123_456n },
  { ...STATIC_WHIRLPOOL, tokens: ['SOL', 'USD'], depthSol: 1_000n },
  { ...FINE_BINS, tokens: ['SOL', 'USD'], depthSol: 1_000n },
  { venue: Venue.RaydiumCpmm, tokens: ['SOL', 'AAA'], depthSol: 800n, pending: 7_654_321n },
  { venue: Venue.RaydiumAmmV4, tokens: ['AAA', 'SOL'], depthSol: 1_200n },
  {
    ...STATIC_WHIRLPOOL,
    format: TickArrayFormat.Dynamic,
    adaptive: { controlFactor: 4_000, maxVolatility: 350_000, tickGroupSize: 64, majorSwapThreshold: 64 },
    tokens: ['SOL', 'AAA'],
    depthSol: 600n,
  },
  {
    venue: Venue.RaydiumCpmm,
    tokens: ['SOL', 'BBB'],
    depthSol: 500n,
    creatorFee: CreatorFee.InputSide,
    pending: 1_000n,
  },
  { venue: Venue.RaydiumAmmV4, tokens: ['BBB', 'SOL'], depthSol: 900n },
  { ...FINE_BINS, fee: DlmmFee.TokenY, tokens: ['BBB', 'SOL'], depthSol: 600n },
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
export type PoolPlan = VenuePlan & {
  readonly seed: number;
  readonly label: string;
  readonly sides: readonly [PoolSide, PoolSide];
};

/** Encodes a pool of any venue that the sandbox has a program for. */
export async function seedPool(plan: PoolPlan): Promise<GenesisPool> {
  return { ...(await encodePool(plan)), venue: plan.venue };
}

async function encodePool(plan: PoolPlan): Promise<SeededPool> {
  const { seed, label, sides } = plan;
  switch (plan.venue) {
    case Venue.RaydiumAmmV4: {
      const [coin, pc] = sides;
      const pendingPnl = plan.pending ?? 0n;
      return encodeAmmV4Pool({ seed, label, coin, pc, swapFeeNumerator: AMM_V4_SWAP_FEE_NUMERATOR, pendingPnl });
    }
    case Venue.RaydiumCpmm: {
      const configIndex = (plan.config ?? STANDARD_CONFIG).index;
      const creatorFee = plan.creatorFee ?? CreatorFee.Off;
      return encodeCpmmPool({ seed, label, configIndex, sides, creatorFee, pendingFees: plan.pending ?? 0n });
    }
    case Venue.OrcaWhirlpool:
      return encodeWhirlpool({ ...plan, pendingFees: 0n });
    case Venue.MeteoraDlmm:
      return encodeDlmmPool(plan);
  }
}

function sideOf(
  tokens: ReadonlyMap<GenesisSymbol, GenesisToken>,
  symbol: GenesisSymbol,
  depthSol: bigint,
): PoolSide | undefined {
  const token = tokens.get(symbol);
  return token && { mint: token.facts, reserve: unitsWorth(token, depthSol * LAMPORTS_PER_SOL) };
}
