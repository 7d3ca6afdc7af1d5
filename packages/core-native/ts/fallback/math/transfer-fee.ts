import { TEN_THOUSANDTHS, amountBeforeFee, feeAmount } from './fee.js';
import { U64_MAX } from './mul-div.js';

/**
 * One epoch's Token-2022 transfer fee. Follows `TransferFeeConfig` of spl-token-2022 (`extension/transfer_fee/mod.rs`), and
 * for the inverse the check that Raydium CPMM adds (`utils/token.rs`, `get_transfer_inverse_fee`).
 */
export interface TransferFee {
  /** First epoch the fee applies in. */
  readonly epoch: bigint;
  /** Cap of the fee, raw units. */
  readonly maximum: bigint;
  /** Share of the amount, basis points; at most 10,000. */
  readonly basisPoints: bigint;
}

/** The two fees a mint carries: `newer` from its epoch on, `older` before. */
export interface TransferFeeConfig {
  readonly older: TransferFee;
  readonly newer: TransferFee;
}

/** Returns the fee of an epoch. */
export function transferFeeAt(config: TransferFeeConfig, epoch: bigint): TransferFee {
  return epoch >= config.newer.epoch ? config.newer : config.older;
}

/** Returns the fee withheld from a transfer of `amount`. */
export function transferFeeAmount(fee: TransferFee, amount: bigint): bigint | undefined {
  const share = feeAmount(amount, fee.basisPoints, TEN_THOUSANDTHS);
  return share !== undefined && share > fee.maximum ? fee.maximum : share;
}

/** Returns what arrives of a transfer of `amount`. */
export function afterTransferFee(fee: TransferFee, amount: bigint): bigint | undefined {
  const withheld = transferFeeAmount(fee, amount);
  return withheld === undefined || withheld > amount ? undefined : amount - withheld;
}

/**
 * Returns the amount to transfer so that exactly `net` arrives, as the program computes it. Undefined where the program
 * refuses: an overflow, or no amount whose fee agrees.
 */
export function beforeTransferFee(fee: TransferFee, net: bigint): bigint | undefined {
  if (fee.basisPoints === TEN_THOUSANDTHS) return sum(net, fee.maximum);
  const gross = grossEstimate(fee, net);
  const withheld = gross === undefined ? undefined : transferFeeAmount(fee, gross);
  const checked = withheld === undefined ? undefined : sum(net, withheld);
  if (checked === undefined || transferFeeAmount(fee, checked) !== withheld) return undefined;
  return checked;
}

/** The estimate of `calculate_pre_fee_amount`: the share inverted, or the cap added where the cap binds. */
function grossEstimate(fee: TransferFee, net: bigint): bigint | undefined {
  if (fee.basisPoints === 0n) return net;
  const gross = amountBeforeFee(net, fee.basisPoints, TEN_THOUSANDTHS);
  // Where the share's inverse passes 64 bits but stays under the cap, the cap's own sum passes them too, so that this
  // refuses exactly where the program does.
  return gross !== undefined && gross - net < fee.maximum ? gross : sum(net, fee.maximum);
}

function sum(left: bigint, right: bigint): bigint | undefined {
  const total = left + right;
  return total > U64_MAX ? undefined : total;
}
