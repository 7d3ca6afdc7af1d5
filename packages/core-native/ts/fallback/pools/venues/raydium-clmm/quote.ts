import { type ChainClock, Direction, SwapMode } from '../../../../core-api.js';
import { MILLIONTHS } from '../../../math/fee.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import { amountADelta, amountBDelta } from '../../../math/sqrt-price.js';
import { type TransferFee, afterTransferFee, beforeTransferFee, transferFeeAt } from '../../../math/transfer-fee.js';
import { divWide256, mulDivU128, mulShr64 } from '../../../math/wide.js';
import type { SwapBounds } from '../../pool.js';
import { QuoteRefusal, REFUSED } from '../../quote.js';
import type { Mint } from '../../token-mint.js';
import { type DynamicFee, MAX_RATE, leastRate, spacingIndex, withReference } from './dynamic-fee.js';
import { FEE_ON_TOKEN_0, FEE_ON_TOKEN_1, type Identity, type Pair, type PoolState } from './layout.js';
import { spanAmounts } from './span.js';
import { MAX_SQRT_PRICE, MIN_SQRT_PRICE } from './tick-math.js';
import { MAX_STEPS, type Start, Walk } from './walk.js';
import type { Meeting } from './window.js';

// Quotes: `programs/amm/src/instructions/swap_v2.rs`, `exact_internal_v2` (2026-07).

/** `PoolStatusBitIndex::Swap`: set means swaps are off. */
const STATUS_SWAP_DISABLED = 1 << 4;
/** The part of the time that the program goes by (`oracle::block_timestamp`). */
const TIME_MASK = 0xffff_ffffn;

/** What was decoded of a pool and its accounts, as far as a quote reads it. */
export interface Parts {
  readonly identity: Identity;
  readonly state: PoolState;
  /** The configuration's trade fee, millionths. */
  readonly baseRate: number | undefined;
  readonly mints: Pair<Mint | undefined>;
  readonly meeting: Meeting;
}

/** One order as the walk sees it. A swap that takes what it can is one with a price limit here, never a mode. */
export interface Fill {
  readonly direction: Direction;
  readonly isExactIn: boolean;
  readonly amount: bigint;
  /** Zero for none. */
  readonly sqrtPriceLimit: bigint;
  readonly clock: ChainClock;
  readonly onMatch?: (place: number, unfilled: bigint) => void;
}

/** Why no quote succeeds whatever the amount and the time, or undefined. */
export function findGate({ state, baseRate, mints: [mint0, mint1] }: Parts): QuoteRefusal | undefined {
  if (baseRate === undefined || mint0 === undefined || mint1 === undefined) return QuoteRefusal.AccountMissing;
  if (mint0.terms.hasUnsupportedExtension || mint1.terms.hasUnsupportedExtension) {
    return QuoteRefusal.FeatureUnsupported;
  }
  return (state.status & STATUS_SWAP_DISABLED) !== 0 ? QuoteRefusal.SwapDisabled : undefined;
}

/** Why no quote succeeds at a time whatever the amount, or undefined. The program asks for a time after the opening. */
export function findGateAt(parts: Parts, clock: ChainClock): QuoteRefusal | undefined {
  const gate = findGate(parts);
  return gate === undefined && clock.unixTimestamp <= parts.state.openTime ? QuoteRefusal.NotOpen : gate;
}

function isFeeOnInput(feeOn: number, direction: Direction): boolean {
  return feeOn !== (direction === Direction.AToB ? FEE_ON_TOKEN_1 : FEE_ON_TOKEN_0);
}

function transferFeeOf(mint: Mint | undefined, epoch: bigint): TransferFee | undefined {
  const config = mint?.terms.transferFee;
  return config && transferFeeAt(config, epoch);
}

/** What a swap takes from the payer and gives to the receiver, and the walk that it made. */
export class Filled {
  amountIn = 0n;
  amountOut = 0n;
  walk: Walk | undefined;

  /** Quotes. Returns why the program would refuse, or 0. */
  fill(parts: Parts, fill: Fill): QuoteRefusal | 0 {
    const gate = findGateAt(parts, fill.clock);
    if (gate !== undefined) return gate;
    if (fill.amount === 0n) return QuoteRefusal.AmountZero;
    const [input, output] = fill.direction === Direction.AToB ? ([0, 1] as const) : ([1, 0] as const);
    const inputFee = transferFeeOf(parts.mints[input], fill.clock.epoch);
    const outputFee = transferFeeOf(parts.mints[output], fill.clock.epoch);
    // What the pool sees: the input that arrives, or the output from which the transfer fee goes off.
    const specified = fill.isExactIn ? after(inputFee, fill.amount) : before(outputFee, fill.amount);
    if (specified === undefined) return QuoteRefusal.MathOverflow;
    if (specified === 0n) return QuoteRefusal.AmountZero;
    const start = findStart(parts, fill, specified);
    if (start === undefined) return QuoteRefusal.LiquidityExceeded;
    const walk = new Walk(start);
    const refusal = walk.run();
    if (refusal !== 0) return refusal;
    if (fill.sqrtPriceLimit === 0n && walk.toGo !== 0n) return QuoteRefusal.LiquidityExceeded;
    const swapped = specified - walk.toGo;
    const poolIn = fill.isExactIn ? swapped : walk.other;
    const poolOut = fill.isExactIn ? walk.other : swapped;
    if (poolIn === 0n || poolOut === 0n) return QuoteRefusal.OutputZero;
    const isWhole = fill.isExactIn && walk.toGo === 0n;
    const amountIn = isWhole ? fill.amount : before(inputFee, poolIn);
    const amountOut = after(outputFee, poolOut);
    if (amountIn === undefined || amountOut === undefined) return QuoteRefusal.MathOverflow;
    [this.amountIn, this.amountOut, this.walk] = [amountIn, amountOut, walk];
    return 0;
  }
}

function after(fee: TransferFee | undefined, amount: bigint): bigint | undefined {
  return fee === undefined ? amount : afterTransferFee(fee, amount);
}

function before(fee: TransferFee | undefined, amount: bigint): bigint | undefined {
  return fee === undefined ? amount : beforeTransferFee(fee, amount);
}

/** Returns the net output (exact in) or the gross input (exact out), or a refusal. */
export function tryFill(parts: Parts, fill: Fill): bigint {
  const filled = new Filled();
  const refusal = filled.fill(parts, fill);
  if (refusal !== 0) return REFUSED[refusal];
  return fill.isExactIn ? filled.amountOut : filled.amountIn;
}

/** Returns the order of a mode without a price limit; undefined for a mode that the instruction cannot say. */
export function fillOf(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Fill | undefined {
  if (mode === SwapMode.PartialFill) return undefined;
  return { direction, isExactIn: mode === SwapMode.ExactIn, amount, sqrtPriceLimit: 0n, clock };
}

const NO_LIMITS: Pair<bigint> = [MIN_SQRT_PRICE + 1n, MAX_SQRT_PRICE - 1n];

/** Returns where a walk starts; undefined where its price limit is not ahead of the price. */
function findStart(parts: Parts, fill: Fill, amount: bigint): Start | undefined {
  const { state, identity, baseRate = 0 } = parts;
  const limit = fill.sqrtPriceLimit === 0n ? NO_LIMITS[fill.direction] : fill.sqrtPriceLimit;
  const isAhead =
    fill.direction === Direction.AToB
      ? limit < state.sqrtPrice && limit > MIN_SQRT_PRICE
      : limit > state.sqrtPrice && limit < MAX_SQRT_PRICE;
  if (!isAhead) return undefined;
  const { dynamicFee } = state;
  const now = fill.clock.unixTimestamp & TIME_MASK;
  return {
    ...startWithoutFees(parts, fill, amount, limit),
    baseRate,
    dynamicFee: dynamicFee && withReference(dynamicFee, spacingIndex(state.tick, identity.tickSpacing), now),
    terms: {
      direction: fill.direction,
      isExactIn: fill.isExactIn,
      isFeeOnInput: isFeeOnInput(state.feeOn, fill.direction),
    },
    ...(fill.onMatch && { onMatch: fill.onMatch }),
  };
}

function startWithoutFees(
  { state, identity, meeting }: Parts,
  { direction, isExactIn }: Pick<Fill, 'direction' | 'isExactIn'>,
  amount: bigint,
  limit: bigint,
): Start {
  return {
    meeting,
    sqrtPrice: state.sqrtPrice,
    liquidity: state.liquidity,
    tick: state.tick,
    tickSpacing: identity.tickSpacing,
    baseRate: 0,
    dynamicFee: undefined,
    terms: { direction, isExactIn, isFeeOnInput: true },
    amount,
    limit,
  };
}

/**
 * Returns a tick of the last array that any swap of an order needs, whatever the time: where a swap without fees ends. Undefined
 * where that one runs out of known ticks.
 */
export function farthestTick(parts: Parts, fill: Pick<Fill, 'direction' | 'isExactIn' | 'amount'>): number | undefined {
  const amount = fill.isExactIn ? fill.amount : mostOutput(parts, fill);
  const walk = new Walk(startWithoutFees(parts, fill, amount, NO_LIMITS[fill.direction]));
  return walk.run() === 0 ? walk.target : undefined;
}

/**
 * Returns the most that leaves the pool where an amount arrives: the transfer fee of any epoch and the greatest fee on outputs
 * come on top, and what rounding may take at each step.
 */
function mostOutput(parts: Parts, { direction, amount }: Pick<Fill, 'direction' | 'amount'>): bigint {
  const config = parts.mints[direction === Direction.AToB ? 1 : 0]?.terms.transferFee;
  let most = amount;
  if (config !== undefined) {
    const [older, newer] = [config.older, config.newer].map((fee) => beforeTransferFee(fee, amount) ?? U64_MAX);
    most = (older ?? 0n) > (newer ?? 0n) ? (older ?? 0n) : (newer ?? 0n);
  }
  if (isFeeOnInput(parts.state.feeOn, direction)) return most;
  const rate = parts.state.dynamicFee === undefined ? (parts.baseRate ?? 0) : MAX_RATE;
  const rounded = most + BigInt(MAX_STEPS) > U64_MAX ? U64_MAX : most + BigInt(MAX_STEPS);
  if (rate === 0) return rounded;
  const kept = MILLIONTHS - BigInt(rate);
  const gross = (rounded * MILLIONTHS + kept - 1n) / kept;
  return gross > U64_MAX ? U64_MAX : gross;
}

/** Returns what no swap in a direction can pass. Transfer fees are left out: they only take away. */
export function findBounds(
  parts: Parts,
  available: Pair<bigint>,
  direction: Direction,
  clock: ChainClock,
): SwapBounds | undefined {
  const maxOut = available[direction === Direction.AToB ? 1 : 0];
  const { state, identity, baseRate } = parts;
  if (findGateAt(parts, clock) !== undefined || maxOut === 0n || baseRate === undefined) return undefined;
  const rate = leastRateOf(state.dynamicFee, { baseRate, tick: state.tick, tickSpacing: identity.tickSpacing }, clock);
  // The first unit trades at the best price: every step moves it away. Rounds up.
  const price =
    direction === Direction.AToB
      ? mulShr64(state.sqrtPrice, state.sqrtPrice, Rounding.Up)
      : divWide256(1n << 192n, state.sqrtPrice * state.sqrtPrice, Rounding.Up);
  if (price === undefined) return undefined;
  const rateX64 = mulDivU128(price, MILLIONTHS - BigInt(rate), MILLIONTHS, Rounding.Up);
  return rateX64 === undefined ? undefined : { rateX64, maxOut };
}

function leastRateOf(
  fee: DynamicFee | undefined,
  pool: { baseRate: number; tick: number; tickSpacing: number },
  clock: ChainClock,
): number {
  return fee === undefined ? pool.baseRate : leastRate(fee, { ...pool, now: clock.unixTimestamp & TIME_MASK });
}

/** Returns what can be taken out within the known ticks, A first, rounded up for each. */
export function findAvailable({ state, meeting }: Pick<Parts, 'state' | 'meeting'>): Pair<bigint> {
  return [availableOut(state, meeting, Direction.BToA), availableOut(state, meeting, Direction.AToB)];
}

function availableOut(state: PoolState, meeting: Meeting, direction: Direction): bigint {
  const { ticks, spans, first, last, split } = meeting;
  const isDown = direction === Direction.AToB;
  const nearest = isDown ? split - 1 : split;
  const tick = nearest >= first && nearest < last ? ticks[nearest] : undefined;
  if (tick === undefined) return 0n;
  const { sqrtPrice, liquidity } = state;
  let total =
    (isDown
      ? amountBDelta(tick.sqrtPrice, sqrtPrice, liquidity, Rounding.Up)
      : amountADelta(sqrtPrice, tick.sqrtPrice, liquidity, Rounding.Up)) ?? U64_MAX;
  // A span that is not known may give anything, or ends what can be swapped: the most is right either way.
  const [from, to] = isDown ? [first, split - 1] : [split, last - 1];
  for (let place = from; place < to; place += 1) {
    const amounts = spanAmounts(spans[place], direction);
    total += amounts === undefined ? U64_MAX : amounts.amountOut + 1n;
  }
  for (let place = isDown ? first : split; place < (isDown ? split : last); place += 1) {
    total += ticks[place]?.unfilled ?? 0n;
  }
  return total > U64_MAX ? U64_MAX : total;
}
