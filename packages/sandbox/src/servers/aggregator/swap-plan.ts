import { Direction } from '@tandem/core-native';
import { addressText } from '../../seed/addresses.js';
import { equalBytes } from '../../seed/token-accounts.js';
import type { MarketPicture } from './market-picture.js';
import { WHOLE_BPS, type InstructionVersion } from './quote-answer.js';
import { RequestFields } from './request-fields.js';
import { RouterError, routerRefusal } from './router-error.js';
import type { RouteLeg } from './venue-steps.js';

/** What a posted quote says, however it came about: clients join and edit quotes. */
export interface SwapPlan {
  readonly version: InstructionVersion;
  readonly inputMint: Uint8Array;
  readonly outputMint: Uint8Array;
  readonly inAmount: bigint;
  /** With the slippage, the minimum on the chain; `otherAmountThreshold` counts for nothing. */
  readonly outAmount: bigint;
  readonly slippageBps: number;
  readonly legs: readonly RouteLeg[];
}

const WHOLE_PERCENT = 100;

/**
 * Reads a posted quote. It may lead back to its own mint; every step must spend all of what the one before gave.
 *
 * @throws RouterError for a pool that is not known and for steps that do not join
 */
export function readSwapPlan(picture: MarketPicture, quote: RequestFields): SwapPlan {
  if (quote.has('swapMode') && quote.text('swapMode') !== 'ExactIn')
    throw routerRefusal('NOT_SUPPORTED', 'only swapMode ExactIn');
  if (quote.has('platformFee')) throw routerRefusal('NOT_SUPPORTED', 'no platform fee');
  const slippageBps = quote.integer('slippageBps', 0);
  if (BigInt(slippageBps) > WHOLE_BPS) throw routerRefusal('CANNOT_COMPUTE_OTHER_AMOUNT_THRESHOLD');
  const inputMint = quote.address('inputMint');
  const outputMint = quote.address('outputMint');
  const steps = quote.raw('routePlan');
  if (!Array.isArray(steps) || steps.length === 0) throw impossiblePlan();
  let mint = inputMint;
  const legs = (steps as readonly unknown[]).map((step) => {
    const { leg, mintOut } = readLeg(picture, RequestFields.ofJson('routePlan', step), mint);
    mint = mintOut;
    return leg;
  });
  if (!equalBytes(mint, outputMint)) throw impossiblePlan();
  const version = quote.raw('instructionVersion') === 'V2' ? 'V2' : 'V1';
  return {
    version,
    inputMint,
    outputMint,
    inAmount: quote.amount('inAmount'),
    outAmount: quote.amount('outAmount'),
    slippageBps,
    legs,
  };
}

function readLeg(
  picture: MarketPicture,
  step: RequestFields,
  mintIn: Uint8Array,
): { readonly leg: RouteLeg; readonly mintOut: Uint8Array } {
  const info = step.fields('swapInfo');
  const address = info.address('ammKey');
  const mintOut = info.address('outputMint');
  const isWhole = step.has('bps')
    ? step.integer('bps', 0) === Number(WHOLE_BPS)
    : step.integer('percent', WHOLE_PERCENT) === WHOLE_PERCENT;
  if (!equalBytes(info.address('inputMint'), mintIn) || !isWhole) throw impossiblePlan();
  const pool = picture.pools.find((candidate) => equalBytes(candidate.address, address));
  if (pool === undefined) throw routerRefusal('MARKET_NOT_FOUND', addressText(address));
  const isAToB = equalBytes(pool.mintA, mintIn) && equalBytes(pool.mintB, mintOut);
  const isBToA = equalBytes(pool.mintB, mintIn) && equalBytes(pool.mintA, mintOut);
  if (!isAToB && !isBToA) throw impossiblePlan();
  const direction = isAToB ? Direction.AToB : Direction.BToA;
  const leg = { pool, direction, amountIn: info.amount('inAmount'), amountOut: info.amount('outAmount') };
  return { leg, mintOut };
}

/** The text that callers of the real router report (jup-ag/metis-binary, issue 39). */
function impossiblePlan(): RouterError {
  return new RouterError('Invalid route plan with metadata');
}
