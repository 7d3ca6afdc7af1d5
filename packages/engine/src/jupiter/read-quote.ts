import { createEngineError } from '../errors/create-engine-error.js';
import type { SwapQuote, SwapQuoteStep, SwapRequest } from '../ports/swap-router.js';
import { type QuoteFields, quoteSchema, readAnswer } from './answer-schema.js';
import type { JupiterAnswer } from './jupiter-error.js';

const BPS_PER_PERCENT = 100;

/**
 * Returns a checked quote that answers the request; `raw` is kept as the service gave it.
 * @throws JUPITER_RESPONSE_INVALID, JUPITER_QUOTE_MISMATCH, JUPITER_ROUTE_NOT_FOUND
 */
export function readQuote(
  raw: unknown,
  request: SwapRequest,
  answer: Pick<JupiterAnswer, 'endpoint' | 'requestId'>,
): SwapQuote {
  const fields = readAnswer(quoteSchema, raw, answer);
  const mismatch = mismatchOf(fields, request);
  if (mismatch !== undefined) {
    const context = { endpoint: answer.endpoint, requestId: answer.requestId ?? null, field: mismatch };
    throw createEngineError('JUPITER_QUOTE_MISMATCH', `Jupiter's quote has another ${mismatch} than asked for`, {
      context,
    });
  }
  // `/swap/v2/build` cannot be asked for direct routes only.
  if (request.hops === 'direct' && fields.routePlan.length > 1)
    throw createEngineError('JUPITER_ROUTE_NOT_FOUND', 'Jupiter has no route through a single pool');
  return {
    inputMint: fields.inputMint,
    outputMint: fields.outputMint,
    amountIn: BigInt(fields.inAmount),
    amountOut: BigInt(fields.outAmount),
    priceImpact: fields.priceImpactPct,
    contextSlot: fields.contextSlot === null || fields.contextSlot === undefined ? null : BigInt(fields.contextSlot),
    steps: fields.routePlan.map(readStep),
    raw,
  };
}

function readStep({ swapInfo, bps, percent }: QuoteFields['routePlan'][number]): SwapQuoteStep {
  return {
    pool: swapInfo.ammKey,
    label: swapInfo.label ?? 'unknown',
    inputMint: swapInfo.inputMint,
    outputMint: swapInfo.outputMint,
    // V2 plans tell basis points, and the percent beside them is rounded.
    shareBps: bps ?? (percent ?? 0) * BPS_PER_PERCENT,
  };
}

function mismatchOf(fields: QuoteFields, request: SwapRequest): string | undefined {
  if (fields.inputMint !== request.inputMint) return 'input mint';
  if (fields.outputMint !== request.outputMint) return 'output mint';
  if (BigInt(fields.inAmount) !== request.amountIn) return 'input amount';
  const { amount, feeBps } = fields.platformFee ?? {};
  if (BigInt(amount ?? '0') !== 0n || (feeBps ?? 0) !== 0) return 'platform fee';
  return undefined;
}
