import type {
  EngineEvent,
  EventStamp,
  ExecutedEvent,
  MissedEvent,
  SimulatedEvent,
  StartedEvent,
} from '@tandem/engine/events';

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
        return;
      case 'executed':
        this.executed += 1;
        this.netProfitLamports += BigInt(event.netProfitLamports);
        this.#keep(event);
        return;
      case 'simulated':
        this.simulated += 1;
        this.#keep(event);
        return;
      case 'missed':
        this.missed += 1;
        this.netProfitLamports -= BigInt(event.costLamports);
        this.#keep(event);
        return;
      case 'state':
        this.state = event.to;
        return;
      case 'alert':
        this.lastAlert = `${event.severity} ${event.rule}: ${event.message}`;
        return;
      case 'settled':
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

  #keep(outcome: Outcome & EventStamp): void {
    this.outcomes.push(outcome);
    if (this.outcomes.length > KEPT_OUTCOMES) this.outcomes.shift();
  }
}
