import { Direction } from '../../../../core-api.js';
import { MILLIONTHS, feeAmount } from '../../../math/fee.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import {
  AddOrRemove,
  amountADelta,
  amountBDelta,
  nextSqrtPriceFromA,
  nextSqrtPriceFromB,
} from '../../../math/sqrt-price.js';
import { MAX_SQRT_PRICE, MIN_SQRT_PRICE } from './tick-math.js';

// One step of a swap, within which liquidity and fee are the same: `programs/whirlpool/src/math/{swap_math.rs,token_math.rs}`.

/** Which amount of a swap is given. */
export const Given = { Input: 0, Output: 1 } as const;
export type Given = (typeof Given)[keyof typeof Given];

/** What a step starts from. */
export interface StepStart {
  readonly direction: Direction;
  readonly given: Given;
  /** What is left of the given amount. */
  readonly remaining: bigint;
  readonly sqrtPrice: bigint;
  readonly liquidity: bigint;
  /** Price at which the step ends at the latest. */
  readonly target: bigint;
  /** Millionths; below all of them. */
  readonly feeRate: bigint;
}

/** What a step does. */
export interface Step {
  readonly sqrtPrice: bigint;
  /** Without the fee. */
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  readonly fee: bigint;
}

/** Above 64 bits: the program goes on with such an amount only where it is too much to be reached. */
const TOO_MUCH = -1n;
/** The largest products that the program can shift by 64 bits lie below this. */
const SHIFTABLE = 1n << 192n;

/** Returns the step, `compute_swap`; undefined where the program fails at a number. */
export function takeStep(start: StepStart): Step | undefined {
  const { given, remaining, target, feeRate } = start;
  const kept = MILLIONTHS - feeRate;
  const isInput = given === Given.Input;
  const usable = isInput ? (remaining * kept) / MILLIONTHS : remaining;
  const toTarget = delta(start, target, given);
  if (toTarget === undefined) return undefined;
  const isReachable = toTarget !== TOO_MUCH && toTarget <= usable;
  const sqrtPrice = isReachable ? target : nextPrice(start, usable);
  if (sqrtPrice === undefined) return undefined;
  const reachesTarget = sqrtPrice === target;
  const fixed = reachesTarget && toTarget !== TOO_MUCH ? toTarget : delta(start, sqrtPrice, given);
  const derived = delta(start, sqrtPrice, isInput ? Given.Output : Given.Input);
  if (fixed === undefined || derived === undefined || fixed === TOO_MUCH || derived === TOO_MUCH) return undefined;
  const amountIn = isInput ? fixed : derived;
  const amountOut = isInput ? derived : fixed < remaining ? fixed : remaining;
  const fee = isInput && !reachesTarget ? remaining - amountIn : feeAmount(amountIn, feeRate, kept);
  return fee === undefined || fee < 0n ? undefined : { sqrtPrice, amountIn, amountOut, fee };
}

/**
 * Returns what a move to a price takes in (rounded up) or gives out (rounded down), `TOO_MUCH` above 64 bits; undefined where the
 * program fails.
 */
function delta(start: StepStart, to: bigint, side: Given): bigint | undefined {
  const { direction, sqrtPrice, liquidity } = start;
  const isInput = side === Given.Input;
  const rounding = isInput ? Rounding.Up : Rounding.Down;
  let amount: bigint | undefined;
  if ((direction === Direction.AToB) === isInput) {
    if (liquidity * (to > sqrtPrice ? to - sqrtPrice : sqrtPrice - to) >= SHIFTABLE) return undefined;
    amount = amountADelta(sqrtPrice, to, liquidity, rounding);
  } else {
    amount = amountBDelta(sqrtPrice, to, liquidity, rounding);
  }
  return amount === undefined || amount > U64_MAX ? TOO_MUCH : amount;
}

/** Returns the price after the given amount, `get_next_sqrt_price`; undefined where the program fails. */
function nextPrice(start: StepStart, amount: bigint): bigint | undefined {
  const { direction, given, sqrtPrice, liquidity } = start;
  const change = given === Given.Input ? AddOrRemove.Add : AddOrRemove.Remove;
  if ((direction === Direction.AToB) !== (given === Given.Input)) {
    return nextSqrtPriceFromB(sqrtPrice, liquidity, amount, change);
  }
  if (liquidity * sqrtPrice >= SHIFTABLE) return undefined;
  const price = nextSqrtPriceFromA(sqrtPrice, liquidity, amount, change);
  return price === undefined || price < MIN_SQRT_PRICE || price > MAX_SQRT_PRICE ? undefined : price;
}
