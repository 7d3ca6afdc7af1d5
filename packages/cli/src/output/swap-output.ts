import type { SwapPlan, SwapResult } from '@tandem/engine';
import { shorten } from './format.js';
import type { TextSink } from './output.js';

/** Where a swap is shown: JSON lines for a program, a few lines for a person. */
export interface SwapOutput {
  preview(plan: SwapPlan, network: string): void;
  swapped(result: SwapResult, plan: SwapPlan): void;
}

export interface SwapOutputOptions {
  readonly json: boolean;
  readonly sink: TextSink;
  readonly nowMs: () => number;
}

/** Returns the output that was chosen. */
export function createSwapOutput({ json, sink, nowMs }: SwapOutputOptions): SwapOutput {
  if (!json) {
    return {
      preview: (plan, network) => sink.write(previewText(plan, network)),
      swapped: (result, plan) => sink.write(swappedText(result, plan)),
    };
  }
  let seq = 0;
  const line = (type: string, fields: Readonly<Record<string, unknown>>) => {
    seq += 1;
    sink.write(`${JSON.stringify({ type, at: new Date(nowMs()).toISOString(), seq, ...fields })}\n`);
  };
  return {
    preview: (plan, network) => line('swap_preview', { network, ...previewFields(plan) }),
    swapped: (result, plan) => line('swapped', swappedFields(result, plan)),
  };
}

function previewFields({ order, quote, minimumOut, feeLamports, rentLamports }: SwapPlan) {
  return {
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    inputAmount: order.amountIn.toString(),
    outputAmount: quote.amountOut.toString(),
    minimumOut: minimumOut.toString(),
    slippageBps: order.slippageBps,
    priceImpact: quote.priceImpact,
    route: quote.steps,
    feeLamports: feeLamports.toString(),
    rentLamports: rentLamports.toString(),
  };
}

function swappedFields(result: SwapResult, { order }: SwapPlan) {
  return {
    signature: result.signature,
    slot: result.slot.toString(),
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    inputAmount: result.inputAmount.toString(),
    outputAmount: result.outputAmount.toString(),
    priceImpact: result.priceImpact,
    feeLamports: result.feeLamports.toString(),
    rentLamports: result.rentLamports.toString(),
  };
}

function previewText({ order, quote, minimumOut, feeLamports, rentLamports }: SwapPlan, network: string): string {
  const route = quote.steps.map(
    ({ label, pool, shareBps }) => `${label} ${shorten(pool)}${shareBps === 10_000 ? '' : ` (${shareBps} bps)`}`,
  );
  return [
    `Swap on ${network}, raw units`,
    `  pay           ${order.amountIn} of ${order.inputMint}`,
    `  get about     ${quote.amountOut} of ${order.outputMint}`,
    `  at least      ${minimumOut} (slippage ${order.slippageBps} bps)`,
    `  price impact  ${quote.priceImpact}`,
    `  route         ${route.join(' → ')}`,
    `  fee           ${feeLamports} lamports, rent ${rentLamports} lamports`,
    '',
  ].join('\n');
}

function swappedText(
  { signature, inputAmount, outputAmount, feeLamports, rentLamports, slot }: SwapResult,
  plan: SwapPlan,
): string {
  return [
    `SWAPPED ${inputAmount} of ${plan.order.inputMint} for ${outputAmount} of ${plan.order.outputMint}`,
    `  signature ${signature}, slot ${slot}, fee ${feeLamports} lamports, rent ${rentLamports} lamports`,
    '',
  ].join('\n');
}
