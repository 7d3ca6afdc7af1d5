/** When a key rests, parsed once from the configuration. */
export interface CoolDownSettings {
  /** So many failures within the window begin a rest, where they are more than the successes. */
  readonly failures: number;
  readonly windowMs: number;
  readonly restMs: number;
}

/** How a trade came out for its pools and mints: it failed on the chain, earned less than it should, or did as expected. */
export type CoolDownResult = 'failure' | 'shortfall' | 'success';

/** A rest that has not ended. */
export interface Rest<Key> {
  readonly key: Key;
  readonly leftMs: number;
  readonly reason: string;
}

interface Resting {
  readonly untilMicros: number;
  readonly reason: string;
}

interface Entry {
  readonly atMicros: number;
  readonly result: CoolDownResult;
}

/**
 * Lets what fails more often than it succeeds rest for a time; a busy pool that fails now and then does not. Bounded by the keys (pools, or
 * mints) and by the sends of a window.
 */
export class CoolDown<Key> {
  readonly #settings: CoolDownSettings;
  /** Results within the window, oldest first. */
  readonly #entries = new Map<Key, Entry[]>();
  readonly #resting = new Map<Key, Resting>();

  constructor(settings: CoolDownSettings) {
    this.#settings = settings;
  }

  /** Counts one result; a failure or shortfall that makes it too many begins the rest, and the count begins anew. */
  record(key: Key, result: CoolDownResult, nowMicros: number): void {
    const { failures, windowMs, restMs } = this.#settings;
    const oldest = nowMicros - windowMs * 1_000;
    const entries = this.#entries.get(key) ?? [];
    this.#entries.set(key, entries);
    while (entries[0] !== undefined && entries[0].atMicros <= oldest) entries.shift();
    entries.push({ atMicros: nowMicros, result });
    if (result === 'success') return;
    const count = (wanted: CoolDownResult) => entries.filter((entry) => entry.result === wanted).length;
    const [failed, short, succeeded] = [count('failure'), count('shortfall'), count('success')];
    if (failed + short < failures || failed + short <= succeeded) return;
    const reason = `${failed} failures, ${short} shortfalls and ${succeeded} successes within ${windowMs} ms`;
    this.#entries.delete(key);
    this.#resting.set(key, { untilMicros: nowMicros + restMs * 1_000, reason });
  }

  /** Returns the rest of a key; `undefined` while it does not rest. */
  find(key: Key, nowMicros: number): Rest<Key> | undefined {
    const resting = this.#resting.get(key);
    if (resting === undefined || nowMicros >= resting.untilMicros) return undefined;
    return { key, leftMs: Math.ceil((resting.untilMicros - nowMicros) / 1_000), reason: resting.reason };
  }

  /** Returns every rest, in the order in which they began. */
  list(nowMicros: number): Rest<Key>[] {
    return [...this.#resting.keys()].flatMap((key) => this.find(key, nowMicros) ?? []);
  }

  /** Forgets the rests that have ended, and returns whose they were. */
  takeEnded(nowMicros: number): Key[] {
    const ended = [...this.#resting].filter(([, { untilMicros }]) => nowMicros >= untilMicros).map(([key]) => key);
    for (const key of ended) this.#resting.delete(key);
    return ended;
  }
}
