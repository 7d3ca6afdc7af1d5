/** Nanoseconds a call (for a batch: a piece of it), over the rounds of one run. */
export interface Timing {
  readonly p50: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
}

/** One comparison (CONTRACT.md, section 6). */
export interface BenchRecord {
  readonly topic: string;
  readonly case: string;
  readonly unit: 'ns';
  readonly ours: Timing & { readonly rounds: number };
  /** `name@version` of what we are compared with. */
  readonly peer: string;
  readonly theirs: Timing;
  /** `theirs.p50 / ours.p50`. */
  readonly ratio: number;
}

/** Where a run took place; stands in the first record of a file. */
export interface BenchSetting {
  readonly machine: string;
  readonly node: string;
  readonly rust: string;
  readonly commit: string;
}
