import { type Direction, type Quote, SwapMode } from '../../../../core-api.js';
import { MILLIONTHS, amountBeforeFee, feeAmount } from '../../../math/fee.js';
import { Rounding, U64_MAX, mulDiv } from '../../../math/mul-div.js';
import {
  type TransferFeeConfig,
  afterTransferFee,
  beforeTransferFee,
  transferFeeAt,
} from '../../../math/transfer-fee.js';
import { inputFor, outputFor } from '../../constant-product.js';
import type { ConfigRates } from './layout.js';
import type { Terms } from './quote.js';

// What a swap leaves behind: `programs/cp-swap/src/instructions/swap_base_input.rs` and `states/pool.rs` (`update_fees`), fees
// split as in `curve/calculator.rs`.

/** What a swap moves: into and out of the vaults, and what of it is owed on each side from then on. */
export interface Movement {
  readonly arriving: bigint;
  readonly leaving: bigint;
  readonly owedIn: bigint;
  readonly owedOut: bigint;
}

/** The quoted swap whose movement is asked for. */
export interface QuotedSwap {
  readonly terms: Terms;
  readonly config: ConfigRates;
  readonly direction: Direction;
  readonly mode: SwapMode;
  readonly quote: Quote;
  readonly epoch: bigint;
}

/** Returns what a quoted swap moves; undefined where a value passes 64 bits. */
export function findMovement(swap: QuotedSwap): Movement | undefined {
  const flows = swap.mode === SwapMode.ExactOut ? findExactOut(swap) : findExactIn(swap);
  if (flows === undefined) return undefined;
  const { arriving, leaving, inputFee, creatorFeeOut } = flows;
  const { config, terms } = swap;
  const creatorRate = terms.inputRate > config.trade ? terms.inputRate - config.trade : 0n;
  // Every share rounds down; the pool keeps the rest.
  const creatorIn =
    terms.splitsInputFee && creatorRate !== 0n ? mulDiv(inputFee, creatorRate, terms.inputRate, Rounding.Down) : 0n;
  if (creatorIn === undefined || creatorIn > inputFee) return undefined;
  const tradeFee = inputFee - creatorIn;
  const protocol = mulDiv(tradeFee, config.protocolShare, MILLIONTHS, Rounding.Down);
  const fund = mulDiv(tradeFee, config.fundShare, MILLIONTHS, Rounding.Down);
  if (protocol === undefined || fund === undefined) return undefined;
  const owedIn = protocol + fund + creatorIn;
  return owedIn > U64_MAX ? undefined : { arriving, leaving, owedIn, owedOut: creatorFeeOut };
}

interface Flows {
  readonly arriving: bigint;
  readonly leaving: bigint;
  /** Trade and creator fee, where both are taken from the input. */
  readonly inputFee: bigint;
  readonly creatorFeeOut: bigint;
}

function findExactIn({ terms, quote, epoch }: QuotedSwap): Flows | undefined {
  const arriving = withFee(terms.inputTransferFee, epoch, quote.amountIn, afterTransferFee);
  if (arriving === undefined) return undefined;
  const inputFee = feeAmount(arriving, terms.inputRate, MILLIONTHS);
  if (inputFee === undefined || inputFee > arriving) return undefined;
  const given = outputFor(arriving - inputFee, terms.reserveIn, terms.reserveOut);
  if (given < 0n) return undefined;
  const creatorFeeOut = feeAmount(given, terms.outputRate, MILLIONTHS);
  if (creatorFeeOut === undefined || creatorFeeOut > given) return undefined;
  return { arriving, leaving: given - creatorFeeOut, inputFee, creatorFeeOut };
}

function findExactOut({ terms, quote, epoch }: QuotedSwap): Flows | undefined {
  const arriving = withFee(terms.inputTransferFee, epoch, quote.amountIn, afterTransferFee);
  const leaving = withFee(terms.outputTransferFee, epoch, quote.amountOut, beforeTransferFee);
  if (arriving === undefined || leaving === undefined) return undefined;
  const given = amountBeforeFee(leaving, terms.outputRate, MILLIONTHS);
  if (given === undefined) return undefined;
  const swapped = inputFor(given, terms.reserveIn, terms.reserveOut);
  if (swapped < 0n || swapped > arriving) return undefined;
  return { arriving, leaving, inputFee: arriving - swapped, creatorFeeOut: given - leaving };
}

function withFee(
  config: TransferFeeConfig | undefined,
  epoch: bigint,
  amount: bigint,
  apply: typeof afterTransferFee,
): bigint | undefined {
  return config === undefined ? amount : apply(transferFeeAt(config, epoch), amount);
}
