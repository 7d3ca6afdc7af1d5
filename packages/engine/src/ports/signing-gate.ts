/** What the risk stage does with the gate that signs. */
export interface SigningGate {
  /** Keeps the gate open for one lease from now, monotonic microseconds. Opens nothing that is halted. */
  renew(nowMicros: bigint): void;
  /** Lets through only what reduces the inventory from now on. */
  reduce(): void;
  /** Signs nothing any more. */
  halt(): void;
}
