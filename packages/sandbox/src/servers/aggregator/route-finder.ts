import { Direction, SwapMode } from '@tandem/core-native';
import type { PoolDescription } from '@tandem/core-native';
import { isQuoteRefusal } from '../../market/quote-refusal.js';
import { addressKey, addressText, uniqueAddresses } from '../../seed/addresses.js';
import { equalBytes } from '../../seed/token-accounts.js';
import type { MarketPicture } from './market-picture.js';
import { routerRefusal } from './router-error.js';
import { legMints, routerStep, venueLabel, type RouteLeg } from './venue-steps.js';

/** What a route is looked for. */
export interface RouteWish {
  readonly inputMint: Uint8Array;
  readonly outputMint: Uint8Array;
  readonly amountIn: bigint;
  /** Venues by the router's names: only these, where there are any. */
  readonly dexes: readonly string[];
  /** Never these. */
  readonly excludeDexes: readonly string[];
  readonly onlyDirectRoutes: boolean;
  /** The most accounts that the swaps may name together. */
  readonly maxAccounts: number;
}

const PROBE_SHARE = 1_000n;
const NO_USER = { owner: new Uint8Array(32), source: new Uint8Array(32), destination: new Uint8Array(32) };

/** Finds the direct or two-hop route with the largest output; of equals the shorter one, then that of the lower pools. @throws RouterError */
export function findRoute(picture: MarketPicture, wish: RouteWish): readonly RouteLeg[] {
  for (const mint of [wish.inputMint, wish.outputMint]) {
    if (!picture.pools.some((pool) => hasMint(pool, mint)))
      throw routerRefusal('TOKEN_NOT_TRADABLE', addressText(mint));
  }
  const finder = new RouteFinder(picture, wish);
  const routes = finder.routes().sort(byOutput);
  const chosen = routes.find((route) => countAccounts(picture, route) <= wish.maxAccounts);
  if (chosen !== undefined) return chosen;
  if (routes.length > 0) throw routerRefusal('NO_ROUTES_FOUND', 'maxAccounts is too low');
  if (finder.isExceeded) throw routerRefusal('ROUTE_PLAN_DOES_NOT_CONSUME_ALL_THE_AMOUNT');
  throw routerRefusal(finder.isFiltered ? 'NO_ROUTES_FOUND' : 'COULD_NOT_FIND_ANY_ROUTE');
}

/** Returns by how much of itself the price of a route is worse than that of a thousandth of the amount, as a decimal ratio. */
export function priceImpact(picture: MarketPicture, route: readonly RouteLeg[]): string {
  const [first, last] = [route[0], route.at(-1)];
  if (first === undefined || last === undefined) return '0';
  const probeIn = first.amountIn / PROBE_SHARE + 1n;
  let probeOut = probeIn;
  for (const leg of route) probeOut = quoteOut(picture, leg, probeOut).amountOut;
  if (probeOut === 0n) return '0';
  const DIGITS = 1_000_000_000n;
  // Rounds down: for display.
  const kept = (last.amountOut * probeIn * DIGITS) / (first.amountIn * probeOut);
  const lost = kept >= DIGITS ? 0n : DIGITS - kept;
  return `${lost / DIGITS}.${String(lost % DIGITS).padStart(9, '0')}`;
}

/** Looks at every pair of pools: a sandbox has few. */
class RouteFinder {
  readonly #picture: MarketPicture;
  readonly #wish: RouteWish;
  /** A pool refused because it has too little. */
  isExceeded = false;
  /** A pool of the input was left out because of what the caller wants. */
  isFiltered = false;

  constructor(picture: MarketPicture, wish: RouteWish) {
    this.#picture = picture;
    this.#wish = wish;
  }

  routes(): (readonly RouteLeg[])[] {
    const { inputMint, outputMint, amountIn, onlyDirectRoutes } = this.#wish;
    const routes: (readonly RouteLeg[])[] = [];
    for (const first of this.#legs(inputMint, amountIn)) {
      const { mintOut } = legMints(first);
      if (equalBytes(mintOut, outputMint)) {
        routes.push([first]);
        continue;
      }
      for (const second of this.#legs(mintOut, first.amountOut)) {
        if (!equalBytes(legMints(second).mintOut, outputMint)) continue;
        if (onlyDirectRoutes) this.isFiltered = true;
        else routes.push([first, second]);
      }
    }
    return routes;
  }

  *#legs(mintIn: Uint8Array, amountIn: bigint): Generator<RouteLeg> {
    for (const pool of this.#picture.pools) {
      if (!hasMint(pool, mintIn)) continue;
      if (!this.#isWanted(pool)) {
        this.isFiltered = true;
        continue;
      }
      const direction = equalBytes(pool.mintA, mintIn) ? Direction.AToB : Direction.BToA;
      const { amountOut, code } = quoteOut(this.#picture, { pool, direction }, amountIn);
      this.isExceeded ||= code === 'QUOTE_LIQUIDITY_EXCEEDED' || code === 'QUOTE_MATH_OUT_OF_RANGE';
      if (amountOut > 0n) yield { pool, direction, amountIn, amountOut };
    }
  }

  #isWanted({ venue }: PoolDescription): boolean {
    const { dexes, excludeDexes } = this.#wish;
    const label = venueLabel(venue);
    return (dexes.length === 0 || dexes.includes(label)) && !excludeDexes.includes(label);
  }
}

/** Quotes one leg; zero, and why, where the pool refuses. */
export function quoteOut(
  { core, store, clock }: MarketPicture,
  { pool, direction }: Pick<RouteLeg, 'pool' | 'direction'>,
  amountIn: bigint,
): { readonly amountOut: bigint; readonly code?: string } {
  try {
    return { amountOut: core.quote(store, pool.index, direction, SwapMode.ExactIn, amountIn, clock).amountOut };
  } catch (error) {
    if (isQuoteRefusal(error)) return { amountOut: 0n, code: (error as { readonly code: string }).code };
    throw error;
  }
}

function hasMint(pool: PoolDescription, mint: Uint8Array): boolean {
  return equalBytes(pool.mintA, mint) || equalBytes(pool.mintB, mint);
}

function countAccounts({ core, store }: MarketPicture, route: readonly RouteLeg[]): number {
  const accounts = route.flatMap((leg) => routerStep(core, store, leg, NO_USER).accounts);
  return uniqueAddresses(accounts.map(({ address }) => address)).length;
}

function byOutput(left: readonly RouteLeg[], right: readonly RouteLeg[]): number {
  const [leftOut, rightOut] = [left.at(-1)?.amountOut ?? 0n, right.at(-1)?.amountOut ?? 0n];
  if (leftOut !== rightOut) return leftOut > rightOut ? -1 : 1;
  if (left.length !== right.length) return left.length - right.length;
  return poolKeys(left) < poolKeys(right) ? -1 : 1;
}

function poolKeys(route: readonly RouteLeg[]): string {
  return route.map(({ pool }) => addressKey(pool.address)).join('');
}
