import type { ClusterAccount } from '../cluster/cluster.js';
import { rentExemptLamports } from './account-writer.js';
import {
  associatedTokenAddress,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
  uniqueAddresses,
  WRAPPED_SOL_MINT,
} from './addresses.js';
import { ROUTER_EVENT_AUTHORITY, ROUTER_PROGRAM } from '../servers/aggregator/router-programs.js';
import { genesisConfigs, genesisPools, type GenesisPool } from './genesis-pools.js';
import { genesisTokens, unitsWorth, type GenesisSymbol, type GenesisToken } from './genesis-tokens.js';
import { encodeLookupTable } from './lookup-table.js';
import { SANDBOX_VENUES } from './sandbox-venues.js';
import { seededBytes, seededKeypair, type SeededKeypair } from './seeded-keys.js';
import { encodeMint, encodeSystemAccount, encodeTokenAccount, equalBytes } from './token-accounts.js';

/** The chain's first state: everything that stands before the first slot. */
export interface Genesis {
  readonly accounts: readonly ClusterAccount[];
  readonly pools: readonly GenesisPool[];
  readonly tokens: ReadonlyMap<GenesisSymbol, GenesisToken>;
  readonly wallet: SeededKeypair;
  readonly tipAccounts: readonly Uint8Array[];
  readonly lookupTable: Uint8Array;
}

const LAMPORTS_PER_SOL = 1_000_000_000n;
const WALLET_LAMPORTS = 1_000n * LAMPORTS_PER_SOL;
const TOKEN_SUPPLY = 1n << 62n;
const TIP_ACCOUNTS = 8;

/** Worth of the wallet's tokens at genesis. BBB is missing on purpose: the engine creates that account itself. */
const WALLET_HOLDINGS: readonly (readonly [GenesisSymbol, depthSol: bigint])[] = [
  ['SOL', 1_000n],
  ['USD', 1_000n],
  ['AAA', 0n],
  ['CCC', 0n],
];

/** Returns the genesis of a seed: the same seed gives the same bytes. */
export async function planGenesis(seed: number): Promise<Genesis> {
  const tokens = genesisTokens(seed);
  const pools = await genesisPools(seed, tokens);
  const wallet = seededKeypair(seed, 'wallet');
  const tipAccounts = Array.from({ length: TIP_ACCOUNTS }, (_, index) => seededBytes(seed, `tip/${index}`));
  const walletTokens = await walletAccounts(wallet.address, tokens);
  const lookupTable = seededBytes(seed, 'lookup-table');
  const entries = [
    ...commonAddresses(tokens),
    ...tipAccounts,
    ...pools.flatMap((pool) => pool.swapAddresses),
    ...(await Promise.all([...tokens.values()].map((token) => walletTokenAddress(wallet.address, token)))),
  ];
  const accounts = [
    ...[...tokens.values()].map((token) =>
      encodeMint({ ...token.facts, address: token.facts.mint, supply: supplyOf(token) }),
    ),
    ...(await genesisConfigs()),
    ...pools.flatMap((pool) => pool.accounts),
    encodeSystemAccount(wallet.address, WALLET_LAMPORTS),
    ...walletTokens,
    ...tipAccounts.map((address) => encodeSystemAccount(address, rentExemptLamports(0))),
    encodeLookupTable(lookupTable, uniqueAddresses(entries)),
  ];
  return { accounts, pools, tokens, wallet, tipAccounts, lookupTable };
}

/** What swaps of every pool name: programs, authorities, token programs and mints, and what the router names in every swap. */
function commonAddresses(tokens: Genesis['tokens']): Uint8Array[] {
  return [
    TOKEN_PROGRAM,
    TOKEN_2022_PROGRAM,
    ROUTER_PROGRAM,
    ROUTER_EVENT_AUTHORITY,
    ...SANDBOX_VENUES.flatMap(({ program, authority }) => (authority === 'pool' ? [program] : [program, authority])),
    ...[...tokens.values()].map((token) => token.facts.mint),
  ];
}

async function walletAccounts(wallet: Uint8Array, tokens: Genesis['tokens']): Promise<ClusterAccount[]> {
  return Promise.all(
    WALLET_HOLDINGS.flatMap(([symbol, depthSol]) => {
      const token = tokens.get(symbol);
      return token === undefined ? [] : [encodeHolding(wallet, token, depthSol)];
    }),
  );
}

async function encodeHolding(wallet: Uint8Array, token: GenesisToken, depthSol: bigint): Promise<ClusterAccount> {
  const address = await walletTokenAddress(wallet, token);
  const amount = unitsWorth(token, depthSol * LAMPORTS_PER_SOL);
  return encodeTokenAccount({ address, mint: token.facts, owner: wallet, amount });
}

async function walletTokenAddress(owner: Uint8Array, { facts }: GenesisToken): Promise<Uint8Array> {
  return associatedTokenAddress({ owner, mint: facts.mint, tokenProgram: facts.tokenProgram });
}

/** The supply of the native mint is zero on every cluster. */
function supplyOf(token: GenesisToken): bigint {
  return equalBytes(token.facts.mint, WRAPPED_SOL_MINT) ? 0n : TOKEN_SUPPLY;
}
