import type { BaseMint, Candidate, CoreApi, CostModel, PoolDescription, PoolIndex } from '@tandem/core-native';
import type { Clock, Random } from '@tandem/engine/ports';
import { BackgroundLoop } from './market/background-loop.js';
import type { MarketCounters } from './market/market-counters.js';
import type { PoolView } from './market/pool-view.js';
import type { Trader, TraderLeg } from './market/trader.js';

export interface RivalOptions {
  readonly core: CoreApi;
  readonly view: PoolView;
  readonly pools: readonly PoolIndex[];
  readonly trader: Trader;
  readonly baseMints: readonly BaseMint[];
  readonly clock: Clock;
  readonly random: Random;
  readonly slotMs: number;
  readonly counters: MarketCounters;
  readonly onFault: (error: unknown) => void;
}

/** A rival looks again after one to four slots. */
const SLOWEST_SLOTS = 4;
/** Of the best gaps it takes one at random, so that two rivals do not always race for the same. */
const CANDIDATES_SEEN = 4;

/** A rival pays the base fee and nothing else. */
const COSTS: CostModel = {
  baseFeeLamports: 5_000n,
  computeUnitPriceMicroLamports: 0n,
  overheadComputeUnits: 0,
  computeUnitMarginBps: 0,
  tipLamports: 0n,
  tipShareBps: 0,
  maxTipLamports: 0n,
  rentLamports: 0n,
};

/**
 * A naive competitor: it looks at the pools on the cluster at random moments, takes one of the best gaps with a real two-swap
 * transaction, and neither simulates nor waits. The chain refuses its trade when someone was faster.
 */
export class Rival {
  readonly #options: RivalOptions;
  readonly #loop: BackgroundLoop;

  constructor(options: RivalOptions) {
    this.#options = options;
    this.#loop = new BackgroundLoop({
      clock: options.clock,
      nextDelayMs: () => this.#nextDelayMs(),
      step: async () => this.step(),
      onFault: options.onFault,
    });
  }

  start(): void {
    this.#loop.start();
  }

  async pause(): Promise<void> {
    await this.#loop.pause();
  }

  /** Looks once, and trades when there is a gap. */
  async step(): Promise<void> {
    const { core, view, pools, baseMints, random, trader, counters } = this.#options;
    await view.refresh(pools);
    const clock = await view.chainClock();
    const search = { clock, baseMints, costs: COSTS, oldestSlot: 0n, maxCandidates: CANDIDATES_SEEN };
    const candidates = core.findCandidates(view.store, search);
    const chosen = candidates.length === 0 ? undefined : candidates[random.nextInt(candidates.length)];
    if (chosen === undefined) return;
    const result = await trader.swap(this.#plan(chosen));
    if (result.error === null) counters.rivalTrades += 1;
    else counters.rivalFailures += 1;
  }

  /** Every leg but the last must give what the next one pays; the last one must give back what the first one paid. */
  #plan(candidate: Candidate): TraderLeg[] {
    const { legs } = candidate;
    const pools = this.#options.view.describe(legs.map((leg) => leg.pool));
    return legs.flatMap((leg, position) => {
      const pool: PoolDescription | undefined = pools[position];
      const minAmountOut = legs[position + 1]?.amountIn ?? legs[0]?.amountIn ?? 0n;
      return pool === undefined ? [] : [{ pool, direction: leg.direction, amountIn: leg.amountIn, minAmountOut }];
    });
  }

  #nextDelayMs(): number {
    const { random, slotMs } = this.#options;
    return slotMs + random.nextInt(Math.round((SLOWEST_SLOTS - 1) * slotMs) + 1);
  }
}
