import { type Quote, SwapMode } from '../../core-api.js';
import { CoreError } from '../../core-error.js';

/**
 * Why a pool gives no quote. The number is the Rust `QuoteError` discriminant and the batch code; 0 is success.
 */
export const QuoteRefusal = {
  /** The amount is zero, or is zero after a transfer fee. */
  AmountZero: 1,
  /** The output would be zero. */
  OutputZero: 2,
  /** More was asked for than the pool can give. */
  LiquidityExceeded: 3,
  /** The pool's status forbids swaps. */
  SwapDisabled: 4,
  /** The pool is not open yet. */
  NotOpen: 5,
  /** A value does not fit its on-chain width. */
  MathOverflow: 6,
  /** An account the quote needs has not been applied. */
  AccountMissing: 7,
  /** The pool uses a feature that this build does not support. */
  FeatureUnsupported: 8,
} as const;
export type QuoteRefusal = (typeof QuoteRefusal)[keyof typeof QuoteRefusal];

/** The stable codes by refusal number; index 0 stands for success. */
export const QUOTE_CODES = [
  '',
  'QUOTE_AMOUNT_INVALID',
  'QUOTE_OUTPUT_INVALID',
  'QUOTE_LIQUIDITY_EXCEEDED',
  'QUOTE_STATUS_INVALID',
  'QUOTE_OPEN_TIME_INVALID',
  'QUOTE_MATH_OUT_OF_RANGE',
  'QUOTE_ACCOUNT_MISSING',
  'QUOTE_FEATURE_UNSUPPORTED',
] as const;

const QUOTE_MESSAGES = [
  '',
  'the amount is zero after fees',
  'the output is zero',
  "the pool's liquidity is exceeded",
  'swaps are disabled in this pool',
  'the pool is not open yet',
  'the arithmetic overflows',
  'an account of the pool is missing',
  'the pool uses an unsupported feature',
] as const;

/** Returns the error that a refusal is thrown as. */
export function quoteError(refusal: QuoteRefusal): CoreError {
  return new CoreError(QUOTE_CODES[refusal], QUOTE_MESSAGES[refusal]);
}

/**
 * Refusals as values of the non-throwing path: `tryQuote` returns `REFUSED[refusal]`, which is `-BigInt(refusal)`,
 * so that a hot loop allocates no error.
 */
export const REFUSED = [0n, -1n, -2n, -3n, -4n, -5n, -6n, -7n, -8n] as const;

/** Returns the quote of a `tryQuote` result, of a swap that spends or gives the whole amount. @throws QUOTE_* when the result is a refusal. */
export function quoteFrom(mode: SwapMode, amount: bigint, result: bigint): Quote {
  if (result < 0n) throw quoteError(Number(-result) as QuoteRefusal);
  return mode === SwapMode.ExactOut ? { amountIn: result, amountOut: amount } : { amountIn: amount, amountOut: result };
}
