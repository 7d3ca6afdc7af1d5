/** Time as the engine may know it. The engine reads no other clock. */
export interface Clock {
  /** Wall time in milliseconds since 1970, for records that people read. */
  nowMs(): number;
  /** Monotonic microseconds, for durations and deadlines. */
  nowMicros(): number;
  /** Resolves after the time, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
