import { type ChainClock, Direction, type Quote, SwapMode } from '../../../../core-api.js';
import {
  type TransferFee,
  type TransferFeeConfig,
  afterTransferFee,
  beforeTransferFee,
  transferFeeAt,
} from '../../../math/transfer-fee.js';
import { QuoteRefusal } from '../../quote.js';
import type { Mint } from '../../token-mint.js';
import { AdaptiveFee, type Oracle, type Variables, swappedAt } from './adaptive-fee.js';
import type { Identity, PoolState } from './layout.js';
import { Given } from './swap-step.js';
import { MAX_SQRT_PRICE, MIN_SQRT_PRICE } from './tick-math.js';
import { Walk, type WalkStart } from './walk.js';
import type { Window } from './window.js';

// Quotes of Whirlpool: `programs/whirlpool/src/instructions/v2/swap.rs` around the walk over the ticks, with the transfer fees of
// `util/v2/token.rs`.

/** Everything that was decoded of a pool. */
export interface Parts {
  readonly identity: Identity;
  readonly state: PoolState;
  readonly window: Window;
  readonly oracle: Oracle | undefined;
  readonly mints: readonly [Mint | undefined, Mint | undefined];
}

/** What is asked for; a price limit of 0 means none. */
export interface Order {
  readonly direction: Direction;
  readonly mode: SwapMode;
  readonly amount: bigint;
  readonly sqrtPriceLimit: bigint;
  readonly clock: ChainClock;
}

/** A swap that was walked. */
export interface Walked {
  readonly quote: Quote;
  readonly walk: Walk;
  /** What the oracle holds afterwards. */
  readonly variables: Variables | undefined;
}

/** Returns why there is no quote whatever the amount and the time, if so. */
export function findGate({ identity, oracle, mints: [mintA, mintB] }: Parts): QuoteRefusal | undefined {
  if (mintA === undefined || mintB === undefined || (identity.isAdaptive && oracle === undefined)) {
    return QuoteRefusal.AccountMissing;
  }
  const isUnsupported = mintA.terms.hasUnsupportedExtension || mintB.terms.hasUnsupportedExtension;
  return isUnsupported ? QuoteRefusal.FeatureUnsupported : undefined;
}

/**
 * Returns the time of a swap. Our clock may be behind the chain's, but a swap that lands is never older than the pool's last: the
 * program takes the same clock for both.
 */
export function swapTime({ oracle, state: { updatedAt } }: Parts, { unixTimestamp }: ChainClock): bigint {
  const latest = unixTimestamp > updatedAt ? unixTimestamp : updatedAt;
  const swapped = oracle === undefined ? 0n : swappedAt(oracle);
  return latest > swapped ? latest : swapped;
}

/** Returns whether a swap at this time comes before trading opens. */
export function isBeforeOpening(parts: Parts, clock: ChainClock): boolean {
  return parts.oracle !== undefined && swapTime(parts, clock) < parts.oracle.tradeEnableTimestamp;
}

/** Quotes an order that no gate refuses, or returns why not. */
export function walkOrder(parts: Parts, order: Order): Walked | QuoteRefusal {
  const { direction, mode, amount, clock } = order;
  const [feeIn, feeOut] = transferFeesAt(parts.mints, direction, clock.epoch);
  if (mode === SwapMode.PartialFill) return QuoteRefusal.FeatureUnsupported;
  const isInput = mode === SwapMode.ExactIn;
  const given = isInput ? afterFee(feeIn, amount) : beforeFee(feeOut, amount);
  if (given === undefined) return QuoteRefusal.MathOverflow;
  const start = findWalkStart(parts, { direction, given: isInput ? Given.Input : Given.Output, amount: given }, order);
  if (typeof start === 'number') return start;
  const fees = findFees(parts, direction, clock);
  const walk = new Walk(start);
  const refusal = walk.run(fees);
  if (refusal !== undefined) return refusal;
  if (!isInput && walk.remaining > 0n && order.sqrtPriceLimit === 0n) return QuoteRefusal.LiquidityExceeded;
  const used = given - walk.remaining;
  const isWhole = isInput && walk.remaining === 0n;
  const amountIn = isWhole ? amount : beforeFee(feeIn, isInput ? used : walk.derived);
  const amountOut = afterFee(feeOut, isInput ? walk.derived : used);
  if (amountIn === undefined || amountOut === undefined) return QuoteRefusal.MathOverflow;
  const variables =
    typeof fees === 'bigint' ? undefined : fees.finish(start.sqrtPrice, walk.sqrtPrice, swapTime(parts, clock));
  return { quote: { amountIn, amountOut }, walk, variables };
}

/** Returns the static rate, or the schedule of a pool whose fee adapts. */
export function findFees(parts: Parts, direction: Direction, clock: ChainClock): bigint | AdaptiveFee {
  const { state, oracle } = parts;
  if (oracle === undefined) return state.feeRate;
  const { feeRate: staticRate, tick } = state;
  return new AdaptiveFee({ oracle, staticRate, direction, tick, now: swapTime(parts, clock) });
}

/** Returns where a swap starts, or why it cannot: the checks that stand before it in the program. */
export function findWalkStart(
  { state, window }: Parts,
  given: Pick<WalkStart, 'direction' | 'given' | 'amount'>,
  { sqrtPriceLimit }: Pick<Order, 'sqrtPriceLimit'>,
): WalkStart | QuoteRefusal {
  const { sqrtPrice, liquidity } = state;
  const { direction, amount } = given;
  const down = direction === Direction.AToB;
  const limit = sqrtPriceLimit === 0n ? (down ? MIN_SQRT_PRICE : MAX_SQRT_PRICE) : sqrtPriceLimit;
  const isAhead = down ? limit < sqrtPrice && limit >= MIN_SQRT_PRICE : limit > sqrtPrice && limit <= MAX_SQRT_PRICE;
  if (!isAhead) return QuoteRefusal.LiquidityExceeded;
  if (amount === 0n) return QuoteRefusal.AmountZero;
  const { ticks } = window;
  // Field by field: spreading takes longer than a step.
  return { direction, given: given.given, amount, limit, sqrtPrice, liquidity, path: window.path(direction), ticks };
}

/** Returns the transfer fees of the mints, A first. */
export function transferFees(mints: Parts['mints']): [TransferFeeConfig | undefined, TransferFeeConfig | undefined] {
  return [mints[0]?.terms.transferFee, mints[1]?.terms.transferFee];
}

function transferFeesAt(
  mints: Parts['mints'],
  direction: Direction,
  epoch: bigint,
): [TransferFee | undefined, TransferFee | undefined] {
  const [configA, configB] = transferFees(mints);
  const feeA = configA && transferFeeAt(configA, epoch);
  const feeB = configB && transferFeeAt(configB, epoch);
  return direction === Direction.AToB ? [feeA, feeB] : [feeB, feeA];
}

function afterFee(fee: TransferFee | undefined, amount: bigint): bigint | undefined {
  return fee === undefined ? amount : afterTransferFee(fee, amount);
}

/** Returns what must be sent so that so much arrives; nothing for nothing, whatever the fee. */
function beforeFee(fee: TransferFee | undefined, net: bigint): bigint | undefined {
  return fee === undefined || net === 0n ? net : beforeTransferFee(fee, net);
}
