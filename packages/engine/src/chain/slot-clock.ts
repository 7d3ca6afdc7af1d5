/** Slots are about 0.2 s since the autumn of 2026; the real pace is measured from the first slots on. */
const FIRST_GUESS_MICROS = 210_000;
/** Weight of one measurement: an eighth, so that one late notification does not move the pace much. */
const SMOOTHING = 8;

/** Follows the cluster's slots: the newest one, their pace, and which slot it must be by now. */
export class SlotClock {
  #slot = 0n;
  #seenAtMicros = 0;
  /** The pace times `SMOOTHING`, so that whole numbers do not stop short of it. */
  #weightedMicros = FIRST_GUESS_MICROS * SMOOTHING;

  /** Takes a slot that was seen at a time; older and repeated ones change nothing. */
  observe(slot: bigint, seenAtMicros: number): void {
    if (slot <= this.#slot) return;
    if (this.#slot > 0n) {
      const perSlot = Math.max(1, Math.round((seenAtMicros - this.#seenAtMicros) / Number(slot - this.#slot)));
      this.#weightedMicros += perSlot - this.slotMicros();
    }
    this.#slot = slot;
    this.#seenAtMicros = seenAtMicros;
  }

  /** Returns the newest slot seen, 0 before the first. */
  currentSlot(): bigint {
    return this.#slot;
  }

  /** Returns the measured time of one slot, microseconds. */
  slotMicros(): number {
    return Math.max(1, Math.floor(this.#weightedMicros / SMOOTHING));
  }

  /** Returns the slot the cluster must have reached by now, going by the pace. */
  expectedSlot(nowMicros: number): bigint {
    if (this.#slot === 0n) return 0n;
    const elapsed = Math.max(0, nowMicros - this.#seenAtMicros);
    return this.#slot + BigInt(Math.floor(elapsed / this.slotMicros()));
  }
}
