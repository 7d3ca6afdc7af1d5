import { CurveCalculator } from '@raydium-io/raydium-sdk-v2';
import BN from 'bn.js';
import type { BnReserves } from './bn-cpmm.js';
import { TRADE_FEE_MILLIONTHS } from './cpmm-market.js';

const NO_FEE = new BN(0);
const TRADE_FEE = new BN(TRADE_FEE_MILLIONTHS.toString());

/** Returns the output for an input as Raydium's kit computes it; the markets here charge neither creator, protocol nor fund fees. */
export function raydiumAmountOut({ reserveIn, reserveOut }: BnReserves, amountIn: BN): BN {
  return CurveCalculator.swapBaseInput(amountIn, reserveIn, reserveOut, TRADE_FEE, NO_FEE, NO_FEE, NO_FEE, true)
    .outputAmount;
}
