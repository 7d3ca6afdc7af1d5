import { type ChainClock, Direction, InstructionSet, SwapMode, type SwapOrder } from '../../core-api.js';
import { U64_MAX } from '../math/mul-div.js';
import { argumentInvalid } from './error.js';

// What the addon's boundary refuses, in the same order and with the same texts.

const U32_MAX = 0xffff_ffff;
const U128_MAX = 2n ** 128n - 1n;

/** @throws CORE_ARGUMENT_INVALID */
export function requireU64(value: bigint, name: string): void {
  if (typeof value === 'bigint' && value >= 0n && value <= U64_MAX) return;
  throw argumentInvalid(`${name} does not fit an unsigned 64-bit integer`);
}

/** @throws CORE_ARGUMENT_INVALID */
export function requireU32(value: number, name: string): void {
  if (Number.isInteger(value) && value >= 0 && value <= U32_MAX) return;
  throw argumentInvalid(`${name} does not fit an unsigned 32-bit integer`);
}

/** @throws CORE_ARGUMENT_INVALID */
export function requireAddress(bytes: Uint8Array, name: string): void {
  if (bytes.length !== 32) throw argumentInvalid(`${name} is not a 32-byte address`);
}

/** @throws CORE_ARGUMENT_INVALID */
export function requireDirection(value: Direction): void {
  if (value !== Direction.AToB && value !== Direction.BToA) throw argumentInvalid('direction is neither 0 nor 1');
}

/** @throws CORE_ARGUMENT_INVALID */
export function requireMode(value: SwapMode): void {
  if (value === SwapMode.ExactIn || value === SwapMode.ExactOut || value === SwapMode.PartialFill) return;
  throw argumentInvalid('mode is neither 0, 1 nor 2');
}

/** @throws CORE_ARGUMENT_INVALID */
export function requireOrder(order: SwapOrder): void {
  requireDirection(order.direction);
  requireMode(order.mode);
  requireU64(order.amount, 'amount');
  const { sqrtPriceLimit = 0n, instructions = InstructionSet.Current } = order;
  if (typeof sqrtPriceLimit !== 'bigint' || sqrtPriceLimit < 0n || sqrtPriceLimit > U128_MAX)
    throw argumentInvalid('sqrtPriceLimit does not fit an unsigned 128-bit integer');
  if (instructions !== InstructionSet.Current && instructions !== InstructionSet.Legacy)
    throw argumentInvalid('instructions is neither 0 nor 1');
  requireClock(order.clock);
}

/** @throws CORE_ARGUMENT_INVALID */
export function requireClock(clock: ChainClock): void {
  requireU64(clock.slot, 'clock.slot');
  requireU64(clock.epoch, 'clock.epoch');
  requireU64(clock.unixTimestamp, 'clock.unixTimestamp');
}
