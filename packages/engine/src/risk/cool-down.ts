/** When a key rests, parsed once from the configuration. */
export interface CoolDownSettings {
  /** So many failures within the window begin a rest. */
  readonly failures: number;
  readonly windowMs: number;
  readonly restMs: number;
}

/** Why a trade counts against its pools and mints. */
export type CoolDownCause = 'failure' | 'shortfall';

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

interface Offence {
  readonly atMicros: number;
  readonly cause: CoolDownCause;
}

/** Lets what fails again and again rest for a time. Bounded by the keys: pools, or mints. */
export class CoolDown<Key> {
  readonly #settings: CoolDownSettings;
  readonly #offences = new Map<Key, Offence[]>();
  readonly #resting = new Map<Key, Resting>();

  constructor(settings: CoolDownSettings) {
    this.#settings = settings;
  }

  /** Counts one failure or shortfall; the last one of so many begins the rest, and the count begins anew. */
  record(key: Key, cause: CoolDownCause, nowMicros: number): void {
    const { failures, windowMs, restMs } = this.#settings;
    const oldest = nowMicros - windowMs * 1_000;
    const offences = (this.#offences.get(key) ?? []).filter(({ atMicros }) => atMicros > oldest);
    offences.push({ atMicros: nowMicros, cause });
    this.#offences.set(key, offences);
    if (offences.length < failures) return;
    const shortfalls = offences.filter((offence) => offence.cause === 'shortfall').length;
    const reason = `${offences.length - shortfalls} failures and ${shortfalls} shortfalls within ${windowMs} ms`;
    this.#offences.delete(key);
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
