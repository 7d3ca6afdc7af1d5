import { SeededRandom } from '@tandem/engine/testing';

import type { EmbeddedCluster } from '../../../src/cluster/embedded-cluster.js';
import { type FaultyEndpoint, startFaultyEndpoint } from '../../../src/servers/endpoints/faulty-endpoint.js';
import { Faults } from '../../../src/servers/faults.js';
import { startManualCluster } from '../../cluster/manual-cluster.js';
import { realClock } from '../../cluster/real-clock.js';

export interface ProxiedCluster {
  readonly cluster: EmbeddedCluster;
  readonly faults: Faults;
  readonly endpoint: FaultyEndpoint;
  close(): Promise<void>;
}

/** A manual cluster with one faulty endpoint in front of it, on the machine's clock. */
export async function startProxiedCluster(clock = realClock): Promise<ProxiedCluster> {
  const cluster = await startManualCluster();
  const faults = new Faults(new SeededRandom(3));
  const { rpcUrl, wsUrl } = cluster;
  const endpoint = await startFaultyEndpoint({ name: 'a', rpcUrl, wsUrl, clock, faults });
  return {
    cluster,
    faults,
    endpoint,
    close: async () => {
      await endpoint.stop();
      await cluster.stop();
    },
  };
}

/** Posts a body and returns the answer as it came; rejects when the connection breaks or the time is over. */
export async function post(
  url: string,
  body: string,
  timeoutMs = 5_000,
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export function rpcBody(method: string, params: unknown[] = [], id: unknown = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}
