import { createEngineError } from '../errors/create-engine-error.js';

/**
 * Where the fixed arguments of the V2 instructions stand after the eight bytes of the discriminator (Jupiter aggregator v6,
 * JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4; offsets as in solana-developer-platform PR 1559): in amount u64, quoted out u64,
 * slippage bps u16, platform fee bps u16, positive slippage bps u16, then the plan. The shared-accounts form has an id u8 before them.
 */
const ARGUMENTS_START: ReadonlyMap<string, number> = new Map([
  ['bb64facc31c4af14', 8], // route_v2
  ['d19853937cfed8e9', 9], // shared_accounts_route_v2
]);
const DISCRIMINATOR_BYTES = 8;
const QUOTED_OUT = 8;
const SLIPPAGE_BPS = 16;
const PLATFORM_FEE_BPS = 18;
const POSITIVE_SLIPPAGE_BPS = 20;
const ARGUMENTS_BYTES = 22;

/**
 * Returns the data with our minimum in it: the quoted output less a slippage of nothing. A share of positive slippage is set to nothing
 * as well: below a quote of our minimum every normal fill would count as positive.
 * @throws JUPITER_RESPONSE_INVALID for another instruction, or one with a platform fee
 */
export function withMinimumOut(data: Uint8Array, minimumOut: bigint): Uint8Array {
  const start = ARGUMENTS_START.get(Buffer.from(data.subarray(0, DISCRIMINATOR_BYTES)).toString('hex'));
  if (start === undefined || data.length < start + ARGUMENTS_BYTES) throw invalid('is no swap of the second version');
  // A copy even of a Buffer, whose slice shares its bytes.
  const patched = new Uint8Array(data);
  const view = new DataView(patched.buffer, start);
  if (view.getUint16(PLATFORM_FEE_BPS, true) !== 0) throw invalid('takes a platform fee');
  view.setBigUint64(QUOTED_OUT, minimumOut, true);
  view.setUint16(SLIPPAGE_BPS, 0, true);
  view.setUint16(POSITIVE_SLIPPAGE_BPS, 0, true);
  return patched;
}

function invalid(what: string): Error {
  return createEngineError('JUPITER_RESPONSE_INVALID', `Jupiter's swap instruction ${what}`);
}
