import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WRAPPED_SOL_MINT } from './addresses.js';
import { seededBytes } from './seeded-keys.js';
import type { MintFacts } from './token-accounts.js';

/** A token of the sandbox with its price at genesis. */
export interface GenesisToken {
  readonly symbol: string;
  readonly facts: MintFacts;
  /** What one whole token is worth; pools start at these prices. */
  readonly lamportsPerWhole: bigint;
}

interface TokenDefinition {
  readonly symbol: string;
  readonly decimals: number;
  readonly tokenProgram: Uint8Array;
  readonly lamportsPerWhole: bigint;
}

const DEFINITIONS = [
  { symbol: 'SOL', decimals: 9, tokenProgram: TOKEN_PROGRAM, lamportsPerWhole: 1_000_000_000n },
  // A dollar where SOL stands at 150.
  { symbol: 'USD', decimals: 6, tokenProgram: TOKEN_PROGRAM, lamportsPerWhole: 6_666_667n },
  { symbol: 'AAA', decimals: 9, tokenProgram: TOKEN_PROGRAM, lamportsPerWhole: 12_500_000n },
  // Many, cheap: raw reserves of some 10^15.
  { symbol: 'BBB', decimals: 6, tokenProgram: TOKEN_PROGRAM, lamportsPerWhole: 400n },
  { symbol: 'CCC', decimals: 8, tokenProgram: TOKEN_2022_PROGRAM, lamportsPerWhole: 2_000_000_000n },
] as const satisfies readonly TokenDefinition[];

export type GenesisSymbol = (typeof DEFINITIONS)[number]['symbol'];

/** Returns the tokens of a seed; SOL is wrapped SOL at its real address. */
export function genesisTokens(seed: number): ReadonlyMap<GenesisSymbol, GenesisToken> {
  return new Map(
    DEFINITIONS.map(({ symbol, decimals, tokenProgram, lamportsPerWhole }) => {
      const mint = symbol === 'SOL' ? WRAPPED_SOL_MINT : seededBytes(seed, `mint/${symbol}`);
      return [symbol, { symbol, facts: { mint, tokenProgram, decimals, extensions: [] }, lamportsPerWhole }];
    }),
  );
}

/** Returns how many raw units of the token are worth so many lamports, rounded down. */
export function unitsWorth(token: GenesisToken, lamports: bigint): bigint {
  return (lamports * 10n ** BigInt(token.facts.decimals)) / token.lamportsPerWhole;
}
