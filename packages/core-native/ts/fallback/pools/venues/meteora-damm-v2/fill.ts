import type { Direction } from '../../../../core-api.js';
import { amountBeforeFee, feeAmount } from '../../../math/fee.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { type TransferFee, afterTransferFee, beforeTransferFee } from '../../../math/transfer-fee.js';
import { QuoteRefusal } from '../../quote.js';
import { FeeBase, baseNumerator } from './base-fee.js';
import { type Moved, give, giveAlongReserves, giveWhatFits, take, takeAlongReserves } from './curve.js';
import type { Terms } from './quote.js';
import { BILLIONTHS } from './rate-limiter.js';

// One swap with its fees: `programs/cp-amm/src/state/pool.rs` (`get_swap_result_from_*`) within
// `instructions/swap/{swap_exact_in.rs,swap_exact_out.rs,swap_partial_fill.rs}`.

/** A priced swap. */
export interface Fill {
  /** Gross debit of the payer and net credit. */
  readonly paid: bigint;
  readonly received: bigint;
  readonly moved: Moved;
  /** The pool's fee, in the token it is taken in. */
  readonly fee: bigint;
}

/** One swap's circumstances. */
export interface Side {
  readonly terms: Terms;
  readonly direction: Direction;
  readonly isFeeOnInput: boolean;
  /** Now, in what the pool's activation counts in. */
  readonly point: bigint;
  readonly reserveIn: bigint;
  readonly reserveOut: bigint;
  /** Transfer fees of the input and of the output. */
  readonly feeIn: TransferFee | undefined;
  readonly feeOut: TransferFee | undefined;
}

/** Prices a fixed input. */
export function fillExactIn(side: Side, amount: bigint): Fill | QuoteRefusal {
  const arriving = arrivingOf(side, amount);
  if (arriving === undefined) return QuoteRefusal.MathOverflow;
  if (arriving === 0n) return QuoteRefusal.AmountZero;
  const numerator = numeratorOf(side, FeeBase.Included, arriving);
  if (numerator === undefined) return QuoteRefusal.MathOverflow;
  if (!side.isFeeOnInput) {
    const moved = giveTo(side, arriving);
    return typeof moved === 'number' ? moved : fillOfOutput(side, { paid: amount, moved, numerator });
  }
  const fee = feeAmount(arriving, numerator, BILLIONTHS);
  if (fee === undefined || fee > arriving) return QuoteRefusal.MathOverflow;
  const moved = giveTo(side, arriving - fee);
  if (typeof moved === 'number') return moved;
  const received = afterTransfer(side.feeOut, moved.leaving);
  return received === undefined ? QuoteRefusal.MathOverflow : { paid: amount, received, moved, fee };
}

/** Prices a fixed output. */
export function fillExactOut(side: Side, amount: bigint): Fill | QuoteRefusal {
  const sent = beforeTransfer(side.feeOut, amount);
  const taken = sent === undefined || side.isFeeOnInput ? sent : grossOf(side, sent);
  if (sent === undefined || taken === undefined) return QuoteRefusal.MathOverflow;
  const { curve } = side.terms;
  const moved =
    curve === undefined
      ? takeAlongReserves(taken, side.reserveIn, side.reserveOut)
      : take(curve, side.direction, taken);
  if (typeof moved === 'number') return moved;
  const gross = side.isFeeOnInput ? grossOf(side, moved.entering) : moved.entering;
  const paid = gross === undefined ? undefined : beforeTransfer(side.feeIn, gross);
  if (gross === undefined || paid === undefined) return QuoteRefusal.MathOverflow;
  return { paid, received: amount, moved, fee: side.isFeeOnInput ? gross - moved.entering : taken - sent };
}

/** Prices what the range takes of an input. */
export function fillPartially(side: Side, amount: bigint): Fill | QuoteRefusal {
  const arriving = arrivingOf(side, amount);
  if (arriving === undefined) return QuoteRefusal.MathOverflow;
  if (arriving === 0n) return QuoteRefusal.AmountZero;
  const numerator = numeratorOf(side, FeeBase.Included, arriving);
  const feeIn = side.isFeeOnInput && numerator !== undefined ? feeAmount(arriving, numerator, BILLIONTHS) : 0n;
  if (numerator === undefined || feeIn === undefined || feeIn > arriving) return QuoteRefusal.MathOverflow;
  const offered = arriving - feeIn;
  const { curve } = side.terms;
  const moved = curve === undefined ? giveTo(side, offered) : giveWhatFits(curve, side.direction, offered);
  if (typeof moved === 'number') return moved;
  let gross: bigint | undefined = arriving;
  if (moved.entering !== offered) gross = side.isFeeOnInput ? grossOf(side, moved.entering) : moved.entering;
  if (gross === 0n) return QuoteRefusal.AmountZero;
  if (!side.isFeeOnInput) {
    const fill = fillOfOutput(side, { paid: 0n, moved, numerator });
    const paid = gross === undefined ? undefined : beforeTransfer(side.feeIn, gross);
    if (typeof fill === 'number') return fill;
    return paid === undefined ? QuoteRefusal.MathOverflow : { ...fill, paid };
  }
  const received = afterTransfer(side.feeOut, moved.leaving);
  const paid = gross === undefined ? undefined : beforeTransfer(side.feeIn, gross);
  if (gross === undefined || received === undefined || paid === undefined) return QuoteRefusal.MathOverflow;
  return { paid, received, moved, fee: gross - moved.entering };
}

/** Returns the fill of a swap whose output pays the fee. */
function fillOfOutput(
  side: Side,
  { paid, moved, numerator }: { readonly paid: bigint; readonly moved: Moved; readonly numerator: bigint },
): Fill | QuoteRefusal {
  const fee = feeAmount(moved.leaving, numerator, BILLIONTHS);
  if (fee === undefined || fee > moved.leaving) return QuoteRefusal.MathOverflow;
  const received = afterTransfer(side.feeOut, moved.leaving - fee);
  return received === undefined ? QuoteRefusal.MathOverflow : { paid, received, moved, fee };
}

function giveTo(side: Side, entering: bigint): Moved | QuoteRefusal {
  const { curve } = side.terms;
  return curve === undefined
    ? giveAlongReserves(entering, side.reserveIn, side.reserveOut)
    : give(curve, side.direction, entering);
}

/** `get_total_fee_numerator`: base and dynamic fee up to the largest; undefined where the program overflows. */
function numeratorOf(side: Side, base: FeeBase, amount: bigint): bigint | undefined {
  const { terms, direction, point } = side;
  const { baseFee } = terms;
  const fee = baseFee.kind === 'constant' ? baseFee.fee : baseNumerator(baseFee, { direction, base, amount, point });
  if (fee === undefined) return undefined;
  const total = fee + terms.dynamicNumerator;
  if (total > U64_MAX) return undefined;
  return total > terms.maxNumerator ? terms.maxNumerator : total;
}

/** Returns an amount with the fee that comes on top of it, rounded up; undefined where the program overflows. */
function grossOf(side: Side, net: bigint): bigint | undefined {
  const numerator = numeratorOf(side, FeeBase.Excluded, net);
  return numerator === undefined ? undefined : amountBeforeFee(net, numerator, BILLIONTHS);
}

function arrivingOf(side: Side, amount: bigint): bigint | undefined {
  return side.feeIn === undefined ? amount : afterTransferFee(side.feeIn, amount);
}

function afterTransfer(fee: TransferFee | undefined, amount: bigint): bigint | undefined {
  return fee === undefined ? amount : afterTransferFee(fee, amount);
}

/** `calculate_transfer_fee_included_amount`, which asks nothing for nothing, whatever the rate. */
function beforeTransfer(fee: TransferFee | undefined, net: bigint): bigint | undefined {
  return fee === undefined || net === 0n ? net : beforeTransferFee(fee, net);
}
