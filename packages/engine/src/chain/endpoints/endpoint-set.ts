import type { AlertEvent } from '../../journal/event.js';
import type { ChainReader } from '../../ports/chain-reader.js';
import type { Clock } from '../../ports/clock.js';
import { isChainError } from '../is-chain-error.js';
import type { Endpoint } from './endpoint.js';
import type { EndpointSettings } from './endpoint-settings.js';
import { withinDeadline } from './within-deadline.js';

/** Told of every change of a node's standing, with its name and the reason. */
export type EndpointAlert = (alert: Omit<AlertEvent, 'type'>) => void;

/** What a question to a node may cost. */
export interface QuestionBounds {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface EndpointSetOptions {
  /** In order of preference. */
  readonly endpoints: readonly Endpoint[];
  readonly clock: Clock;
  readonly settings: EndpointSettings;
  readonly onAlert: EndpointAlert;
}

/** Failures that speak against the node; a refusal of the request itself, or of a slot it has not reached, does not. */
const FAILURES: ReadonlySet<string> = new Set([
  'CHAIN_UNREACHABLE',
  'CHAIN_TIMEOUT',
  'CHAIN_RATE_LIMIT_EXCEEDED',
  'CHAIN_ACCESS_INVALID',
  'CHAIN_RESPONSE_INVALID',
]);
/** A node that stands later in the order of preference takes over where its cost is less than half, by more than this. */
const CLEAR_ADVANTAGE_MICROS = 20_000;

/** The nodes with their standings: who serves, who may be asked next, who is heard. */
export class EndpointSet {
  readonly #options: EndpointSetOptions;
  #serving: Endpoint | undefined;
  #challenger: Endpoint | undefined;
  #looksBetter = 0;

  constructor(options: EndpointSetOptions) {
    this.#options = options;
  }

  get all(): readonly Endpoint[] {
    return this.#options.endpoints;
  }

  /** More than half of all that are configured. */
  get quorum(): number {
    return Math.floor(this.all.length / 2) + 1;
  }

  /** Asks one node and takes note of how it answers. @throws CHAIN_TIMEOUT, and what the reader throws */
  async ask<T>(
    endpoint: Endpoint,
    { timeoutMs, signal }: QuestionBounds,
    question: (reader: ChainReader, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock } = this.#options;
    const askedAtMicros = clock.nowMicros();
    const deadline = { clock, timeoutMs, name: endpoint.name, ...(signal === undefined ? {} : { signal }) };
    try {
      const answer = await withinDeadline(deadline, async (own) => await question(endpoint.reader, own));
      endpoint.health.recordAnswer(clock.nowMicros() - askedAtMicros);
      this.#takeBack(endpoint);
      return answer;
    } catch (error) {
      if (isChainError(error) && FAILURES.has(error.code) && signal?.aborted !== true) {
        endpoint.health.recordFailure();
        this.#letGo(endpoint, error.message);
      }
      throw error;
    }
  }

  /** Returns the healthy nodes, the serving one first and the others by their cost. */
  healthy(): Endpoint[] {
    this.#replaceUnfit();
    const others = this.all.filter((one) => one.standing === 'healthy' && one !== this.#serving);
    others.sort((a, b) => a.health.costMicros() - b.health.costMicros());
    return this.#serving === undefined ? others : [this.#serving, ...others];
  }

  /** Returns whom to ask, in order: the healthy ones, then those that have failed, which may be back by now. */
  candidates(): Endpoint[] {
    return [...this.healthy(), ...this.all.filter(({ standing }) => standing === 'failing')];
  }

  /** Returns who is heard for verdicts: everyone that is of this cluster and has not been caught in a lie. */
  heard(): Endpoint[] {
    return [...this.candidates(), ...this.all.filter(({ standing }) => standing === 'lagging')];
  }

  /** Takes a node in that has proven to be of this cluster. */
  admit(endpoint: Endpoint): void {
    if (endpoint.standing === 'unchecked') endpoint.standing = 'healthy';
  }

  /** Sets a node aside for the rest of the run: others contradict it. */
  condemn(endpoint: Endpoint, reason: string): void {
    if (endpoint.standing === 'lying') return;
    endpoint.standing = 'lying';
    const message = `${endpoint.name} is set aside for this run: ${reason}`;
    this.#options.onAlert({ severity: 'critical', rule: 'ENDPOINT_ANSWER_MISMATCH', message });
  }

  /** Takes note that a node is behind the best by so many slots or blocks, at most none. */
  recordLag(endpoint: Endpoint, lagSlots: bigint): void {
    const { clock, settings, onAlert } = this.#options;
    const { health, name } = endpoint;
    if (lagSlots <= settings.maxLagSlots) {
      health.behindSinceMicros = undefined;
      health.looksInPace += 1;
      if (endpoint.standing !== 'lagging' || health.looksInPace < settings.successesToReturn) return;
      endpoint.standing = 'healthy';
      onAlert({ severity: 'info', rule: 'ENDPOINT_RETURNED', message: `${name} has caught up and is used again` });
      return;
    }
    health.looksInPace = 0;
    const now = clock.nowMicros();
    health.behindSinceMicros ??= now;
    if (now - health.behindSinceMicros < settings.lagGraceMs * 1_000) return;
    if (endpoint.standing !== 'healthy' && endpoint.standing !== 'failing') return;
    endpoint.standing = 'lagging';
    const message = `${name} is set aside: it is ${lagSlots} slots behind the others`;
    onAlert({ severity: 'warning', rule: 'ENDPOINT_LAG_EXCEEDED', message });
  }

  /** Lets a node that has been the better one for long enough take over; called once a look. */
  reconsider(): void {
    this.#replaceUnfit();
    const best = this.#best();
    if (best === undefined || best === this.#serving) {
      this.#looksBetter = 0;
      return;
    }
    this.#looksBetter = best === this.#challenger ? this.#looksBetter + 1 : 1;
    this.#challenger = best;
    if (this.#looksBetter >= this.#options.settings.looksToSwitch) this.#serve(best);
  }

  /** Who cannot serve any more is replaced at once. */
  #replaceUnfit(): void {
    if (this.#serving?.standing !== 'healthy') this.#serve(this.#best());
  }

  #serve(endpoint: Endpoint | undefined): void {
    this.#serving = endpoint;
    this.#looksBetter = 0;
  }

  /** The first in the order of preference, unless a later one is better by far. */
  #best(): Endpoint | undefined {
    const cost = (endpoint: Endpoint) => endpoint.health.costMicros();
    return this.all
      .filter(({ standing }) => standing === 'healthy')
      .reduce<Endpoint | undefined>(
        (best, next) => (best === undefined || 2 * cost(next) + CLEAR_ADVANTAGE_MICROS < cost(best) ? next : best),
        undefined,
      );
  }

  #letGo(endpoint: Endpoint, reason: string): void {
    if (endpoint.standing !== 'healthy') return;
    if (endpoint.health.failuresInRow < this.#options.settings.failuresToLeave) return;
    endpoint.standing = 'failing';
    const message = `${endpoint.name} is set aside: ${reason}`;
    this.#options.onAlert({ severity: 'warning', rule: 'ENDPOINT_READ_INVALID', message });
  }

  #takeBack(endpoint: Endpoint): void {
    if (endpoint.standing !== 'failing') return;
    if (endpoint.health.successesInRow < this.#options.settings.successesToReturn) return;
    endpoint.standing = 'healthy';
    const message = `${endpoint.name} answers again and is used again`;
    this.#options.onAlert({ severity: 'info', rule: 'ENDPOINT_RETURNED', message });
  }
}
