import type { EngineEvent } from '@tandem/engine/events';
import type { HaltControl } from './api/halt-route.js';
import { MetricsServer } from './api/metrics-server.js';
import { EventStream, type EventListener } from './ingest/event-stream.js';
import { EngineMetrics } from './metrics/engine-metrics.js';

export interface MonitorOptions {
  /** Port of `/metrics` on loopback; 0 picks a free one. `undefined` serves nothing. */
  readonly metricsPort: number | undefined;
  /** Who may stop the engine through the same server, and how; nobody by default. */
  readonly haltControl?: HaltControl;
}

/** Watches one engine: counts its events and serves them. */
export class Monitor {
  readonly metrics = new EngineMetrics();
  readonly #stream = new EventStream((listener) => this.metrics.set.listenerFaults.inc({ listener }));
  readonly #options: MonitorOptions;
  #server: MetricsServer | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#stream.add('metrics', (event) => this.metrics.record(event));
  }

  /** Starts serving; returns the address, or `undefined` when no port is configured. */
  async start(): Promise<string | undefined> {
    if (this.#options.metricsPort === undefined) return undefined;
    this.#server = new MetricsServer(this.metrics.set.registry, this.#options.haltControl);
    return this.#server.listen(this.#options.metricsPort);
  }

  /** Takes one engine event. */
  publish(event: EngineEvent): void {
    this.#stream.publish(event);
  }

  /** Adds a listener of the same events. */
  listen(name: string, listener: EventListener): () => void {
    return this.#stream.add(name, listener);
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }
}
