import type { Instruction } from '@tandem/core-native';

/** What a router is asked to price, exact in. Mints and the wallet are base58. */
export interface SwapRequest {
  readonly inputMint: string;
  readonly outputMint: string;
  /** Raw units of the input mint. */
  readonly amountIn: bigint;
  /** Kept off the router's own minimum where our own stands in the instruction. */
  readonly slippageBps: number;
  /** Accounts the swap may use; fewer make a smaller transaction and a worse price. */
  readonly maxAccounts: number;
  /** Whose accounts the instructions are for. */
  readonly wallet: string;
  /** `direct`: one pool, no splits. */
  readonly hops: 'any' | 'direct';
  /** For routers that price and build in one answer; `wrapped-only` by default. */
  readonly sol?: SolHandling;
}

/** One step of a route as the router describes it. */
export interface SwapQuoteStep {
  /** Base58. */
  readonly pool: string;
  /** The router's name of the venue. */
  readonly label: string;
  readonly inputMint: string;
  readonly outputMint: string;
  /** Share of the step's input mint that goes this way, basis points. */
  readonly shareBps: number;
}

/** A price from a router. What it promises is untrusted: the minimum on chain is ours. */
export interface SwapQuote {
  readonly inputMint: string;
  readonly outputMint: string;
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  /** The router's estimate, a decimal ratio. */
  readonly priceImpact: string;
  /** Slot of the router's picture of the market; null where the router does not say: a simulation must judge it then. */
  readonly contextSlot: bigint | null;
  readonly steps: readonly SwapQuoteStep[];
  /** The router's own object, handed back to it for the instructions. */
  readonly raw: unknown;
}

/** Instructions as a router built them: untrusted until they have been checked. */
export interface SwapInstructions {
  readonly setup: readonly Instruction[];
  readonly swap: Instruction;
  readonly cleanup: Instruction | null;
  readonly other: readonly Instruction[];
  /** Base58 addresses of the lookup tables it suggests. */
  readonly lookupTables: readonly string[];
}

/** How the instructions treat SOL. */
export type SolHandling = 'wrap-and-unwrap' | 'wrapped-only';

/** A service that finds routes and builds swap instructions. Every call has a deadline. */
export interface SwapRouter {
  /** Stable name, as in events and metrics. */
  readonly name: string;
  /** Whether `merge` works. */
  readonly canMerge: boolean;
  /** Prices a swap. @throws JUPITER_* */
  quote(request: SwapRequest): Promise<SwapQuote>;
  /**
   * Joins two quotes, A→B and B→A, into one whose instruction gives at least `minimumOut` of A or fails.
   * @throws JUPITER_ROUTE_UNSUPPORTED where the two cannot stand in one plan
   */
  merge(first: SwapQuote, second: SwapQuote, minimumOut: bigint): SwapQuote;
  /** Builds the instructions of a quote whose minimum is `minimumOut`. @throws JUPITER_* */
  instructions(
    quote: SwapQuote,
    options: { readonly wallet: string; readonly sol: SolHandling; readonly minimumOut: bigint },
  ): Promise<SwapInstructions>;
}
