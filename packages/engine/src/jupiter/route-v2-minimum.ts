import { decodeRoute, withMinimum } from './route-decoder.js';
import { routerInstructionInvalid } from './router-instruction-invalid.js';

/** Behind the input amount u64, the quoted output u64, the slippage u16 and the platform fee u16 (`route-decoder`). */
const POSITIVE_SLIPPAGE_OFFSET = 20;

/**
 * Returns the data of a V2 swap with our minimum in it: the quoted output less a slippage of nothing. The share of positive slippage is
 * set to nothing as well: above a quote of our minimum every normal fill would count as positive.
 * @throws JUPITER_INSTRUCTION_INVALID for another instruction
 */
export function withMinimumOut(data: Uint8Array, minimumOut: bigint): Uint8Array {
  const route = decodeRoute(data);
  if (route.layout.version !== 'v2') throw routerInstructionInvalid('its instruction is not of the second version');
  const patched = withMinimum(data, route, minimumOut);
  new DataView(patched.buffer).setUint16(route.amountsOffset + POSITIVE_SLIPPAGE_OFFSET, 0, true);
  return patched;
}
