import type {
  EngineEvent,
  EventStamp,
  ExecutedEvent,
  InFlightRecord,
  MissedEvent,
  SimulatedEvent,
  StartedEvent,
} from '@tandem/engine/events';
import type { Landable } from './halt-text.js';

/** A trade or a miss, as the live view lists them. */
export type Outcome = ExecutedEvent | SimulatedEvent | MissedEvent;

const KEPT_OUTCOMES = 50;

/** What a run has come to so far, folded from its events. */
export class RunFacts {
  started: StartedEvent | undefined;
  state = 'ACTIVE';
  opportunities = 0;
  submitted = 0;
  executed = 0;
  simulated = 0;
  missed = 0;
  netProfitLamports = 0n;
  lastAlert = '';
  /** When the state left ACTIVE, ISO 8601, and about how long the last send could land then. */
  changed: { readonly at: string; readonly landableForMs: number | undefined } | undefined;
  readonly #open = new Map<string, InFlightRecord>();
  readonly refused = new Map<string, number>();
  readonly outcomes: (Outcome & EventStamp)[] = [];

  /** Folds one event in. */
  add(event: EngineEvent): void {
    switch (event.type) {
      case 'started':
        this.started = event;
        return;
      case 'opportunity':
        this.opportunities += 1;
        return;
      case 'refused':
        this.refused.set(event.reason, (this.refused.get(event.reason) ?? 0) + 1);
        return;
      case 'submitted':
        this.submitted += 1;
        this.#open.set(event.signature, event);
        return;
      case 'executed':
        this.executed += 1;
        this.netProfitLamports += BigInt(event.netProfitLamports);
        this.#open.delete(event.signature);
        this.#keep(event);
        return;
      case 'simulated':
        this.simulated += 1;
        this.#keep(event);
        return;
      case 'missed':
        this.missed += 1;
        this.netProfitLamports -= BigInt(event.costLamports);
        this.#open.delete(event.signature);
        this.#keep(event);
        return;
      case 'state':
        this.state = event.to;
        this.changed = { at: event.at, landableForMs: event.landableForMs };
        // What was signed before this run's first submission is known to the engine alone.
        for (const sent of event.inFlight ?? []) this.#open.set(sent.signature, sent);
        return;
      case 'alert':
        this.lastAlert = `${event.severity} ${event.rule}: ${event.message}`;
        return;
      case 'settled':
        this.#open.delete(event.signature);
        return;
      case 'balances':
      case 'reconciled':
      case 'self_test':
      case 'intent':
      case 'summary':
        return;
    }
  }

  /** Sent and without a verdict yet. */
  get inFlight(): number {
    return this.submitted - this.executed - this.missed;
  }

  /** What can still land, with the time that is left of it. */
  landable(nowMs: number): Landable {
    const inFlight = [...this.#open.values()];
    if (this.changed?.landableForMs === undefined) return { inFlight };
    const leftMs = this.changed.landableForMs - (nowMs - Date.parse(this.changed.at));
    return { inFlight, landableForMs: Math.max(0, leftMs) };
  }

  #keep(outcome: Outcome & EventStamp): void {
    this.outcomes.push(outcome);
    if (this.outcomes.length > KEPT_OUTCOMES) this.outcomes.shift();
  }
}
