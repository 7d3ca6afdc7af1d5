import type { QuoteResponse } from '@jup-ag/api';
import { createEngineError } from '../errors/create-engine-error.js';
import type { SwapQuote, SwapQuoteStep } from '../ports/swap-router.js';
import { quoteSchema, readAnswer } from './answer-schema.js';

const WHOLE_BPS = 10_000;

/**
 * Joins two quotes of `/swap/v1`, A→B and B→A, into one plan that ends in A with at least `minimumOut`. The second leg takes whatever the
 * first one gave; what cannot be said in one plan without doubt is refused.
 * @throws JUPITER_ROUTE_UNSUPPORTED
 */
export function mergeQuotes(first: SwapQuote, second: SwapQuote, minimumOut: bigint): SwapQuote {
  const reason = unmergeable(first, second);
  if (reason !== undefined) {
    const context = { reason, first: first.steps.length, second: second.steps.length };
    throw createEngineError('JUPITER_ROUTE_UNSUPPORTED', `the two quotes cannot be merged: ${reason}`, { context });
  }
  const minimum = minimumOut.toString();
  const [before, after] = [rawQuote(first), rawQuote(second)];
  const raw: QuoteResponse = {
    ...before,
    outputMint: second.outputMint,
    outAmount: minimum,
    otherAmountThreshold: minimum,
    priceImpactPct: '0',
    slippageBps: 0,
    routePlan: [...before.routePlan, ...after.routePlan],
  };
  return {
    inputMint: first.inputMint,
    outputMint: second.outputMint,
    amountIn: first.amountIn,
    amountOut: second.amountOut,
    priceImpact: '0',
    contextSlot: olderSlot(first.contextSlot, second.contextSlot),
    steps: [...first.steps, ...second.steps],
    raw,
  };
}

/** Returns why two quotes do not fit one plan, or `undefined` where they do. */
function unmergeable(first: SwapQuote, second: SwapQuote): string | undefined {
  const { inputMint: start, outputMint: middle } = first;
  if (start === middle) return 'the first quote goes nowhere';
  if (second.inputMint !== middle || second.outputMint !== start) return 'they are no circle';
  if (versionOf(first) !== versionOf(second)) return 'their plans are of different versions';
  const pools = new Set(first.steps.map(({ pool }) => pool));
  if (second.steps.some(({ pool }) => pools.has(pool))) return 'they share a pool';
  const inner = new Set([...innerMints(first), ...innerMints(second)]);
  if (inner.has(start)) return 'the start mint is passed on the way';
  if (inner.has(middle)) return 'the middle mint is passed within a leg';
  // Shares are of all that a mint's slot holds: the same mint in both legs would be split twice.
  const innerOfSecond = innerMints(second);
  if (innerMints(first).some((mint) => innerOfSecond.includes(mint))) return 'both pass the same mint';
  if (!isWhole(first) || !isWhole(second)) return 'the shares of a leg do not add up';
  return undefined;
}

/** Mints between the ends of a leg; an end that is passed within counts too. */
function innerMints({ steps, inputMint, outputMint }: SwapQuote): string[] {
  const before = steps.map((step) => step.inputMint).filter((mint) => mint !== inputMint);
  const after = steps.map((step) => step.outputMint).filter((mint) => mint !== outputMint);
  return [...before, ...after];
}

/** Whether the input and every mint on the way are spent wholly, and each is there before it is spent. */
function isWhole({ steps, inputMint, outputMint }: SwapQuote): boolean {
  const reached = new Set([inputMint]);
  const spent = new Map<string, number>();
  for (const step of steps) {
    if (!reached.has(step.inputMint)) return false;
    reached.add(step.outputMint);
    spent.set(step.inputMint, (spent.get(step.inputMint) ?? 0) + step.shareBps);
  }
  reached.delete(outputMint);
  return steps.every(hasShare) && [...reached].every((mint) => spent.get(mint) === WHOLE_BPS);
}

function hasShare({ shareBps }: SwapQuoteStep): boolean {
  return shareBps > 0;
}

/** V1 plans have percents, V2 plans basis points. */
function versionOf(quote: SwapQuote): string {
  const { instructionVersion, routePlan } = readAnswer(quoteSchema, quote.raw, {
    endpoint: 'merge',
    requestId: undefined,
  });
  const told = routePlan.some(({ bps }) => bps !== null && bps !== undefined) ? 'V2' : 'V1';
  return instructionVersion ?? told;
}

function rawQuote({ raw }: SwapQuote): QuoteResponse {
  return raw as QuoteResponse;
}

function olderSlot(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return null;
  return a < b ? a : b;
}
