/** Buckets per power of two: a recorded value is known to within 1/64, under 1.6 %. */
const SUB_BUCKETS = 64;
const SUB_BITS = 6;
/** Powers of two covered beyond the exact range: up to 2^40 µs, twelve days. */
const OCTAVES = 34;

/** Counts latencies in log-linear buckets, so that percentiles of a run of any length cost the same few kilobytes. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(SUB_BUCKETS * (OCTAVES + 1));
  #total = 0;

  /** Number of values recorded. */
  get count(): number {
    return this.#total;
  }

  /** Counts one value, in whole microseconds; negative values count as 0. */
  record(micros: number): void {
    const index = bucketOf(Math.max(0, Math.floor(micros)));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
  }

  /** Returns the upper edge of the bucket that holds the share (0..1) of the values, 0 when there are none. */
  percentile(share: number): number {
    if (this.#total === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (let index = 0; index < this.#counts.length; index += 1) {
      seen += this.#counts[index] ?? 0;
      if (seen >= rank) return upperEdge(index);
    }
    return upperEdge(this.#counts.length - 1);
  }
}

function bucketOf(value: number): number {
  if (value < SUB_BUCKETS) return value;
  // Values in [64 * 2^(k-1), 64 * 2^k) fall into octave k of 64 buckets, of which the upper half is used for k >= 1.
  const octave = Math.min(OCTAVES, Math.floor(Math.log2(value)) - SUB_BITS + 1);
  const within = Math.min(SUB_BUCKETS - 1, Math.floor(value / 2 ** octave));
  return octave * SUB_BUCKETS + within;
}

function upperEdge(index: number): number {
  const octave = Math.floor(index / SUB_BUCKETS);
  const within = index % SUB_BUCKETS;
  return octave === 0 ? within : (within + 1) * 2 ** octave - 1;
}
