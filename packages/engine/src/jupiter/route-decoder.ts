import {
  LAST_KNOWN_STEP,
  ROUTER_LAYOUTS,
  type RouterLayout,
  STEP_ARGUMENTS,
  UNMEASURABLE_STEPS,
} from './router-program.js';
import { routerInstructionInvalid } from './router-instruction-invalid.js';

const DISCRIMINATOR_BYTES = 8;
/** Percent or basis points aside: input index and output index of a step, a byte each, after the v1 percent. */
const V1_STEP_TAIL_BYTES = 3;
/** inAmount u64, quotedOutAmount u64, slippageBps u16, platformFeeBps u8. */
const V1_TAIL_BYTES = 19;
/** inAmount u64, quotedOutAmount u64, slippageBps u16, platformFeeBps u16, positiveSlippageBps u16. */
const V2_HEAD_BYTES = 22;
const U32_BYTES = 4;
/** Type and count of one slice of remaining accounts. */
const SLICE_BYTES = 2;
const QUOTED_OUT_OFFSET = 8;
const SLIPPAGE_OFFSET = 16;
const PLATFORM_FEE_OFFSET = 18;
const POSITIVE_SLIPPAGE_OFFSET = 20;
const BPS = 10_000n;

/** What an instruction of the router tells the chain. */
export interface DecodedRoute {
  readonly layout: RouterLayout;
  readonly amountIn: bigint;
  readonly quotedOut: bigint;
  readonly slippageBps: number;
  readonly platformFeeBps: number;
  /** Share of what comes above the quoted amount that the router keeps; v2 only. */
  readonly positiveSlippageBps: number;
  /** Where the input amount stands; the other amounts follow it. */
  readonly amountsOffset: number;
}

/**
 * Reads an instruction of the router. The plan of a v1 instruction is measured step by step: the program takes the amounts from behind
 * it and ignores what follows, so amounts read from the end of the data could be a decoy.
 * @throws JUPITER_INSTRUCTION_INVALID
 */
export function decodeRoute(data: Uint8Array): DecodedRoute {
  const discriminator = Buffer.from(data.subarray(0, DISCRIMINATOR_BYTES)).toString('hex');
  const layout = ROUTER_LAYOUTS.find((known) => known.discriminator === discriminator);
  if (layout === undefined) throw routerInstructionInvalid(`its instruction ${discriminator} is none that is accepted`);
  const start = DISCRIMINATOR_BYTES + (layout.hasId ? 1 : 0);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const amountsOffset = layout.version === 'v1' ? endOfPlan(view, start) : start;
  const size = layout.version === 'v1' ? V1_TAIL_BYTES : V2_HEAD_BYTES;
  const isWhole = layout.version === 'v1' ? data.length === amountsOffset + size : data.length > amountsOffset + size;
  if (!isWhole) throw routerInstructionInvalid(`its data of ${data.length} bytes does not end where its amounts do`);
  const isV2 = layout.version === 'v2';
  return {
    layout,
    amountIn: view.getBigUint64(amountsOffset, true),
    quotedOut: view.getBigUint64(amountsOffset + QUOTED_OUT_OFFSET, true),
    slippageBps: view.getUint16(amountsOffset + SLIPPAGE_OFFSET, true),
    platformFeeBps: isV2
      ? view.getUint16(amountsOffset + PLATFORM_FEE_OFFSET, true)
      : view.getUint8(amountsOffset + PLATFORM_FEE_OFFSET),
    positiveSlippageBps: isV2 ? view.getUint16(amountsOffset + POSITIVE_SLIPPAGE_OFFSET, true) : 0,
    amountsOffset,
  };
}

/**
 * Returns the least output that these amounts make the chain accept. The program's rounding of the product is not documented; this
 * rounds up, because the answer only tells an honest router from a wrong one: what the chain checks is written by `withMinimum`.
 */
export function impliedMinimum({ quotedOut, slippageBps }: DecodedRoute): bigint {
  const kept = BPS - BigInt(Math.min(slippageBps, Number(BPS)));
  return (quotedOut * kept + BPS - 1n) / BPS;
}

/** Returns the data with `minimumOut` as quoted amount and no slippage: the chain's check is then exactly our minimum. */
export function withMinimum(data: Uint8Array, route: DecodedRoute, minimumOut: bigint): Uint8Array {
  // A copy even of a Buffer, whose slice would share its bytes.
  const patched = new Uint8Array(data);
  const view = new DataView(patched.buffer);
  view.setBigUint64(route.amountsOffset + QUOTED_OUT_OFFSET, minimumOut, true);
  view.setUint16(route.amountsOffset + SLIPPAGE_OFFSET, 0, true);
  return patched;
}

function endOfPlan(view: DataView, start: number): number {
  const steps = readU32(view, start);
  let at = start + U32_BYTES;
  // Each step is at least four bytes, so a count that lies ends the loop at the end of the data.
  for (let step = 0; step < steps; step += 1) at = endOfStep(view, at) + V1_STEP_TAIL_BYTES;
  if (steps === 0) throw routerInstructionInvalid('its route plan is empty');
  return at;
}

function endOfStep(view: DataView, at: number): number {
  const venue = readU8(view, at);
  if (venue > LAST_KNOWN_STEP || UNMEASURABLE_STEPS.has(venue))
    throw routerInstructionInvalid(`its route plan has a step ${venue}, whose length is not known`);
  const size = STEP_ARGUMENTS.get(venue) ?? 0;
  const after = at + 1;
  if (typeof size === 'number') return after + size;
  if (size === 'remaining-accounts') return endOfSlices(view, after);
  const option = readU8(view, after + 1);
  if (option > 1) throw routerInstructionInvalid(`its route plan has an option of ${option}`);
  return option === 0 ? after + 2 : endOfSlices(view, after + 2);
}

function endOfSlices(view: DataView, at: number): number {
  return at + U32_BYTES + readU32(view, at) * SLICE_BYTES;
}

function readU8(view: DataView, at: number): number {
  if (at + 1 > view.byteLength) throw routerInstructionInvalid('its route plan is cut off');
  return view.getUint8(at);
}

function readU32(view: DataView, at: number): number {
  if (at + U32_BYTES > view.byteLength) throw routerInstructionInvalid('its route plan is cut off');
  return view.getUint32(at, true);
}
