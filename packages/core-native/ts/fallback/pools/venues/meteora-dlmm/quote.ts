import { type ChainClock, Direction, SwapMode } from '../../../../core-api.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import {
  type TransferFee,
  type TransferFeeConfig,
  afterTransferFee,
  beforeTransferFee,
  transferFeeAt,
} from '../../../math/transfer-fee.js';
import { U128_MAX, mulDivU128 } from '../../../math/wide.js';
import type { SwapBounds } from '../../pool.js';
import { QuoteRefusal, REFUSED } from '../../quote.js';
import type { MintTerms } from '../../token-mint.js';
import { type Bin, BinFill, FeeSide, type Terms, available } from './bin.js';
import { BILLIONTHS, type FeeSchedule, MAX_RATE, feeOnTop, scheduleOf } from './fee.js';
import { ActivationKind, type BitmapExtension, type Identity, type PairState, arrayOfBin } from './layout.js';
import { REACH, type Window } from './window.js';

// Quotes of Meteora DLMM: `quote_exact_in` and `quote_exact_out` of `dlmm-sdk` `commons/src/quote.rs` (fb02e51), which mirrors the
// program.

/** What was decoded. Only the window is changed in place. */
export interface Parts {
  readonly identity: Identity;
  readonly state: PairState;
  readonly mints: readonly [MintTerms | undefined, MintTerms | undefined];
  readonly window: Window;
  readonly extensionAddress: Uint8Array;
  readonly extension: BitmapExtension | undefined;
  /** Why there is no quote whatever the amount and the time. */
  readonly gate: QuoteRefusal | undefined;
}

/** Is shown each bin that a walk fills, and the fill, which the next one writes over. */
export type Visit = (bin: Bin, fill: BinFill) => void;

/** What is quoted. */
export interface WalkOrder {
  readonly direction: Direction;
  readonly mode: SwapMode;
  readonly amount: bigint;
  readonly clock: ChainClock;
}

const FILL = new BinFill();

/** Returns why there is no quote whatever the amount and the time. */
export function findGate({ mints, state }: Pick<Parts, 'mints' | 'state'>): QuoteRefusal | undefined {
  const [x, y] = mints;
  if (x === undefined || y === undefined) return QuoteRefusal.AccountMissing;
  if (x.hasUnsupportedExtension || y.hasUnsupportedExtension) return QuoteRefusal.FeatureUnsupported;
  return state.isEnabled ? undefined : QuoteRefusal.SwapDisabled;
}

/** Returns why there is no quote at this time. */
export function gateAt({ gate, state }: Parts, clock: ChainClock): QuoteRefusal | undefined {
  if (gate !== undefined) return gate;
  const { kind, point } = state.activation;
  if (kind === ActivationKind.Open) return undefined;
  const now = kind === ActivationKind.Slot ? clock.slot : clock.unixTimestamp;
  return now < point ? QuoteRefusal.NotOpen : undefined;
}

/** Returns the rates of a swap that starts now, or why there are none. */
export function findSchedule({ state }: Parts, clock: ChainClock): FeeSchedule | QuoteRefusal {
  return scheduleOf(state.fees, state.volatility, state.activeId, clock.unixTimestamp);
}

/**
 * Quotes a swap and shows each bin that it fills: returns the net output of a fixed input, the gross input of a fixed output, or
 * a refusal.
 */
export function walk(parts: Parts, { direction, mode, amount, clock }: WalkOrder, visit?: Visit): bigint {
  const gate = gateAt(parts, clock);
  if (gate !== undefined) return REFUSED[gate];
  if (amount === 0n) return REFUSED[QuoteRefusal.AmountZero];
  if (mode === SwapMode.PartialFill) return REFUSED[QuoteRefusal.FeatureUnsupported];
  const inputFee = feeAt(parts, direction, clock.epoch);
  const outputFee = feeAt(parts, direction === Direction.AToB ? Direction.BToA : Direction.AToB, clock.epoch);
  const isExactIn = mode === SwapMode.ExactIn;
  const moved = isExactIn ? afterTransfer(inputFee, amount) : beforeTransfer(outputFee, amount);
  if (moved === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  if (moved === 0n) return REFUSED[QuoteRefusal.AmountZero];
  const schedule = findSchedule(parts, clock);
  if (typeof schedule === 'number') return REFUSED[schedule];
  const other = isExactIn
    ? walkInput(parts, direction, moved, schedule, visit)
    : walkOutput(parts, direction, moved, schedule, visit);
  if (other < 0n) return other;
  const result = isExactIn ? afterTransfer(outputFee, other) : beforeTransfer(inputFee, other);
  if (result === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  return isExactIn && result === 0n ? REFUSED[QuoteRefusal.OutputZero] : result;
}

function walkInput(
  { state, window }: Parts,
  direction: Direction,
  amount: bigint,
  schedule: FeeSchedule,
  visit: Visit | undefined,
): bigint {
  const terms = state.terms[direction];
  let left = amount;
  let output = 0n;
  for (const bins of window.bins(direction)) {
    for (const bin of bins) {
      if (available(bin, terms) === 0n) continue;
      if (!FILL.fillInput(bin, terms, left, schedule.rate(bin.id))) return REFUSED[QuoteRefusal.MathOverflow];
      visit?.(bin, FILL);
      left -= FILL.amountIn;
      output += FILL.amountOut;
      if (left < 0n || output > U64_MAX) return REFUSED[QuoteRefusal.MathOverflow];
      if (left === 0n) return output;
    }
  }
  return REFUSED[QuoteRefusal.LiquidityExceeded];
}

function walkOutput(
  { state, window }: Parts,
  direction: Direction,
  amount: bigint,
  schedule: FeeSchedule,
  visit: Visit | undefined,
): bigint {
  const terms = state.terms[direction];
  let left = amount;
  let input = 0n;
  for (const bins of window.bins(direction)) {
    for (const bin of bins) {
      if (available(bin, terms) === 0n) continue;
      if (!FILL.fillOutput(bin, terms, left, schedule.rate(bin.id))) return REFUSED[QuoteRefusal.MathOverflow];
      visit?.(bin, FILL);
      left -= FILL.amountOut;
      input += FILL.amountIn;
      if (left < 0n || input > U64_MAX) return REFUSED[QuoteRefusal.MathOverflow];
      if (left === 0n) return input;
    }
  }
  return REFUSED[QuoteRefusal.LiquidityExceeded];
}

/**
 * Returns how many arrays a swap needs at most, whatever the time, and one more: so without fees on what goes in, and with the
 * largest on what comes out. At most those in reach.
 */
export function arraysFor(parts: Parts, direction: Direction, mode: SwapMode, amount: bigint): number {
  const last =
    mode === SwapMode.ExactOut ? lastBinOfOutput(parts, direction, amount) : lastBinOfInput(parts, direction, amount);
  const arrays = parts.window.arrays(direction);
  const position = last === undefined ? -1 : arrays.findIndex(({ index }) => index === arrayOfBin(last));
  return Math.min(position < 0 ? REACH : position + 2, arrays.length);
}

/** Returns the bin in which a swap that pays no fee ends; undefined where the bins do not suffice. */
function lastBinOfInput({ state, window }: Parts, direction: Direction, amount: bigint): number | undefined {
  const terms: Terms = { ...state.terms[direction], feeSide: FeeSide.Input };
  let left = amount;
  for (const bin of window.bins(direction).flat()) {
    // No swap gets past a bin that cannot be priced.
    if (!FILL.fillInput(bin, terms, left, 0n)) return bin.id;
    left -= FILL.amountIn;
    if (left === 0n) return bin.id;
  }
  return undefined;
}

/** Returns the bin in which a swap ends that gives the amount after the largest fees; undefined where the bins do not suffice. */
function lastBinOfOutput(parts: Parts, direction: Direction, amount: bigint): number | undefined {
  const terms = parts.state.terms[direction];
  const outputFee = feeOf(parts, direction === Direction.AToB ? Direction.BToA : Direction.AToB);
  const before = (fee: TransferFee): bigint => beforeTransferFee(fee, amount) ?? U64_MAX;
  const sents = outputFee === undefined ? [amount] : [before(outputFee.older), before(outputFee.newer)];
  const sent = sents.reduce((largest, candidate) => (candidate > largest ? candidate : largest));
  const isFeeOnOutput = terms.feeSide === FeeSide.Output;
  let left = isFeeOnOutput ? capped(sent + (feeOnTop(sent, MAX_RATE) ?? U64_MAX)) : sent;
  for (const bin of parts.window.bins(direction).flat()) {
    const given = available(bin, terms);
    // Each bin may round its fee up by one.
    left = capped(left + (isFeeOnOutput && given > 0n ? 1n : 0n)) - given;
    if (left <= 0n) return bin.id;
  }
  return undefined;
}

/**
 * Returns what no swap in a direction can pass. Prices only get worse from the first bin on, and no bin's rate is below that of
 * the one nearest to where volatility is counted from. Transfer fees are left out: they only take away.
 */
export function findBounds(parts: Parts, direction: Direction, clock: ChainClock): SwapBounds | undefined {
  if (gateAt(parts, clock) !== undefined) return undefined;
  const schedule = findSchedule(parts, clock);
  if (typeof schedule === 'number') return undefined;
  const terms = parts.state.terms[direction];
  const first = firstBin(parts.window, terms);
  if (first === undefined || first.price === 0n) return undefined;
  const isDown = direction === Direction.AToB;
  const ahead = isDown ? schedule.indexReference - first.id : first.id - schedule.indexReference;
  // One above the quotient of 2^128 - 1 is 2^128 divided and rounded up.
  const price = isDown ? first.price : U128_MAX / first.price + 1n;
  const kept = BILLIONTHS - schedule.rateAtDistance(Math.max(ahead, 0));
  const rateX64 = mulDivU128(price > U128_MAX ? U128_MAX : price, kept, BILLIONTHS, Rounding.Up);
  return rateX64 === undefined ? undefined : { rateX64, maxOut: parts.window.depth(terms) };
}

function firstBin(window: Window, terms: Terms): Bin | undefined {
  for (const bins of window.bins(terms.direction)) {
    const first = bins.find((bin) => available(bin, terms) > 0n);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** Returns the transfer fees of the token that a direction pays with. */
function feeOf({ mints }: Parts, direction: Direction): TransferFeeConfig | undefined {
  return mints[direction]?.transferFee;
}

function feeAt(parts: Parts, direction: Direction, epoch: bigint): TransferFee | undefined {
  const config = feeOf(parts, direction);
  return config === undefined ? undefined : transferFeeAt(config, epoch);
}

function afterTransfer(fee: TransferFee | undefined, amount: bigint): bigint | undefined {
  return fee === undefined ? amount : afterTransferFee(fee, amount);
}

function beforeTransfer(fee: TransferFee | undefined, amount: bigint): bigint | undefined {
  return fee === undefined ? amount : beforeTransferFee(fee, amount);
}

function capped(sum: bigint): bigint {
  return sum > U64_MAX ? U64_MAX : sum;
}
