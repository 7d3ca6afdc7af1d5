import { WebSocket } from 'ws';

import { encodeBase58 } from '../../src/cluster/base58.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import { signed } from '../cluster/funded.js';
import { TOKEN, transferTokens } from '../cluster/token-calls.js';
import { FROM, PAYER, RECEIVER, TO, transfer } from './genesis.js';

const confirmed = { commitment: 'confirmed' };
const base64 = { encoding: 'base64', commitment: 'confirmed' };

/** Subscribes to everything, lands one transaction and returns the first notification of each kind that comes, by method. */
export async function firstNotifications(
  cluster: Cluster,
  amount: number,
  awaited: readonly string[],
): Promise<Record<string, unknown>> {
  const socket = new WebSocket(cluster.wsUrl);
  const found: Record<string, unknown> = {};
  const answers: unknown[] = [];
  await new Promise((resolve) => socket.once('open', resolve));
  await earlierIsConfirmed(cluster);
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString('utf8')) as {
      method?: string;
      params?: { result?: { value?: unknown } };
    };
    if (message.method === undefined) answers.push(message);
    else if (message.params?.result?.value !== 'receivedSignature') found[message.method] ??= message;
  });
  const bytes = signed(
    [transfer(amount), transferTokens(FROM, TO, PAYER.publicKey, BigInt(amount % 1_000))],
    await cluster.latestBlockhash(),
    [PAYER],
  );
  const signature = encodeBase58(bytes.subarray(1, 65));
  const requests: [string, unknown[]][] = [
    ['slotSubscribe', []],
    ['rootSubscribe', []],
    ['accountSubscribe', [RECEIVER.toBase58(), base64]],
    [
      'programSubscribe',
      [
        TOKEN.toBase58(),
        { ...base64, filters: [{ dataSize: 165 }, { memcmp: { offset: 32, bytes: RECEIVER.toBase58() } }] },
      ],
    ],
    ['logsSubscribe', [{ mentions: [RECEIVER.toBase58()] }, confirmed]],
    ['signatureSubscribe', [signature, confirmed]],
  ];
  requests.forEach(([method, params], id) => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  });
  await until(() => answers.length === requests.length);
  await cluster.submit(bytes);
  await until(() => awaited.every((method) => method in found));
  socket.close();
  return found;
}

/** Waits until what was processed before is confirmed too: a subscription at `confirmed` would tell of it first. */
async function earlierIsConfirmed(cluster: Cluster): Promise<void> {
  const processed = await cluster.currentSlot();
  let confirmedSlot = -1n;
  const deadline = Date.now() + 3_000;
  while (confirmedSlot <= processed && Date.now() < deadline) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getSlot', params: [confirmed] });
    const response = await fetch(cluster.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    confirmedSlot = BigInt(((await response.json()) as { result: number }).result);
  }
}

/** Waits for a condition; whoever asked finds out by what is missing. */
async function until(condition: () => boolean, timeoutMs = 3_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
}
