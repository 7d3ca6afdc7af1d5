import { type CoreApi, encodeInstructions, type StoreId, SwapMode } from '@tandem/core-native';
import { encodeBase58, findAddressBytes } from '../../chain/base58.js';
import { type CheckedSwap, checkRouterInstructions, raiseMinimum } from '../../jupiter/instruction-gate.js';
import type { SwapQuote, SwapRouter } from '../../ports/swap-router.js';
import type { Opportunity } from '../../strategy/opportunity.js';
import { type Refusal, refuse } from '../../validate/refusal.js';
import type { PlanRoute } from '../plan-route.js';
import type { LegLimit, SlippageProtector } from '../slippage-protector.js';
import type { TokenAccounts } from '../token-accounts.js';
import type { TokenAccountPlace } from '../wallet-instructions.js';

/** Which legs a router makes: all of them, in one instruction or one each, or all but the first. */
export type RouterForm = 'merged' | 'two-instructions' | 'mixed';

/** What the legs are asked with. */
export interface RouterLegsOptions {
  readonly core: CoreApi;
  readonly store: StoreId;
  readonly router: SwapRouter;
  readonly accounts: TokenAccounts;
  readonly protector: SlippageProtector;
  readonly currentSlot: () => bigint;
  readonly form: RouterForm;
  /** Oldest picture of the market a quote may rest on. */
  readonly maxAgeSlots: bigint;
}

/** The swaps of a route, checked, with everything a plan needs. */
export interface RoutedSwaps {
  readonly kind: 'routed';
  readonly route: PlanRoute;
  /** Packs the swaps; the last one demands at least so much of the base mint. */
  readonly pack: (minimumOut: bigint) => Uint8Array;
  /** What the last swap must give: break-even, or more. */
  readonly minimumOut: bigint;
  /** What the router says that it gives. */
  readonly amountOut: bigint;
  /** The wallet's token accounts that are written, by mint. */
  readonly places: ReadonlyMap<string, TokenAccountPlace>;
  readonly lookupTables: readonly Uint8Array[];
}

interface RoutedLeg {
  readonly quote: SwapQuote;
  readonly minimumOut: bigint;
}

/** Asks a router for the legs of an opportunity, and lets through only what the gate does. */
export class RouterLegs {
  readonly #options: RouterLegsOptions;

  constructor(options: RouterLegsOptions) {
    this.#options = options;
  }

  /** Returns the swaps, or why this router's answers make no plan. @throws JUPITER_*, and the core's errors for the direct leg */
  async load(opportunity: Opportunity, maxAccounts: number): Promise<RoutedSwaps | Refusal> {
    const limits = this.#options.protector.limits(opportunity);
    const first = limits[0];
    const last = limits.at(-1);
    const middle = opportunity.legs[0]?.mintOut;
    if (first === undefined || last === undefined || middle === undefined || limits.length < 2)
      return refuse('plan', 'PLAN_ROUTE_UNSUPPORTED', { legs: limits.length });
    const asked = { opportunity, maxAccounts, middle, minimumOut: last.minimumOut };
    return this.#options.form === 'mixed' ? this.#mixed(asked, first) : this.#jupiter(asked);
  }

  /** The first leg in the opportunity's own pool, the way back through the router, which takes exactly what the first must give. */
  async #mixed(asked: Asked, first: LegLimit): Promise<RoutedSwaps | Refusal> {
    const { opportunity, middle, minimumOut } = asked;
    const [leg] = opportunity.legs;
    const base = opportunity.base.mint;
    const quote = await this.#quote(asked, { from: middle, to: base, amountIn: first.minimumOut });
    const refusal = this.#judge([{ quote, minimumOut }]);
    if (refusal !== undefined) return refusal;
    if (leg === undefined || quote.steps.some(({ pool }) => pool === leg.poolAddress))
      return refuse('plan', 'PLAN_ROUTE_POOL_INVALID', { pool: leg?.poolAddress ?? '' });
    const places = this.#places([base, middle, ...mintsOf(quote)]);
    if (!(places instanceof Map)) return places;
    const direct = this.#directLeg(opportunity, first, places);
    const swap = await this.#instructions({ quote, minimumOut }, places);
    return {
      kind: 'routed',
      route: this.#route(leg.poolAddress, quote, [leg.venue, this.#options.router.name]),
      pack: (minimum) => concat(direct, encodeInstructions([raiseMinimum(swap.swap, minimum)])),
      minimumOut,
      amountOut: quote.amountOut,
      places,
      lookupTables: swap.lookupTables,
    };
  }

  /** Both legs through the router: the second quote starts from what the first one promises, and the first must keep its promise. */
  async #jupiter(asked: Asked): Promise<RoutedSwaps | Refusal> {
    const { opportunity, middle, minimumOut } = asked;
    const { router, form } = this.#options;
    const base = opportunity.base.mint;
    const there = await this.#quote(asked, { from: base, to: middle, amountIn: opportunity.amountIn });
    const back = await this.#quote(asked, { from: middle, to: base, amountIn: there.amountOut });
    const refusal = this.#judge([
      { quote: there, minimumOut: there.amountOut },
      { quote: back, minimumOut },
    ]);
    if (refusal !== undefined) return refusal;
    const isMerged = form === 'merged' && router.canMerge;
    const shared = there.steps.find(({ pool }) => back.steps.some((step) => step.pool === pool));
    if (shared !== undefined) return refuse('plan', 'PLAN_ROUTE_POOL_INVALID', { pool: shared.pool });
    const places = this.#places([base, middle, ...mintsOf(there), ...mintsOf(back)]);
    if (!(places instanceof Map)) return places;
    const legs = isMerged
      ? [{ quote: router.merge(there, back, minimumOut), minimumOut }]
      : // What the first leg gives above its minimum stays in the wallet as inventory: the second pays in exactly the minimum.
        [
          { quote: there, minimumOut: there.amountOut },
          { quote: back, minimumOut },
        ];
    const swaps: CheckedSwap[] = [];
    for (const leg of legs) swaps.push(await this.#instructions(leg, places));
    const before = encodeInstructions(swaps.slice(0, -1).map(({ swap }) => swap));
    const last = swaps.at(-1)?.swap;
    return {
      kind: 'routed',
      route: this.#route(
        there.steps[0]?.pool ?? '',
        back,
        legs.map(() => router.name),
      ),
      pack: (minimum) => concat(before, encodeInstructions(last === undefined ? [] : [raiseMinimum(last, minimum)])),
      minimumOut,
      amountOut: back.amountOut,
      places,
      lookupTables: swaps.flatMap(({ lookupTables }) => lookupTables),
    };
  }

  #quote({ maxAccounts }: Asked, leg: { from: string; to: string; amountIn: bigint }): Promise<SwapQuote> {
    return this.#options.router.quote({
      inputMint: leg.from,
      outputMint: leg.to,
      amountIn: leg.amountIn,
      // The minimum is ours and stands in the instruction.
      slippageBps: 0,
      maxAccounts,
      wallet: encodeBase58(this.#options.accounts.wallet),
      hops: 'any',
      sol: 'wrapped-only',
    });
  }

  /** A quote's age is judged when it arrives; what happens after that, the simulation judges. */
  #judge(legs: readonly RoutedLeg[]): Refusal | undefined {
    const slot = this.#options.currentSlot();
    const { maxAgeSlots } = this.#options;
    for (const { quote, minimumOut } of legs) {
      const { contextSlot, amountOut } = quote;
      if (contextSlot !== null && contextSlot + maxAgeSlots < slot)
        return refuse('plan', 'PLAN_QUOTE_EXPIRED', { contextSlot, slot, maxAgeSlots });
      if (amountOut < minimumOut || amountOut <= 0n)
        return refuse('plan', 'PLAN_LIMIT_EXCEEDED', { mint: quote.outputMint, minimumOut, amountOut });
      const strange = quote.steps.find(({ pool }) => findAddressBytes(pool) === null);
      if (strange !== undefined || quote.steps.length === 0)
        return refuse('plan', 'PLAN_ROUTE_POOL_INVALID', { pool: strange?.pool.slice(0, 60) ?? '' });
    }
    return undefined;
  }

  /** The wallet's accounts of all these mints, or the refusal that names the one that is missing. */
  #places(mints: readonly string[]): Map<string, TokenAccountPlace> | Refusal {
    const places = new Map<string, TokenAccountPlace>();
    for (const mint of mints) {
      const place = this.#options.accounts.find(mint);
      if (place === undefined) return refuse('plan', 'PLAN_TOKEN_ACCOUNT_MISSING', { mint });
      places.set(mint, place);
    }
    return places;
  }

  #directLeg({ legs }: Opportunity, limit: LegLimit, places: ReadonlyMap<string, TokenAccountPlace>): Uint8Array {
    const { core, store, accounts } = this.#options;
    const swaps = legs.slice(0, 1).map((leg) => ({
      pool: leg.pool,
      direction: leg.direction,
      mode: SwapMode.ExactIn,
      amount: limit.amountIn,
      limit: limit.minimumOut,
      sourceAccount: accountOf(places, leg.mintIn),
      destinationAccount: accountOf(places, leg.mintOut),
    }));
    return core.swapInstructions(store, accounts.wallet, swaps);
  }

  async #instructions(
    { quote, minimumOut }: RoutedLeg,
    places: ReadonlyMap<string, TokenAccountPlace>,
  ): Promise<CheckedSwap> {
    const { router, accounts } = this.#options;
    const sol = 'wrapped-only';
    const answer = await router.instructions(quote, { wallet: encodeBase58(accounts.wallet), sol, minimumOut });
    const source = placeOf(places, quote.inputMint);
    const destination = placeOf(places, quote.outputMint);
    const touched = new Set([quote.inputMint, quote.outputMint, ...mintsOf(quote)]);
    return checkRouterInstructions(answer, {
      wallet: accounts.wallet,
      inputMint: source.mint,
      outputMint: destination.mint,
      sourceAccount: source.account,
      destinationAccount: destination.account,
      ownedAccounts: mintsOf(quote).map((mint) => accountOf(places, mint)),
      protectedAccounts: [...accounts.all].flatMap(([mint, { account }]) => (touched.has(mint) ? [] : [account])),
      amountIn: quote.amountIn,
      minimumOut,
      sol,
    });
  }

  #route(poolA: string, last: SwapQuote, venues: readonly string[]): PlanRoute {
    return { poolA, poolB: last.steps.at(-1)?.pool ?? '', venues };
  }
}

interface Asked {
  readonly opportunity: Opportunity;
  readonly maxAccounts: number;
  /** The mint that is passed. */
  readonly middle: string;
  readonly minimumOut: bigint;
}

/** Every mint of a quote's steps, in their order. */
function mintsOf({ steps }: SwapQuote): string[] {
  return [...new Set(steps.flatMap(({ inputMint, outputMint }) => [inputMint, outputMint]))];
}

function accountOf(places: ReadonlyMap<string, TokenAccountPlace>, mint: string): Uint8Array {
  return placeOf(places, mint).account;
}

function placeOf(places: ReadonlyMap<string, TokenAccountPlace>, mint: string): TokenAccountPlace {
  const place = places.get(mint);
  if (place === undefined) throw new RangeError(`no token account of ${mint} was looked up`);
  return place;
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
