/** Weight of one measurement in the averages: an eighth. */
const SMOOTHING = 8;
/** A node that always fails has this share of errors. */
const WHOLE_SHARE = 1_024;
/** What a share of errors adds to a node's cost: a failed read costs about a second until another node has answered. */
const FAILURE_COST_MICROS = 1_000_000;

/** What has been measured of one node: its answers, how fast they come, how often none does, and how far it has come. */
export class EndpointHealth {
  #weightedLatencyMicros: number | undefined;
  #weightedErrorShare = 0;
  failuresInRow = 0;
  successesInRow = 0;
  /** Newest slot and finalized height it told; 0 before the first. */
  slot = 0n;
  finalizedHeight = 0n;
  /** Since when it is behind the best, `Clock.nowMicros()`. */
  behindSinceMicros: number | undefined;
  /** Looks in a row at which it kept up. */
  looksInPace = 0;

  /** Takes an answer. */
  recordAnswer(latencyMicros: number): void {
    this.failuresInRow = 0;
    this.successesInRow += 1;
    const before = this.#weightedLatencyMicros;
    this.#weightedLatencyMicros =
      before === undefined ? latencyMicros * SMOOTHING : before + latencyMicros - Math.floor(before / SMOOTHING);
    this.#weightedErrorShare -= Math.floor(this.#weightedErrorShare / SMOOTHING);
  }

  /** Takes a question that got no answer, or none that can be read. */
  recordFailure(): void {
    this.successesInRow = 0;
    this.failuresInRow += 1;
    this.#weightedErrorShare += WHOLE_SHARE - Math.floor(this.#weightedErrorShare / SMOOTHING);
  }

  /** Returns the average time of an answer, microseconds. */
  latencyMicros(): number {
    return Math.floor((this.#weightedLatencyMicros ?? 0) / SMOOTHING);
  }

  /** Returns what a question to it costs on average, microseconds: the time of an answer and the price of those that fail. */
  costMicros(): number {
    const share = Math.floor(this.#weightedErrorShare / SMOOTHING);
    return this.latencyMicros() + Math.floor((share * FAILURE_COST_MICROS) / WHOLE_SHARE);
  }
}
