import type { Breaker, BreakerReading } from './breaker.js';

/** A breaker that another part pulls: it has found out what must never be. */
export class Tripwire implements Breaker {
  readonly name: string;
  readonly leadsTo = 'HALTED';
  readonly #code: string;
  #reason: string | undefined;

  /** `code` is the stable code that its reason begins with. */
  constructor(name: string, code: string) {
    this.name = name;
    this.#code = code;
  }

  /** Says what was found. The first finding is the one that is kept. */
  pull(detail: string): void {
    this.#reason ??= `${this.#code}: ${detail}`;
  }

  check(): string | undefined {
    return this.#reason;
  }

  reading(): BreakerReading {
    return { value: this.#reason ?? 'none found', limit: 'none' };
  }
}
