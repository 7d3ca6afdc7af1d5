import type { EngineEvent, FeesRecord, TimingsUs } from '@tandem/engine/events';
import { createMetricSet, type MetricSet } from './registry.js';

const STATES = ['ACTIVE', 'REDUCING', 'HALTED'] as const;
const MICROS_PER_SECOND = 1_000_000;

/** Turns engine events into metrics. Lamports become doubles only here, for display. */
export class EngineMetrics {
  readonly set: MetricSet;

  constructor(set: MetricSet = createMetricSet()) {
    this.set = set;
  }

  /** Counts one event. */
  record(event: EngineEvent): void {
    const { set } = this;
    switch (event.type) {
      case 'started':
        set.info.set(
          { core: event.core, network: event.network, chain: event.chain, mode: event.mode, version: event.version },
          1,
        );
        this.#setState('ACTIVE');
        return;
      case 'opportunity':
        set.opportunities.inc();
        return;
      case 'refused':
        set.refused.inc({ stage: event.stage, reason: event.reason });
        return;
      case 'submitted':
        set.submitted.inc({ sender: event.sender });
        set.transactionBytes.observe(event.bytes);
        return;
      case 'executed':
        set.executed.inc({ base_mint: event.baseMint });
        set.netProfitLamports.inc(Number(event.netProfitLamports));
        this.#countFees(event.fees);
        this.#observeStages(event.timingsUs);
        return;
      case 'simulated':
        set.simulated.inc();
        this.#observeStages(event.timingsUs);
        return;
      case 'missed':
        set.missed.inc({ verdict: event.verdict });
        set.netProfitLamports.dec(Number(event.costLamports));
        set.costLamports.inc({ kind: 'missed' }, Number(event.costLamports));
        return;
      case 'state':
        this.#setState(event.to);
        return;
      case 'alert':
        set.alerts.inc({ severity: event.severity, rule: event.rule });
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

  #setState(current: (typeof STATES)[number]): void {
    for (const state of STATES) this.set.state.set({ state }, state === current ? 1 : 0);
  }

  #countFees(fees: FeesRecord): void {
    for (const kind of ['base', 'priority', 'tip', 'rent'] as const) {
      this.set.costLamports.inc({ kind }, Math.max(0, Number(fees[kind])));
    }
  }

  #observeStages(timings: TimingsUs): void {
    for (const stage of ['detect', 'validate', 'build', 'sign', 'send', 'confirm'] as const) {
      this.set.stageSeconds.observe({ stage }, timings[stage] / MICROS_PER_SECOND);
    }
  }
}
