/** What landed bundles lately tipped. */
export interface TipFloor {
  /** Returns the floor in lamports; null while it is not known or too old to go by. */
  lamports(): bigint | null;
  /** Keeps it fresh, off the hot path, until the signal aborts. Faults are told, never thrown. */
  run(signal: AbortSignal, onFault: (error: unknown) => void): Promise<void>;
}
