import { feeAmount } from '../../../math/fee.js';
import { QuoteRefusal } from '../../quote.js';

// Fee rates of Meteora DLMM: `dlmm-sdk` `commons/src/extensions/lb_pair.rs` (fb02e51), which mirrors the program.

/** Denominator of the rates. */
export const BILLIONTHS = 1_000_000_000n;
/** No fee is above a tenth. */
export const MAX_RATE = 100_000_000n;
/** What one bin adds to the volatility. */
const VOLATILITY_STEP = 10_000;
/** Divides the variable part. */
const VARIABLE_SCALE = 100_000_000_000n;
const U32_MAX = 0xffff_ffff;
const I64_MAX = (1n << 63n) - 1n;

/** The fields that say how fees follow the price. */
export interface FeeParameters {
  /** What is charged at rest; capped already. */
  readonly baseRate: bigint;
  /** `variable_fee_control * bin_step^2`. */
  readonly variableFactor: bigint;
  readonly maxAccumulator: number;
  /** Seconds. */
  readonly filterPeriod: number;
  readonly decayPeriod: number;
  /** Ten-thousandths. */
  readonly reductionFactor: number;
}

/** The fields that swaps move. */
export interface Volatility {
  readonly accumulator: number;
  readonly reference: number;
  readonly indexReference: number;
  /** Unix seconds. */
  readonly lastUpdate: bigint;
}

/** The rates of one swap: its references are set once at its start. */
export class FeeSchedule {
  readonly reference: number;
  readonly indexReference: number;
  readonly #parameters: FeeParameters;
  /** The last rate found: far from the reference it is the same in every bin. */
  #lastAccumulator = -1;
  #lastRate = 0n;

  constructor(parameters: FeeParameters, reference: number, indexReference: number) {
    this.#parameters = parameters;
    this.reference = reference;
    this.indexReference = indexReference;
  }

  /** Returns the volatility accumulator in a bin. */
  accumulator(id: number): number {
    return this.#accumulatorAtDistance(Math.abs(this.indexReference - id));
  }

  /** Returns the fee rate in a bin, billionths. */
  rate(id: number): bigint {
    return this.#rateAt(this.accumulator(id));
  }

  /** Returns the fee rate so many bins from the reference; it never falls with the distance. */
  rateAtDistance(distance: number): bigint {
    return this.#rateAt(this.#accumulatorAtDistance(distance));
  }

  /** Ids and the volatility are below 2^33, so that nothing here passes what a number holds exactly. */
  #accumulatorAtDistance(distance: number): number {
    return Math.min(this.reference + distance * VOLATILITY_STEP, this.#parameters.maxAccumulator);
  }

  #rateAt(accumulator: number): bigint {
    if (accumulator === this.#lastAccumulator) return this.#lastRate;
    const { baseRate, variableFactor } = this.#parameters;
    const square = BigInt(accumulator) * BigInt(accumulator);
    const rate = baseRate + (variableFactor * square + VARIABLE_SCALE - 1n) / VARIABLE_SCALE;
    this.#lastAccumulator = accumulator;
    this.#lastRate = rate > MAX_RATE ? MAX_RATE : rate;
    return this.#lastRate;
  }
}

/** Returns the schedule of a swap that starts at `activeId` (`update_references`), or why there is none. */
export function scheduleOf(
  parameters: FeeParameters,
  volatility: Volatility,
  activeId: number,
  unixTimestamp: bigint,
): FeeSchedule | QuoteRefusal {
  const elapsed = signedSeconds(unixTimestamp) - volatility.lastUpdate;
  if (elapsed > I64_MAX) return QuoteRefusal.MathOverflow;
  if (elapsed < BigInt(parameters.filterPeriod)) {
    return new FeeSchedule(parameters, volatility.reference, volatility.indexReference);
  }
  if (elapsed >= BigInt(parameters.decayPeriod)) return new FeeSchedule(parameters, 0, activeId);
  const reduced = volatility.accumulator * parameters.reductionFactor;
  if (reduced > U32_MAX) return QuoteRefusal.MathOverflow;
  return new FeeSchedule(parameters, Math.floor(reduced / 10_000), activeId);
}

/** Returns the time as the program holds it; no cluster's clock is beyond. */
export function signedSeconds(unixTimestamp: bigint): bigint {
  return unixTimestamp > I64_MAX ? I64_MAX : unixTimestamp;
}

/** Returns the fee contained in an amount, rounded up (`compute_fee_from_amount`). */
export function feeWithin(amount: bigint, rate: bigint): bigint | undefined {
  return feeAmount(amount, rate, BILLIONTHS);
}

/** Returns the fee to add to an amount that has none yet, rounded up (`compute_fee`). */
export function feeOnTop(amount: bigint, rate: bigint): bigint | undefined {
  return feeAmount(amount, rate, BILLIONTHS - rate);
}
