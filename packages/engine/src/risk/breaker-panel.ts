import type { AlertThrottle } from '../journal/alert-throttle.js';
import type { EngineEvent } from '../journal/event.js';
import type { Clock } from '../ports/clock.js';
import type { Breaker, Moment, OutcomeBreaker } from './breakers/breaker.js';
import type { RpcDisagreement } from './breakers/rpc-disagreement.js';
import { Tripwire } from './breakers/tripwire.js';
import type { DayLedger } from './day-ledger.js';
import type { KillSwitch } from './kill-switch.js';
import type { SteadyTime } from './steady-time.js';
import { OutcomeReader, type TradeOutcome } from './trade-outcome.js';

/** One breaker for people. */
export interface BreakerStatus {
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  readonly leadsTo: 'REDUCING' | 'HALTED';
  readonly tripped: boolean;
}

/** What the panel is made of. */
export interface BreakerPanelOptions {
  readonly killSwitch: KillSwitch;
  readonly alerts: Pick<AlertThrottle, 'raise'>;
  readonly clock: Clock;
  readonly time: SteadyTime;
  /** Results of 24 hours. */
  readonly ledger: DayLedger;
  /** Those that count outcomes. */
  readonly counters: readonly OutcomeBreaker[];
  /** Those that read the ledger; checked after each outcome as well. */
  readonly sums: readonly Breaker[];
  /** Those that time or other parts move; checked at each tick. */
  readonly watchers: readonly Breaker[];
  readonly nodes: RpcDisagreement;
  /** Told of every outcome after it was counted. */
  readonly onOutcome: (outcome: TradeOutcome) => void;
}

/**
 * All circuit breakers. Outcomes come from the events themselves, in a run and from the journal alike, so that what a restart rebuilds is
 * what the run had. A breaker that cannot be evaluated halts: a dead breaker that lets everything through is worse than none.
 */
export class BreakerPanel {
  readonly #options: BreakerPanelOptions;
  readonly #reader = new OutcomeReader();
  readonly #drift = new Tripwire('balance_drift', 'RISK_BALANCE_MISMATCH');
  readonly #foreignSpend = new Tripwire('foreign_spend', 'RISK_FOREIGN_SPEND_INVALID');
  readonly #all: readonly Breaker[];
  readonly #tripped = new Set<string>();

  constructor(options: BreakerPanelOptions) {
    this.#options = options;
    const { counters, sums, watchers, nodes } = options;
    this.#all = [...counters, ...sums, nodes, ...watchers, this.#drift, this.#foreignSpend];
  }

  /** Takes an event of this run. */
  observe(event: EngineEvent): void {
    this.#guard('outcomes', () => {
      if ('signature' in event && event.type !== 'intent' && event.type !== 'submitted')
        this.#options.nodes.agree(event.signature);
      const outcome = this.#reader.read(event, { atMs: this.#options.time.nowMs(), scope: 'trade', origin: 'run' });
      if (outcome === undefined) return;
      this.#book(outcome);
      this.checkLimits();
    });
  }

  /** Takes an event of an earlier run, without judging it; events come in their order. @throws what the reading throws */
  restore(event: EngineEvent, context: Pick<TradeOutcome, 'atMs' | 'scope'>): void {
    const outcome = this.#reader.read(event, { ...context, origin: 'journal' });
    if (outcome !== undefined) this.#book(outcome);
  }

  /** Checks what outcomes have moved: after a restore, when nothing else can be measured yet. */
  checkLimits(): void {
    this.#check([...this.#options.counters, ...this.#options.sums]);
  }

  /** Checks all breakers. Called by the risk loop, which keeps signing open only after it. */
  checkAll(): void {
    this.#check(this.#all);
  }

  /** Halts: the wallet holds less than the journal says. */
  drift(detail: string): void {
    this.#drift.pull(detail);
    this.#check([this.#drift]);
  }

  /** Halts: the wallet's key has signed what is not in the journal. */
  foreignSpend(detail: string): void {
    this.#foreignSpend.pull(detail);
    this.#check([this.#foreignSpend]);
  }

  /** Takes note of a send that the nodes tell different things about; its verdict ends it. */
  dispute(signature: string): void {
    this.#options.nodes.dispute(signature);
  }

  /** Returns every breaker with what it measures now. */
  status(): BreakerStatus[] {
    const moment = this.#moment();
    return this.#all.map((breaker) => {
      const { name, leadsTo } = breaker;
      return { name, ...breaker.reading(moment), leadsTo, tripped: this.#tripped.has(name) };
    });
  }

  #book(outcome: TradeOutcome): void {
    this.#options.ledger.book(outcome.atMs, outcome.netLamports);
    for (const counter of this.#options.counters) counter.take(outcome);
    this.#options.onOutcome(outcome);
  }

  #check(breakers: readonly Breaker[]): void {
    const moment = this.#moment();
    for (const breaker of breakers) {
      this.#guard(breaker.name, () => {
        const reason = breaker.check(moment);
        if (reason !== undefined) this.#trip(breaker, reason);
      });
    }
  }

  #trip({ name, leadsTo }: Breaker, reason: string): void {
    const { killSwitch, alerts } = this.#options;
    if (leadsTo === 'HALTED') killSwitch.trip(reason, 'breaker');
    else killSwitch.reduce(reason, 'breaker');
    if (this.#tripped.has(name)) return;
    this.#tripped.add(name);
    const [code = name] = reason.split(':', 1);
    alerts.raise({ severity: 'critical', rule: code, message: `${name} leads to ${leadsTo}: ${reason}` });
  }

  #guard(name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.killSwitch.trip(`RISK_BREAKER_PANIC: ${name} could not be evaluated: ${message}`, 'breaker');
    }
  }

  #moment(): Moment {
    const { clock, time } = this.#options;
    return { nowMicros: clock.nowMicros(), wallMs: clock.nowMs(), steadyMs: time.nowMs() };
  }
}
