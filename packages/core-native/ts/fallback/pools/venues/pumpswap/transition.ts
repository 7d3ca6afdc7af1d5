import { Direction, InstructionSet, SwapMode, type SwapOrder } from '../../../../core-api.js';
import { TEN_THOUSANDTHS } from '../../../math/fee.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { QuoteRefusal, quoteError } from '../../quote.js';
import type { FeeRates } from './fee-schedule.js';
import type { GlobalConfig, PoolState } from './layout.js';
import { type Terms, buy, feeOn, sell, spend } from './quote.js';

// What a swap leaves behind: `programs/pump-amm/src/instructions/swap/{sell,buy,trade_v2}.rs`.

const I128_MIN = -(1n << 127n);

/** What a swap moves. `quote` is before fees: what leaves the curve in a sell, what enters it in a buy. */
export interface Trade {
  readonly direction: Direction;
  readonly instructions: InstructionSet;
  readonly base: bigint;
  readonly quote: bigint;
  readonly fees: FeeRates;
}

/** Returns what a swap moves. @throws QUOTE_* where the program would refuse */
export function findTrade(terms: Terms, order: SwapOrder, instructions: InstructionSet): Trade {
  const { direction, mode, amount } = order;
  const { lp, protocol, creator } = terms.rates;
  const feesOn = (quote: bigint): FeeRates => ({
    lp: feeOn(quote, lp),
    protocol: feeOn(quote, protocol),
    creator: feeOn(quote, creator),
  });
  // No instruction sells for a fixed output or takes a part of an amount.
  if (mode === SwapMode.PartialFill || (mode === SwapMode.ExactOut && direction === Direction.AToB))
    throw quoteError(QuoteRefusal.FeatureUnsupported);
  if (direction === Direction.BToA && mode === SwapMode.ExactIn) {
    const spending = spend(terms, amount);
    if (typeof spending === 'number') throw quoteError(spending);
    const { base, quote, feeBase } = spending;
    return { direction, instructions, base, quote, fees: feesOn(feeBase) };
  }
  const moved = direction === Direction.AToB ? sell(terms, amount) : buy(terms, amount);
  if (moved < 0n) throw quoteError(Number(-moved) as QuoteRefusal);
  const quote = curveQuote(terms, direction, amount);
  return { direction, instructions, base: amount, quote, fees: feesOn(quote) };
}

/** Returns the quote side of an amount of base before fees, which `sell` or `buy` has found priceable: down, or up. */
function curveQuote(terms: Terms, direction: Direction, base: bigint): bigint {
  if (direction === Direction.AToB) return (terms.quote * base) / (terms.base + base);
  const left = terms.base - base;
  return (terms.quote * base + left - 1n) / left;
}

/** The vaults' balances and the pool account's fields after a trade. */
export interface Booked {
  readonly base: bigint;
  readonly quote: bigint;
  readonly state: PoolState;
}

/**
 * Books a trade; undefined where a value passes its width. The older instructions pay the protocol's and the creator's fee out
 * of the vault; the newer ones pay the buyback share of the protocol's and keep the rest waiting there, outside of what is
 * priced.
 */
export function book(
  before: { readonly base: bigint; readonly quote: bigint; readonly state: PoolState },
  config: GlobalConfig,
  trade: Trade,
): Booked | undefined {
  const { lp, protocol, creator } = trade.fees;
  let { state } = before;
  let kept = 0n;
  if (trade.instructions === InstructionSet.Current) {
    const protocolKept = protocol - buyback(state, config, protocol);
    const waiting = state.waiting ?? { protocol: 0n, creator: 0n };
    kept = protocolKept + creator;
    state = {
      ...state,
      virtualQuoteReserves: state.virtualQuoteReserves - kept,
      waiting: { protocol: waiting.protocol + protocolKept, creator: waiting.creator + creator },
    };
  }
  const isSale = trade.direction === Direction.AToB;
  const base = isSale ? before.base + trade.base : before.base - trade.base;
  const quote = isSale ? before.quote - (trade.quote - lp - kept) : before.quote + trade.quote + lp + kept;
  const waiting = state.waiting ?? { protocol: 0n, creator: 0n };
  const widths = [base, quote, waiting.protocol, waiting.creator];
  if (widths.some((value) => value < 0n || value > U64_MAX) || state.virtualQuoteReserves < I128_MIN) return undefined;
  return { base, quote, state };
}

/** Returns the share of a protocol fee that is paid at once, rounded down; coins in mayhem mode have none. */
function buyback(state: PoolState, config: GlobalConfig, protocolFee: bigint): bigint {
  return state.isMayhemMode ? 0n : (protocolFee * config.buybackRate) / TEN_THOUSANDTHS;
}
