import { Direction, type ChainClock, type CoreApi, type PoolDescription, type PoolIndex } from '@tandem/core-native';
import type { Clock, Random } from '@tandem/engine/ports';
import { BackgroundLoop } from './market/background-loop.js';
import type { MarketCounters } from './market/market-counters.js';
import { inputForMove, planNudge } from './market/nudge.js';
import { directionToward, groupPairs, pairPriceX64, type Pair } from './market/pair.js';
import { inputToMove, quotedPriceX64, type PoolQuotes } from './market/pool-price.js';
import type { PoolView } from './market/pool-view.js';
import type { PriceMover } from './market/price-mover.js';
import { ReferencePrices } from './market/reference-prices.js';
import type { VaultWriter } from './market/vault-writer.js';
import { squareRoot } from './seed/raydium-cpmm.js';
import { isPricedByVaults } from './seed/sandbox-venues.js';

export interface PriceWalkOptions {
  readonly core: CoreApi;
  /** The walk's own view; its pools are the ones that move. */
  readonly view: PoolView;
  readonly pools: readonly PoolIndex[];
  readonly mover: PriceMover;
  /** Brings a pool back to its first depth when fees have made it too deep, or trades too shallow. */
  readonly vaultWriter: VaultWriter;
  readonly clock: Clock;
  /** The chain's clock as the walk begins: its first prices are quoted against it. */
  readonly chainClock: ChainClock;
  /** Decides what moves and how far. */
  readonly random: Random;
  /** Decides when; a stream of its own, so that pauses do not change what moves. */
  readonly timingRandom: Random;
  /** Prices moved a second, on average. */
  readonly gapsPerSecond: number;
  readonly counters: MarketCounters;
  readonly onFault: (error: unknown) => void;
}

/** Depth may leave its first value by this much, in percent, before it is restored. */
const DEEPEST_PERCENT = 150n;
const SHALLOWEST_PERCENT = 67n;

/**
 * Keeps the market alive: again and again one pool of a pair is moved 1 % to 3 % beside a sibling, around references that drift
 * slowly and always return. Everything random comes from one seeded stream, so a seed repeats the walk.
 */
export class PriceWalk {
  readonly #options: PriceWalkOptions;
  readonly #references: ReferencePrices;
  readonly #pairs: readonly Pair[];
  readonly #firstDepths = new Map<PoolIndex, bigint>();
  readonly #loop: BackgroundLoop;

  constructor(options: PriceWalkOptions) {
    this.#options = options;
    this.#references = new ReferencePrices(options.random);
    const tradable = options.view.describe(options.pools).filter(isQuotable);
    for (const pool of tradable) if (isPricedByVaults(pool.venue)) this.#firstDepths.set(pool.index, depthOf(pool));
    this.#pairs = groupPairs(tradable);
    const quotes = this.#quotes(options.chainClock);
    for (const pair of this.#pairs) this.#references.add(pair, startPriceX64(pair, tradable, quotes));
    this.#loop = new BackgroundLoop({
      clock: options.clock,
      nextDelayMs: () => this.#nextDelayMs(),
      step: async () => this.step(),
      onFault: options.onFault,
    });
  }

  /** The pairs that are walked. */
  get pairs(): readonly Pair[] {
    return this.#pairs;
  }

  start(): void {
    if (this.#pairs.length > 0) this.#loop.start();
  }

  async pause(): Promise<void> {
    await this.#loop.pause();
  }

  /** Moves one price. */
  async step(): Promise<void> {
    const { random, view, counters } = this.#options;
    const pair = this.#pairs[random.nextInt(this.#pairs.length)];
    if (pair === undefined) return;
    this.#references.drift();
    await view.refresh(pair.pools);
    const pools = view.describe(pair.pools);
    const chosen = random.nextInt(pair.pools.length);
    const other = (chosen + 1 + random.nextInt(pair.pools.length - 1)) % pair.pools.length;
    const [pool, sibling] = [pools[chosen], pools[other]];
    if (!pool || !sibling || ![pool, sibling].every(isQuotable) || (await this.#restoreDepth(pool))) {
      counters.walkSkips += 1;
      return;
    }
    await this.#nudge(pair, pool, sibling);
  }

  async #nudge(pair: Pair, pool: PoolDescription, sibling: PoolDescription): Promise<void> {
    const { random, mover, view, counters } = this.#options;
    const clock = await view.chainClock();
    const quotes = this.#quotes(clock);
    const priceX64 = (member: PoolDescription): bigint => pairPriceX64(member, quotedPriceX64(quotes, member));
    const poolX64 = priceX64(pool);
    const prices = { poolX64, siblingX64: priceX64(sibling), referenceX64: this.#references.priceX64(pair) };
    if (poolX64 === 0n || prices.siblingX64 === 0n || prices.referenceX64 === 0n) {
      counters.walkSkips += 1;
      return;
    }
    const targetX64 = planNudge(prices, random);
    const direction = directionToward(pool, targetX64, poolX64);
    const inputReserve = direction === Direction.AToB ? pool.reserveA : pool.reserveB;
    const guess = inputForMove(inputReserve, poolX64, targetX64);
    const amountIn = inputToMove(quotes, pool, { direction, fromX64: poolX64, toX64: targetX64, guess });
    if (amountIn === 0n) {
      counters.walkSkips += 1;
      return;
    }
    const outcome = await mover.move({ pool, direction, amountIn, clock });
    if (outcome === 'moved') counters.walkTrades += 1;
    else if (outcome === 'failed') counters.walkFailures += 1;
    else counters.walkSkips += 1;
  }

  #quotes(clock: ChainClock): PoolQuotes {
    const { core, view } = this.#options;
    return { core, store: view.store, clock };
  }

  /** True when the pool had to be restored; its price stays as it was. Where the price is no ratio of vaults, its depth is left alone. */
  async #restoreDepth(pool: PoolDescription): Promise<boolean> {
    const first = this.#firstDepths.get(pool.index);
    const now = depthOf(pool);
    if (first === undefined || now === 0n) return false;
    if (now * 100n <= first * DEEPEST_PERCENT && now * 100n >= first * SHALLOWEST_PERCENT) return false;
    const deltaA = (pool.reserveA * first) / now - pool.reserveA;
    const deltaB = (pool.reserveB * first) / now - pool.reserveB;
    const isRestored = await this.#options.vaultWriter.shift(pool, deltaA, deltaB);
    if (isRestored) this.#options.counters.depthRestorations += 1;
    return isRestored;
  }

  /** Half to one and a half times the mean, so that steps do not beat in time with slots. */
  #nextDelayMs(): number {
    const meanMs = 1_000 / this.#options.gapsPerSecond;
    return (meanMs * (500 + this.#options.timingRandom.nextInt(1_001))) / 1_000;
  }
}

function isQuotable(pool: PoolDescription): boolean {
  return pool.ready && pool.disabledCode === null;
}

/** The side of a square pool as deep as this one. */
function depthOf(pool: PoolDescription): bigint {
  return squareRoot(pool.reserveA * pool.reserveB);
}

/** A pair starts from the price of its deepest pool. */
function startPriceX64(pair: Pair, pools: readonly PoolDescription[], quotes: PoolQuotes): bigint {
  const members = pools.filter((pool) => pair.pools.includes(pool.index));
  const deepest = members.reduce((best, pool) => (depthOf(pool) > depthOf(best) ? pool : best));
  return pairPriceX64(deepest, quotedPriceX64(quotes, deepest));
}
