import type { SlotClock } from '../chain/slot-clock.js';

/**
 * Returns by how many slots the picture of the market is behind: the slots that must have passed, at the cluster's measured pace, since
 * the newest one was heard of. The slot of a pool's last change says nothing about this: a quiet pool is current while slots arrive.
 */
export function ageInSlots(slots: SlotClock, nowMicros: number): bigint {
  return slots.expectedSlot(nowMicros) - slots.currentSlot();
}
