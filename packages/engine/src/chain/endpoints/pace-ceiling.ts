/** No cluster makes slots faster than this, microseconds; a tenth of the fastest that is planned. */
const FASTEST_SLOT_MICROS = 20_000;
/** Slots that nodes of one cluster may differ by and still agree about where it is. */
const SLACK = 1_000n;

/**
 * The highest slot, or block height, a cluster can have reached, going by what a quorum of nodes agreed on at some time. A node
 * that tells a higher one lies. Where no quorum has ever agreed nothing is known, and nobody is accused.
 */
export class PaceCeiling {
  readonly #quorum: number;
  #agreed: bigint | undefined;
  #agreedAtMicros = 0;

  constructor(quorum: number) {
    this.#quorum = quorum;
  }

  /** Takes what the nodes tell at one time. The highest number that a quorum has reached moves the ceiling, if a quorum stands near it. */
  observe(told: readonly bigint[], nowMicros: number): void {
    const reached = told.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0))[this.#quorum - 1];
    if (reached === undefined || (this.#agreed !== undefined && reached <= this.#agreed)) return;
    const near = told.filter((value) => value <= reached + SLACK && value + SLACK >= reached);
    if (near.length < this.#quorum) return;
    this.#agreed = reached;
    this.#agreedAtMicros = nowMicros;
  }

  /** Whether the cluster cannot have come so far by now. */
  isBeyond(value: bigint, nowMicros: number): boolean {
    if (this.#agreed === undefined) return false;
    const elapsed = Math.max(0, nowMicros - this.#agreedAtMicros);
    return value > this.#agreed + BigInt(Math.ceil(elapsed / FASTEST_SLOT_MICROS)) + SLACK;
  }
}
