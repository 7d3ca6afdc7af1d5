export { type HaltControl, oneLine } from './api/halt-route.js';
export { MetricsServer } from './api/metrics-server.js';
export { ChannelHalt, type ChannelHaltOptions } from './channels/channel-halt.js';
export type { ChannelListener, ChannelMessage, CommandChannel } from './channels/command-channel.js';
export { InProcessChannel } from './channels/in-process-channel.js';
export { EventStream, type EventListener } from './ingest/event-stream.js';
export { EngineMetrics } from './metrics/engine-metrics.js';
export { createMetricSet, type MetricSet } from './metrics/registry.js';
export { Monitor, type MonitorOptions } from './monitor.js';
