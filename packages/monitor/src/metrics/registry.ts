import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Bucket bounds of stage latencies, seconds: 1 µs to 30 s, three a decade. */
const STAGE_BUCKETS_SECONDS = [
  1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10,
  30,
];

/** The engine's metrics under their stable names. */
export interface MetricSet {
  readonly registry: Registry;
  readonly opportunities: Counter;
  readonly refused: Counter<'stage' | 'reason'>;
  readonly submitted: Counter<'sender'>;
  readonly executed: Counter<'base_mint'>;
  readonly simulated: Counter;
  readonly missed: Counter<'verdict'>;
  readonly alerts: Counter<'severity' | 'rule'>;
  readonly costLamports: Counter<'kind'>;
  readonly netProfitLamports: Gauge;
  readonly transactionBytes: Histogram;
  readonly stageSeconds: Histogram<'stage'>;
  readonly state: Gauge<'state'>;
  readonly info: Gauge<'core' | 'network' | 'chain' | 'mode' | 'version'>;
  readonly listenerFaults: Counter<'listener'>;
}

/** Creates the metrics in a registry of their own; nothing is process-global, so two engines can live in one process. */
export function createMetricSet(): MetricSet {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter<Label>({ name, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge<Label>({ name, help, labelNames: [...labelNames], registers });
  return {
    registry,
    opportunities: counter('tandem_opportunities_total', 'Opportunities that the strategy gave.'),
    refused: counter('tandem_refused_total', 'Opportunities refused, by stage and reason code.', ['stage', 'reason']),
    submitted: counter('tandem_submitted_total', 'Transactions handed to a sender for the first time.', ['sender']),
    executed: counter('tandem_executed_total', 'Trades that landed and succeeded.', ['base_mint']),
    simulated: counter('tandem_simulated_total', 'Trades that were simulated instead of sent.'),
    missed: counter('tandem_missed_total', 'Submissions that did not trade, by verdict.', ['verdict']),
    alerts: counter('tandem_alerts_total', 'Alerts, by severity and rule.', ['severity', 'rule']),
    costLamports: counter('tandem_cost_lamports_total', 'Lamports paid, by kind.', ['kind']),
    netProfitLamports: gauge('tandem_net_profit_lamports', 'Realized net profit since the start, lamports.'),
    transactionBytes: new Histogram({
      name: 'tandem_transaction_bytes',
      help: 'Size of the signed transactions.',
      buckets: [200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1232],
      registers,
    }),
    stageSeconds: new Histogram({
      name: 'tandem_stage_seconds',
      help: 'Time a trade spent in a stage.',
      labelNames: ['stage'],
      buckets: STAGE_BUCKETS_SECONDS,
      registers,
    }),
    state: gauge('tandem_state', 'One for the current risk state, zero for the others.', ['state']),
    info: gauge('tandem_info', 'Facts of this run; always one.', ['core', 'network', 'chain', 'mode', 'version']),
    listenerFaults: counter('tandem_listener_faults_total', 'Event listeners that threw and were taken off.', [
      'listener',
    ]),
  };
}
