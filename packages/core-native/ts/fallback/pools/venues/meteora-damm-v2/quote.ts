import { type ChainClock, Direction, SwapMode } from '../../../../core-api.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import { type TransferFeeConfig, transferFeeAt } from '../../../math/transfer-fee.js';
import { mulShr64, shl64Div } from '../../../math/wide.js';
import { marginalRateX64 } from '../../constant-product.js';
import type { SwapBounds } from '../../pool.js';
import { QuoteRefusal } from '../../quote.js';
import type { MintTerms } from '../../token-mint.js';
import { type BaseFee, baseFeeAt, leastNumerator } from './base-fee.js';
import { type Range, rangeReserves } from './curve.js';
import { dynamicNumerator, pricedFrom } from './dynamic-fee.js';
import { type Fill, type Side, fillExactIn, fillExactOut, fillPartially } from './fill.js';
import { type ActivationType, CollectFeeMode, type Pair, type PoolState, isFeeOnInput, pointOf } from './layout.js';
import { BILLIONTHS } from './rate-limiter.js';

// What a quote reads, its gates and its bounds: `programs/cp-amm/src/state/pool.rs`.

/** What a quote reads. */
export interface Terms {
  /** Why there is no quote whatever the amount and the time. */
  readonly gate: QuoteRefusal | undefined;
  readonly activationType: ActivationType;
  readonly collectFeeMode: CollectFeeMode;
  readonly protocolPercent: bigint;
  readonly compoundingBps: bigint;
  readonly activationPoint: bigint;
  /** Unix seconds before which the program has no price to compare with. */
  readonly pricedFrom: bigint;
  readonly baseFee: BaseFee;
  readonly dynamicNumerator: bigint;
  readonly maxNumerator: bigint;
  readonly reserves: Pair<bigint>;
  /** What the counters of each token's protocol fees can still take. */
  readonly feeRooms: Pair<bigint>;
  /** The range of prices; undefined where the pool prices along its reserves. */
  readonly curve: Range | undefined;
  readonly transferFees: Pair<TransferFeeConfig | undefined>;
}

/** Returns the terms of what was decoded. */
export function findTerms(state: PoolState, mints: Pair<MintTerms | undefined>): Terms {
  const curve = state.collectFeeMode === CollectFeeMode.Compounding ? undefined : state;
  const baseFee = baseFeeAt(state.baseFee, state);
  const dynamic = state.dynamicFee === undefined ? 0n : dynamicNumerator(state.dynamicFee);
  const reserves = reservesOf(state);
  const isComputable = baseFee !== undefined && dynamic !== undefined && reserves !== undefined;
  const room = (side: 0 | 1): bigint => {
    const [owed, total] = [state.protocolFees[side], state.totalProtocolFees[side]];
    return U64_MAX - (owed > total ? owed : total);
  };
  return {
    gate: findGate(state, mints) ?? (isComputable ? undefined : QuoteRefusal.MathOverflow),
    activationType: state.activationType,
    collectFeeMode: state.collectFeeMode,
    protocolPercent: state.protocolFeePercent,
    compoundingBps: state.compoundingFeeBps,
    activationPoint: state.activationPoint,
    pricedFrom: state.dynamicFee === undefined ? 0n : pricedFrom(state.dynamicFee),
    baseFee: baseFee ?? { kind: 'constant', fee: 0n },
    dynamicNumerator: dynamic ?? 0n,
    maxNumerator: state.maxFeeNumerator,
    reserves: reserves ?? [0n, 0n],
    feeRooms: [room(0), room(1)],
    curve,
    transferFees: [mints[0]?.transferFee, mints[1]?.transferFee],
  };
}

/**
 * Returns the reserves that the program counts; it starts to with the first swap of an old pool
 * (`update_layout_version_if_needed`). Undefined where they pass 64 bits.
 */
function reservesOf(state: PoolState): Pair<bigint> | undefined {
  if (state.tokenAmounts !== undefined) return state.tokenAmounts;
  const [reserveA, reserveB] = rangeReserves(state, Rounding.Up);
  return reserveA === undefined || reserveB === undefined ? undefined : [reserveA, reserveB];
}

function findGate(state: PoolState, [mintA, mintB]: Pair<MintTerms | undefined>): QuoteRefusal | undefined {
  if (mintA === undefined || mintB === undefined) return QuoteRefusal.AccountMissing;
  if (mintA.hasUnsupportedExtension || mintB.hasUnsupportedExtension) return QuoteRefusal.FeatureUnsupported;
  if (!state.isEnabled) return QuoteRefusal.SwapDisabled;
  const isEmpty = state.collectFeeMode === CollectFeeMode.Compounding && state.tokenAmounts?.includes(0n) === true;
  return state.liquidity === 0n || isEmpty ? QuoteRefusal.LiquidityExceeded : undefined;
}

/** Returns why there is no quote at a time whatever the amount, if so. */
export function findClosed(terms: Terms, clock: ChainClock): QuoteRefusal | undefined {
  if (terms.gate !== undefined) return terms.gate;
  if (pointOf(terms.activationType, clock) < terms.activationPoint) return QuoteRefusal.NotOpen;
  return clock.unixTimestamp < terms.pricedFrom ? QuoteRefusal.MathOverflow : undefined;
}

/** Prices a swap, or says why not. */
export function findFill(
  terms: Terms,
  wish: { readonly direction: Direction; readonly mode: SwapMode; readonly amount: bigint; readonly clock: ChainClock },
): Fill | QuoteRefusal {
  const { direction, mode, amount, clock } = wish;
  const closed = findClosed(terms, clock);
  if (closed !== undefined) return closed;
  if (amount === 0n) return QuoteRefusal.AmountZero;
  const side = sideOf(terms, direction, clock);
  let fill: Fill | QuoteRefusal;
  if (mode === SwapMode.ExactIn) fill = fillExactIn(side, amount);
  else fill = mode === SwapMode.ExactOut ? fillExactOut(side, amount) : fillPartially(side, amount);
  if (typeof fill === 'number') return fill;
  return isBookable(side, fill) ? fill : QuoteRefusal.MathOverflow;
}

function sideOf(terms: Terms, direction: Direction, clock: ChainClock): Side {
  const [input, output] = direction === Direction.AToB ? ([0, 1] as const) : ([1, 0] as const);
  const [feeIn, feeOut] = [terms.transferFees[input], terms.transferFees[output]];
  return {
    terms,
    direction,
    isFeeOnInput: isFeeOnInput(terms.collectFeeMode, direction),
    point: pointOf(terms.activationType, clock),
    reserveIn: terms.reserves[input],
    reserveOut: terms.reserves[output],
    feeIn: feeIn && transferFeeAt(feeIn, clock.epoch),
    feeOut: feeOut && transferFeeAt(feeOut, clock.epoch),
  };
}

/** Returns whether the program's counters take the swap (`apply_swap_result`). */
function isBookable(side: Side, fill: Fill): boolean {
  const { terms, direction, isFeeOnInput: isOnInput } = side;
  const afterIn = side.reserveIn + fill.moved.entering;
  const afterOut = side.reserveOut - fill.moved.leaving;
  if (afterIn > U64_MAX || afterOut < 0n) return false;
  const room = terms.feeRooms[isOnInput || direction === Direction.AToB ? 1 : 0];
  const reserveB = direction === Direction.AToB ? afterOut : afterIn;
  // Nearly always all of the fee would fit, so that its shares need not be known.
  if (fill.fee <= room && reserveB + fill.fee <= U64_MAX) return true;
  const { protocol, compounding } = splitFee(terms, fill.fee);
  return protocol <= room && reserveB + compounding <= U64_MAX;
}

/** Returns the protocol's share of a fee and what of the rest stays in the reserve of token B, both rounded down. */
export function splitFee(
  { protocolPercent, compoundingBps }: Pick<Terms, 'protocolPercent' | 'compoundingBps'>,
  fee: bigint,
): { readonly protocol: bigint; readonly compounding: bigint } {
  const protocol = (fee * protocolPercent) / 100n;
  return { protocol, compounding: ((fee - protocol) * compoundingBps) / 10_000n };
}

/** Returns what no swap in a direction can pass, if any can be quoted. Transfer fees are left out: they only take away. */
export function findBounds(terms: Terms, direction: Direction, clock: ChainClock): SwapBounds | undefined {
  const least = leastNumerator(terms.baseFee, pointOf(terms.activationType, clock));
  if (least === undefined || least + terms.dynamicNumerator > U64_MAX) return undefined;
  const total = least + terms.dynamicNumerator;
  const kept = BILLIONTHS - (total > terms.maxNumerator ? terms.maxNumerator : total);
  const [reserveA, reserveB] = terms.reserves;
  if (terms.curve === undefined) {
    const [input, output] = direction === Direction.AToB ? [reserveA, reserveB] : [reserveB, reserveA];
    const rateX64 = marginalRateX64(input, output, kept, BILLIONTHS);
    return rateX64 === undefined ? undefined : { rateX64, maxOut: output };
  }
  const beforeFees = rateBeforeFees(terms.curve, direction);
  if (beforeFees === undefined) return undefined;
  const [heldA, heldB] = findHeld(terms);
  const rateX64 = (beforeFees * kept + BILLIONTHS - 1n) / BILLIONTHS;
  return { rateX64, maxOut: direction === Direction.AToB ? heldB : heldA };
}

/** Returns the price of the range, Q64.64, rounded up; that of B as 2^192 / price^2 in two steps, each rounded up. */
function rateBeforeFees({ sqrtPrice }: Range, direction: Direction): bigint | undefined {
  if (direction === Direction.AToB) return mulShr64(sqrtPrice, sqrtPrice, Rounding.Up);
  const inverse = shl64Div(1n << 64n, sqrtPrice, Rounding.Up);
  return inverse === undefined ? undefined : shl64Div(inverse, sqrtPrice, Rounding.Up);
}

/** Returns what can be taken out, A first. */
export function findHeld(terms: Terms): [bigint, bigint] {
  const { curve, reserves } = terms;
  if (curve === undefined) return [...reserves];
  const held = rangeReserves(curve, Rounding.Down);
  const least = (side: 0 | 1): bigint => {
    const inRange = held[side] ?? U64_MAX;
    return inRange < reserves[side] ? inRange : reserves[side];
  };
  return [least(0), least(1)];
}
