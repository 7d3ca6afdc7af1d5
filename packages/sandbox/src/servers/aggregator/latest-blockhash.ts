import { EngineError } from '@tandem/engine/ports';
import type { Cluster } from '../../cluster/cluster.js';

const TIMEOUT_MS = 10_000;

/** A blockhash and the last block height at which it is good. */
export interface LatestBlockhash {
  readonly blockhash: string;
  readonly lastValidBlockHeight: number;
}

/** Asks the cluster's own RPC, which alone knows block heights. @throws SANDBOX_RESPONSE_INVALID */
export async function readLatestBlockhash(cluster: Cluster): Promise<LatestBlockhash> {
  const response = await fetch(cluster.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'getLatestBlockhash',
      params: [{ commitment: 'confirmed' }],
    }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { result } = (await response.json()) as { readonly result?: { readonly value?: LatestBlockhash } };
  if (result?.value !== undefined) return result.value;
  throw new EngineError('SANDBOX_RESPONSE_INVALID', 'the cluster answered getLatestBlockhash without a blockhash', {
    context: { status: response.status },
    action: 'Start the sandbox again; report it when it happens twice.',
  });
}
