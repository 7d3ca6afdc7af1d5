const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1_440;
/** How far back the ledger reaches. */
export const DAY_MS = MINUTES_PER_DAY * MS_PER_MINUTE;

interface Minute {
  net: bigint;
  lost: bigint;
  /** Highest sum reached within the minute, from 0 at its beginning. */
  highest: bigint;
}

/**
 * What the last 24 hours earned and lost, by the minute, so that a day of any length costs the same few kilobytes. Only time takes an entry
 * out: it goes when its minute is a whole day back, up to a minute late, which is against us.
 */
export class DayLedger {
  /** By minutes since 1970, ascending. */
  readonly #minutes = new Map<number, Minute>();
  #newest = Number.NEGATIVE_INFINITY;
  #net = 0n;
  #lost = 0n;

  /** Books a result; negative is a loss. What is dated before the newest entry, as after a wall clock's step back, is booked with it. */
  book(atMs: number, netLamports: bigint): void {
    this.#newest = Math.max(this.#newest, minuteOf(atMs));
    this.#dropOld(this.#newest);
    let minute = this.#minutes.get(this.#newest);
    if (minute === undefined) {
      minute = { net: 0n, lost: 0n, highest: 0n };
      this.#minutes.set(this.#newest, minute);
    }
    const loss = netLamports < 0n ? -netLamports : 0n;
    minute.net += netLamports;
    minute.lost += loss;
    if (minute.net > minute.highest) minute.highest = minute.net;
    this.#net += netLamports;
    this.#lost += loss;
  }

  /** Returns the sum of all losses, gains not counted. */
  lostLamports(nowMs: number): bigint {
    this.#dropOld(minuteOf(nowMs));
    return this.#lost;
  }

  /** Returns gains less losses. */
  netLamports(nowMs: number): bigint {
    this.#dropOld(minuteOf(nowMs));
    return this.#net;
  }

  /** Returns by how much the sum stands below its highest point; that is at least 0, the sum at the beginning. */
  drawdownLamports(nowMs: number): bigint {
    this.#dropOld(minuteOf(nowMs));
    let sum = 0n;
    let peak = 0n;
    for (const { net, highest } of this.#minutes.values()) {
      if (sum + highest > peak) peak = sum + highest;
      sum += net;
    }
    return peak - sum;
  }

  #dropOld(nowMinute: number): void {
    for (const [at, minute] of this.#minutes) {
      if (at >= nowMinute - MINUTES_PER_DAY) return;
      this.#minutes.delete(at);
      this.#net -= minute.net;
      this.#lost -= minute.lost;
    }
  }
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MS_PER_MINUTE);
}
