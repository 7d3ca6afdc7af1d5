import type { InFlightReport } from '@tandem/engine';
import type { EngineEvent, StateEvent, StateSource, SummaryEvent } from '@tandem/engine/events';
import type { ControlAnswer, ControlRequest, EngineStatus } from './control-message.js';

/** What a halt stops: an engine, or a single swap. */
export interface HaltTarget {
  readonly halt: (trigger: string, source: StateSource) => void;
  readonly inFlight: () => InFlightReport;
  readonly dropKey: () => void;
  readonly summary?: () => SummaryEvent;
}

/** Facts of the process that never change. */
export interface DeskFacts {
  readonly pid: number;
  readonly network: string;
  readonly nowMs: () => number;
}

interface Change {
  readonly to: StateEvent['to'];
  readonly trigger: string;
  readonly source: string;
  readonly at: string;
}

/**
 * Where every outside input of the emergency stop ends. It can halt and nothing else. A halt that comes before there is anything to halt
 * is kept and handed on as soon as there is.
 */
export class HaltDesk {
  /** Resolves at the first halt, whoever asked for it. */
  readonly halted: Promise<void>;
  readonly #facts: DeskFacts;
  readonly #startedAt: string;
  #resolve: () => void = () => {};
  #target: HaltTarget | undefined;
  #changed: Change | undefined;
  #asked: { readonly trigger: string; readonly source: StateSource } | undefined;
  #key: EngineStatus['key'] = 'held';

  constructor(facts: DeskFacts) {
    this.#facts = facts;
    this.#startedAt = this.#now();
    this.halted = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Puts an engine behind the desk. */
  attach(target: HaltTarget): void {
    this.#target = target;
    if (this.#asked !== undefined) target.halt(this.#asked.trigger, this.#asked.source);
    if (this.#key === 'dropped') target.dropKey();
  }

  /** Halts; the engine's way to a signature is closed when this returns. */
  halt(trigger: string, source: StateSource): void {
    this.#target?.halt(trigger, source);
    this.#asked ??= { trigger, source };
    // The engine's own event, if it gave one, has said it better.
    if (this.#changed?.to !== 'HALTED') this.#changed = { to: 'HALTED', trigger, source, at: this.#now() };
    this.#resolve();
  }

  /** Takes note of what the engine does by itself. */
  observe(event: EngineEvent): void {
    if (event.type !== 'state') return;
    this.#changed = { to: event.to, trigger: event.trigger, source: event.source ?? 'engine', at: event.at };
    if (event.to === 'HALTED') this.#resolve();
  }

  /** Returns what an operator wants to know. */
  status(): EngineStatus {
    const changed = this.#changed;
    const summary = this.#target?.summary?.();
    return {
      pid: this.#facts.pid,
      network: this.#facts.network,
      startedAt: this.#startedAt,
      state: changed?.to ?? 'ACTIVE',
      ...(changed === undefined ? {} : { trigger: changed.trigger, source: changed.source, since: changed.at }),
      key: this.#key,
      ...(this.#target?.inFlight() ?? { inFlight: [] }),
      ...(summary === undefined ? {} : { summary }),
    };
  }

  /** Answers a request of the control socket. */
  answer(request: ControlRequest): ControlAnswer {
    if (request.command === 'halt') this.halt(request.reason === '' ? 'tandem halt' : request.reason, 'cli');
    if (request.command === 'lock') {
      this.halt('tandem keys lock', 'cli');
      this.#key = 'dropped';
      this.#target?.dropKey();
    }
    return { ok: true, status: this.status() };
  }

  #now(): string {
    return new Date(this.#facts.nowMs()).toISOString();
  }
}
