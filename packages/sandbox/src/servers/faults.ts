import type { Random } from '@tandem/engine/ports';

/**
 * What can go wrong between a client and a server of the sandbox:
 * `delay` answers late, `drop` never answers, `rate_limit` answers 429, `server_error` 5xx, `malformed` something that is not the
 * protocol, `disconnect` closes the connection, `stall` keeps it open and says nothing more, `lag` answers from the past, `wrong`
 * answers with a lie, `swallow` accepts a transaction and never forwards it.
 */
export const FAULT_NAMES = [
  'delay',
  'drop',
  'rate_limit',
  'server_error',
  'malformed',
  'disconnect',
  'stall',
  'lag',
  'wrong',
  'swallow',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** How often a fault strikes, and how hard. */
export interface FaultSetting {
  /** Of a thousand requests, or messages. */
  readonly perMille: number;
  /** Milliseconds of a delay or a lag; 500 by default. */
  readonly ms?: number;
}

const DEFAULT_FAULT_MS = 500;
const PER_MILLE = 1_000;

/** The faults of one server: set and cleared while it runs, drawn from a seeded stream. */
export class Faults {
  readonly #random: Random;
  readonly #settings = new Map<FaultName, FaultSetting>();
  readonly #struck = new Map<FaultName, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Lets a fault strike from now on. */
  set(name: FaultName, setting: FaultSetting): void {
    this.#settings.set(name, setting);
  }

  /** Ends every fault. */
  clear(): void {
    this.#settings.clear();
  }

  /** Returns whether the fault is on at all. */
  has(name: FaultName): boolean {
    return this.#settings.has(name);
  }

  /** Returns whether the fault strikes now, and counts it. */
  strikes(name: FaultName): boolean {
    const setting = this.#settings.get(name);
    if (setting === undefined || this.#random.nextInt(PER_MILLE) >= setting.perMille) return false;
    this.#struck.set(name, this.struck(name) + 1);
    return true;
  }

  /** Draws which of several forms a fault takes this time, as [0, forms). */
  form(forms: number): number {
    return this.#random.nextInt(forms);
  }

  /** Returns the milliseconds of a delay or a lag. */
  ms(name: FaultName): number {
    return this.#settings.get(name)?.ms ?? DEFAULT_FAULT_MS;
  }

  /** Returns how often a fault has struck: a run whose faults never struck proves nothing. */
  struck(name: FaultName): number {
    return this.#struck.get(name) ?? 0;
  }
}
