export { MetricsServer } from './api/metrics-server.js';
export { EventStream, type EventListener } from './ingest/event-stream.js';
export { EngineMetrics } from './metrics/engine-metrics.js';
export { createMetricSet, type MetricSet } from './metrics/registry.js';
export { Monitor, type MonitorOptions } from './monitor.js';
