import type { Clock } from '@tandem/engine/ports';

import {
  type EmbeddedCluster,
  type EmbeddedClusterOptions,
  startEmbeddedCluster,
} from '../../src/cluster/embedded-cluster.js';

/** A clock that stands still until it is set; `sleep` is not expected. */
export class StandingClock implements Clock {
  unixMs = 1_800_000_000_000;

  nowMs(): number {
    return this.unixMs;
  }

  nowMicros(): number {
    return this.unixMs * 1_000;
  }

  sleep(): Promise<void> {
    throw new Error('nothing sleeps in manual production');
  }
}

/** Starts a cluster whose blocks are opened by the test, without skipped slots unless asked for. */
export function startManualCluster(options: Partial<EmbeddedClusterOptions> = {}): Promise<EmbeddedCluster> {
  return startEmbeddedCluster({
    clock: new StandingClock(),
    blockProduction: 'manual',
    skippedPerMille: 0,
    ...options,
  });
}

/** Calls a method and returns the whole answer. */
export async function callRpc(
  url: string,
  method: string,
  params: unknown[] = [],
): Promise<{ result?: unknown; error?: { code: number; message: string; data?: unknown } }> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
}
