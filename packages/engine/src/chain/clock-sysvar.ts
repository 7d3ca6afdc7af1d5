import type { ChainClock } from '@tandem/core-native';
import { createEngineError } from '../errors/create-engine-error.js';
import { decodeAddress } from './base58.js';

/** Address of the clock sysvar. */
export const CLOCK_SYSVAR_ADDRESS: Uint8Array = decodeAddress('SysvarC1ock11111111111111111111111111111111');

// solana-sdk, clock/src/lib.rs `Clock`: slot u64 @0, epoch_start_timestamp i64 @8, epoch u64 @16, leader_schedule_epoch u64 @24,
// unix_timestamp i64 @32.
const CLOCK_BYTES = 40;

/**
 * Returns the clock from the sysvar account's data.
 * @throws CHAIN_RESPONSE_INVALID
 */
export function decodeClockSysvar(data: Uint8Array): ChainClock {
  if (data.length < CLOCK_BYTES) {
    throw createEngineError('CHAIN_RESPONSE_INVALID', `the clock sysvar has ${data.length} bytes, not ${CLOCK_BYTES}`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return {
    slot: view.getBigUint64(0, true),
    epoch: view.getBigUint64(16, true),
    unixTimestamp: view.getBigInt64(32, true),
  };
}
