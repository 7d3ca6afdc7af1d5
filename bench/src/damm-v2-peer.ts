import { CpAmm, swapQuoteExactInput, type PoolState } from '@meteora-ag/cp-amm-sdk';
import { Connection } from '@solana/web3.js';
import { DammV2Fee, encodeDammV2Pool, type SeededPool } from '@tandem/sandbox/seed';
import BN from 'bn.js';
import { CLOCK } from './cpmm-market.js';
import { mintAccount, side, type VenueMarket } from './venue-market.js';

/** Decoding needs a program object, and that a connection; nothing is ever sent. */
const { coder } = new CpAmm(new Connection('http://127.0.0.1:1'))._program;
const DECIMALS = 9;

/** Returns DAMM v2 pools over the full range with a fee of 0.25 %. */
export async function dammV2Market(count: number): Promise<VenueMarket> {
  const pools = Array.from({ length: count }, async (_, index) =>
    encodeDammV2Pool({
      seed: 1,
      label: `bench ${index}`,
      sides: [
        side('damm a', 5_000_000_000_000n + BigInt(index) * 7_919n),
        side('damm b', 7_000_000_000_000n + BigInt(index) * 104_729n),
      ],
      feeNumerator: 2_500_000n,
      fee: DammV2Fee.Output,
      isVolatile: false,
      pendingFees: 0n,
    }),
  );
  return { pools: await Promise.all(pools), shared: ['damm a', 'damm b'].map(mintAccount) };
}

/** Decodes a pool with the vendor's kit. */
export function decodeDammV2(data: Uint8Array): PoolState {
  return coder.accounts.decode<PoolState>('pool', Buffer.from(data));
}

/** Returns a pool's state as the vendor's kit holds it. */
export function dammV2Facts({ accounts }: SeededPool): PoolState {
  return decodeDammV2(accounts[0]?.data ?? new Uint8Array());
}

/** Quotes from A to B with the vendor's kit. */
export function dammV2Quote(pool: PoolState, amountIn: BN): BN {
  const now = new BN(CLOCK.unixTimestamp.toString());
  return swapQuoteExactInput(pool, now, amountIn, 0, true, false, DECIMALS, DECIMALS).outputAmount;
}
