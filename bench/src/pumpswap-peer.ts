import { PUMP_AMM_SDK, sellBaseInput } from '@pump-fun/pump-swap-sdk';
import { type AccountInfo, PublicKey } from '@solana/web3.js';
import { type ClusterAccount, encodePumpswapGlobals, encodePumpswapPool, type SeededPool } from '@tandem/sandbox/seed';
import BN from 'bn.js';
import { mintAccount, MINT_SUPPLY, side, type VenueMarket } from './venue-market.js';

const RESERVES = [5_000_000_000_000n, 7_000_000_000_000n] as const;

/** Returns PumpSwap pools of coins that left the bonding curve: tiered fees and a creator. */
export async function pumpswapMarket(count: number): Promise<VenueMarket> {
  const quote = (index: number) => side('pumpswap quote', RESERVES[1] + BigInt(index) * 104_729n);
  const pools = Array.from({ length: count }, async (_, index) =>
    encodePumpswapPool({
      seed: 1,
      label: `bench ${index}`,
      base: side(`pumpswap base ${index}`, RESERVES[0] + BigInt(index) * 7_919n),
      quote: quote(index),
      origin: 'curve',
      virtualQuote: 0n,
      pendingFees: 0n,
    }),
  );
  const mints = ['pumpswap quote', ...pools.map((_, index) => `pumpswap base ${index}`)].map(mintAccount);
  return { pools: await Promise.all(pools), shared: [...(await encodePumpswapGlobals([quote(0).mint])), ...mints] };
}

/** A pool and what its quotes follow from, as the vendor's kit holds them. */
export type PumpswapFacts = Omit<Parameters<typeof sellBaseInput>[0], 'base' | 'slippage'>;

/** Decodes a pool of the market with the vendor's kit. */
export function pumpswapFacts({ accounts }: SeededPool, shared: readonly ClusterAccount[]): PumpswapFacts {
  const [own, baseVault, quoteVault] = accounts;
  const [globalConfig, feeConfig] = shared;
  if (!own || !baseVault || !quoteVault || !globalConfig || !feeConfig) throw new Error('a pool has its accounts');
  const pool = PUMP_AMM_SDK.decodePool(accountInfo(own));
  return {
    baseReserve: balanceOf(baseVault),
    quoteReserve: balanceOf(quoteVault),
    virtualQuoteReserves: pool.virtualQuoteReserves,
    globalConfig: PUMP_AMM_SDK.decodeGlobalConfig(accountInfo(globalConfig)),
    baseMintAccount: {
      mintAuthorityOption: 0,
      mintAuthority: PublicKey.default,
      supply: MINT_SUPPLY,
      decimals: 9,
      isInitialized: true,
      freezeAuthorityOption: 0,
      freezeAuthority: PublicKey.default,
    },
    baseMint: pool.baseMint,
    coinCreator: pool.coinCreator,
    creator: pool.creator,
    feeConfig: PUMP_AMM_SDK.decodeFeeConfig(accountInfo(feeConfig)),
    quoteMint: pool.quoteMint,
    isMayhemMode: pool.isMayhemMode,
  };
}

/** Sells base for quote with the vendor's kit. */
export function pumpswapQuote(facts: PumpswapFacts, base: BN): BN {
  return sellBaseInput({ ...facts, base, slippage: 0 }).uiQuote;
}

/** Returns an account as the vendor's decoders take it. */
export function accountInfo({ data, owner, lamports }: ClusterAccount): AccountInfo<Buffer> {
  return { data: Buffer.from(data), owner: new PublicKey(owner), lamports: Number(lamports), executable: false };
}

function balanceOf({ data }: ClusterAccount): BN {
  return new BN(data.slice(64, 72), 'le');
}
