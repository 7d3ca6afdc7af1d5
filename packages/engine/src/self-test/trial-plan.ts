import {
  type ChainClock,
  type CoreApi,
  Direction,
  type PoolDescription,
  type StoreId,
  SwapMode,
} from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';

/** One swap that would show whether a venue still does what the core says. */
export interface TrialPlan {
  readonly venue: string;
  readonly pool: PoolDescription;
  readonly direction: Direction;
  readonly amountIn: bigint;
}

export interface TrialPlanOptions {
  readonly core: Pick<CoreApi, 'quote'>;
  readonly store: StoreId;
  readonly clock: ChainClock;
  readonly venue: string;
  readonly pools: readonly PoolDescription[];
  /** Base58, the preferred first. */
  readonly baseMints: readonly string[];
  /** What the wallet could pay of a mint. */
  readonly spendable: (mint: string) => bigint;
  readonly most: number;
}

/** A trial takes this part of the input reserve: enough for every digit of a formula to show, too little to leave its price range. */
const RESERVE_SHARE = 1_000n;
/** Where a pool has no reserve on the input side, a trial takes this part of the wallet's funds. */
const FUNDS_SHARE = 100n;
/** Pools asked for a quote; those behind them are no better. */
const MOST_ASKED = 64;

/** Returns the swaps to try, the most telling first: of base mints before others, of deep pools before shallow ones. */
export function planTrials(options: TrialPlanOptions): TrialPlan[] {
  const ranked = options.pools
    .flatMap((pool) => [rank(pool, Direction.AToB, options), rank(pool, Direction.BToA, options)])
    .filter((entry) => entry !== undefined)
    .sort(
      (a, b) =>
        a.preference - b.preference || compare(b.reserveIn, a.reserveIn) || a.plan.pool.index - b.plan.pool.index,
    );
  const trials: TrialPlan[] = [];
  for (const { plan } of ranked.slice(0, MOST_ASKED)) {
    if (trials.length === options.most) break;
    if (trials.every(({ pool }) => pool !== plan.pool) && givesSomething(plan, options)) trials.push(plan);
  }
  return trials;
}

interface Ranked {
  readonly plan: TrialPlan;
  readonly preference: number;
  readonly reserveIn: bigint;
}

function rank(pool: PoolDescription, direction: Direction, options: TrialPlanOptions): Ranked | undefined {
  const isAToB = direction === Direction.AToB;
  const mintIn = encodeBase58(isAToB ? pool.mintA : pool.mintB);
  const spendable = options.spendable(mintIn);
  if (spendable <= 0n) return undefined;
  const reserveIn = isAToB ? pool.reserveA : pool.reserveB;
  const wanted = reserveIn === 0n ? spendable / FUNDS_SHARE + 1n : reserveIn / RESERVE_SHARE + 1n;
  const amountIn = wanted < spendable ? wanted : spendable;
  const preferred = options.baseMints.indexOf(mintIn);
  const preference = preferred === -1 ? options.baseMints.length : preferred;
  return { plan: { venue: options.venue, pool, direction, amountIn }, preference, reserveIn };
}

/** A pool that refuses (not open yet, empty, of an unsupported mint) says nothing about its venue. */
function givesSomething({ pool, direction, amountIn }: TrialPlan, { core, store, clock }: TrialPlanOptions): boolean {
  try {
    return core.quote(store, pool.index, direction, SwapMode.ExactIn, amountIn, clock).amountOut > 0n;
  } catch {
    return false;
  }
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
