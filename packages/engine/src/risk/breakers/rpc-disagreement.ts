import type { Witnesses } from '../../ports/witnesses.js';
import type { Breaker, BreakerReading, Moment } from './breaker.js';
import { LastingFault } from './lasting-fault.js';

/** More open contradictions than sends that can be in flight: what is beyond is forgotten, and the breaker trips by those it keeps. */
const MOST_DISPUTES = 256;

/** Trips when the nodes have contradicted each other about a send, or fewer than a quorum have been fit to be heard, for long. */
export class RpcDisagreement implements Breaker {
  readonly name = 'rpc_disagreement';
  readonly leadsTo = 'REDUCING';
  readonly #witnesses: Witnesses;
  readonly #maxDisagreementMs: number;
  readonly #disputed = new Set<string>();
  readonly #lasting = new LastingFault();

  constructor(witnesses: Witnesses, maxDisagreementMs: number) {
    this.#witnesses = witnesses;
    this.#maxDisagreementMs = maxDisagreementMs;
  }

  /** Takes note of a send that the nodes tell different things about. */
  dispute(signature: string): void {
    if (this.#disputed.size < MOST_DISPUTES) this.#disputed.add(signature);
  }

  /** Takes note of a verdict: the nodes agree about this send now. */
  agree(signature: string): void {
    this.#disputed.delete(signature);
  }

  check({ nowMicros }: Moment): string | undefined {
    const lastingMs = this.#lastingMs(nowMicros);
    if (lastingMs < this.#maxDisagreementMs) return undefined;
    return `RISK_NODES_MISMATCH: ${this.#describe()} for ${lastingMs} ms`;
  }

  reading({ nowMicros }: Moment): BreakerReading {
    const lastingMs = this.#lastingMs(nowMicros);
    const value = lastingMs === 0 ? '0 ms' : `${lastingMs} ms: ${this.#describe()}`;
    return { value, limit: `${this.#maxDisagreementMs} ms` };
  }

  #lastingMs(nowMicros: number): number {
    return this.#lasting.lastingMs(this.#disputed.size > 0 || this.#fit() < this.#witnesses.quorum, nowMicros);
  }

  #fit(): number {
    return this.#witnesses.list().filter(({ isHealthy }) => isHealthy).length;
  }

  #describe(): string {
    return `${this.#disputed.size} sends disputed, ${this.#fit()} fit nodes where ${this.#witnesses.quorum} must agree,`;
  }
}
