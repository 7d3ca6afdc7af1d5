import type { BenchRecord, Timing } from './bench-record.js';

/** One side of a comparison: `run` is a whole call, and what it returns is kept so that it cannot be optimized away. */
export interface Contestant {
  readonly run: () => unknown;
  /** Calls in one round; a sample is the round's time divided by this. */
  readonly callsPerRound: number;
  /** Pieces of work in one call, by which a sample is divided as well; default 1. */
  readonly piecesPerCall?: number;
  /** Given, `run` returns the nanoseconds that count of what it did; default: the whole call counts. */
  readonly timesItself?: true;
}

export interface Comparison {
  readonly topic: string;
  readonly case: string;
  /** `name@version`. */
  readonly peer: string;
  readonly ours: Contestant;
  readonly theirs: Contestant;
  readonly rounds: number;
  /** Rounds before the first that counts. */
  readonly warmupRounds: number;
}

/** Runs both sides in turn, round by round, so that both meet the same moods of the machine. */
export async function compare(comparison: Comparison): Promise<BenchRecord> {
  const { ours, theirs, rounds, warmupRounds } = comparison;
  const ourSamples: number[] = [];
  const theirSamples: number[] = [];
  for (let round = -warmupRounds; round < rounds; round += 1) {
    const [ourTime, theirTime] = [await timeRound(ours), await timeRound(theirs)];
    if (round < 0) continue;
    ourSamples.push(ourTime);
    theirSamples.push(theirTime);
  }
  const ourTiming = summarize(ourSamples);
  const theirTiming = summarize(theirSamples);
  return {
    topic: comparison.topic,
    case: comparison.case,
    unit: 'ns',
    ours: { ...ourTiming, rounds },
    peer: comparison.peer,
    theirs: theirTiming,
    ratio: Number((theirTiming.p50 / ourTiming.p50).toFixed(2)),
  };
}

/** Returns the median, the 99th percentile and the extremes of the samples. */
function summarize(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const rounded = (value: number): number => Number(value.toFixed(1));
  return { p50: rounded(at(0.5)), p99: rounded(at(0.99)), min: rounded(at(0)), max: rounded(at(1)) };
}

let kept: unknown;

/** Returns nanoseconds a piece of work. Only a side that returns promises pays for awaiting them. */
async function timeRound({ run, callsPerRound, piecesPerCall = 1, timesItself }: Contestant): Promise<number> {
  let counted = 0;
  const start = process.hrtime.bigint();
  for (let call = 0; call < callsPerRound; call += 1) {
    kept = run();
    if (kept instanceof Promise) kept = await kept;
    if (timesItself) counted += Number(kept);
  }
  const elapsed = timesItself ? counted : Number(process.hrtime.bigint() - start);
  return elapsed / (callsPerRound * piecesPerCall);
}
