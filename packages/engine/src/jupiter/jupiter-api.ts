import type { SolHandling, SwapInstructions, SwapQuote, SwapRequest } from '../ports/swap-router.js';

/** How the instructions of a quote are to be built. */
export interface InstructionOptions {
  /** Base58. */
  readonly wallet: string;
  readonly sol: SolHandling;
  /** What the chain must check, raw units of the output mint. */
  readonly minimumOut: bigint;
}

/** One version of Jupiter's swap API. */
export interface JupiterApi {
  readonly canMerge: boolean;
  quote(request: SwapRequest): Promise<SwapQuote>;
  instructions(quote: SwapQuote, options: InstructionOptions): Promise<SwapInstructions>;
}
