import { Direction, SwapMode } from '@tandem/core-native';
import type { ChainClock, CoreApi, PoolDescription } from '@tandem/core-native';
import type { Random } from '@tandem/engine/ports';
import { isPricedByVaults } from '../seed/sandbox-venues.js';
import { isQuoteRefusal } from './quote-refusal.js';
import type { PoolView } from './pool-view.js';
import type { Trader } from './trader.js';
import type { VaultWriter } from './vault-writer.js';

/** One move of one pool: an exact input on one side. */
export interface PriceMove {
  readonly pool: PoolDescription;
  readonly direction: Direction;
  readonly amountIn: bigint;
  readonly clock: ChainClock;
}

/** What became of a move: `refused` when the pool would not take it, `failed` when its transaction did. */
export type MoveOutcome = 'moved' | 'refused' | 'failed';

/** How the walk moves prices on a cluster. */
export interface PriceMover {
  move(move: PriceMove): Promise<MoveOutcome>;
}

/** The walk accepts this share of its quote: whoever trades in between may move the price a little. */
const ACCEPTED_PERCENT = 95n;

export interface SwapMoverOptions {
  readonly core: CoreApi;
  readonly view: PoolView;
  readonly traders: readonly Trader[];
  readonly random: Random;
}

/** Moves prices as a market does: by swaps of wallets, in real transactions. */
export class SwapMover implements PriceMover {
  readonly #options: SwapMoverOptions;

  constructor(options: SwapMoverOptions) {
    this.#options = options;
  }

  async move({ pool, direction, amountIn, clock }: PriceMove): Promise<MoveOutcome> {
    const { core, view, traders, random } = this.#options;
    const trader = traders[random.nextInt(traders.length)];
    if (trader === undefined) return 'refused';
    let amountOut: bigint;
    try {
      ({ amountOut } = core.quote(view.store, pool.index, direction, SwapMode.ExactIn, amountIn, clock));
    } catch (error) {
      if (isQuoteRefusal(error)) return 'refused';
      throw error;
    }
    const minAmountOut = (amountOut * ACCEPTED_PERCENT) / 100n;
    const result = await trader.swap([{ pool, direction, amountIn, minAmountOut }]);
    return result.error === null ? 'moved' : 'failed';
  }
}

/** Moves each pool in the cheapest way its venue allows: by its vaults where they are the price, by a swap where they are not. */
export class CheapestMover implements PriceMover {
  readonly #reserves: PriceMover;
  readonly #swaps: PriceMover;

  constructor(reserves: PriceMover, swaps: PriceMover) {
    this.#reserves = reserves;
    this.#swaps = swaps;
  }

  async move(move: PriceMove): Promise<MoveOutcome> {
    return isPricedByVaults(move.pool.venue) ? this.#reserves.move(move) : this.#swaps.move(move);
  }
}

/** Moves prices by writing vaults, for pools whose price they are, on clusters on which every transaction makes the next one dearer. */
export class ReserveMover implements PriceMover {
  readonly #writer: VaultWriter;

  constructor(writer: VaultWriter) {
    this.#writer = writer;
  }

  async move({ pool, direction, amountIn }: PriceMove): Promise<MoveOutcome> {
    const isAToB = direction === Direction.AToB;
    const [reserveIn, reserveOut] = isAToB ? [pool.reserveA, pool.reserveB] : [pool.reserveB, pool.reserveA];
    // Rounded down: the pool keeps the remainder, as in a swap.
    const amountOut = (reserveOut * amountIn) / (reserveIn + amountIn);
    const [deltaA, deltaB] = isAToB ? [amountIn, -amountOut] : [-amountOut, amountIn];
    return (await this.#writer.shift(pool, deltaA, deltaB)) ? 'moved' : 'refused';
  }
}
