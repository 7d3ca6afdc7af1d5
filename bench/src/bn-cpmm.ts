import BN from 'bn.js';
import { TRADE_FEE_MILLIONTHS } from './cpmm-market.js';

const FEE_RATE = new BN(TRADE_FEE_MILLIONTHS.toString());
const FEE_DENOMINATOR = new BN(1_000_000);
const ONE = new BN(1);

/** A pool's reserves as the vendors' kits hold them. */
export interface BnReserves {
  readonly reserveIn: BN;
  readonly reserveOut: BN;
}

/** Returns the output for an input, in the arithmetic of the vendors' kits: the fee rounded up, the output down. */
export function bnAmountOut({ reserveIn, reserveOut }: BnReserves, amountIn: BN): BN {
  const fee = amountIn.mul(FEE_RATE).add(FEE_DENOMINATOR).sub(ONE).div(FEE_DENOMINATOR);
  const swapped = amountIn.sub(fee);
  return swapped.mul(reserveOut).div(reserveIn.add(swapped));
}
