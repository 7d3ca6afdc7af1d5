import { SeededRandom } from '@tandem/engine/testing';
import { SystemProgram } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { encodeBase58 } from '../../../src/cluster/base58.js';
import { FAULT_NAMES } from '../../../src/servers/faults.js';
import { fundedKey, signed } from '../../cluster/funded.js';
import { callRpc } from '../../cluster/manual-cluster.js';
import { post, type ProxiedCluster, rpcBody, startProxiedCluster } from './proxied-cluster.js';

const SEED = 20_261_125;

describe(`an endpoint with every fault at once (seed ${SEED})`, () => {
  let under: ProxiedCluster;
  beforeAll(async () => {
    under = await startProxiedCluster();
  });
  afterAll(async () => under.close());

  it('lives through it, strikes each of them, and is honest again when they end', async () => {
    const { cluster, endpoint, faults } = under;
    const random = new SeededRandom(SEED);
    const payer = await fundedKey(cluster);
    for (const name of FAULT_NAMES) faults.set(name, { perMille: 120, ms: 20 });
    const signatures: string[] = [];
    const requests: (() => Promise<string>)[] = [
      async () => rpcBody('getSlot', [{ commitment: 'processed' }]),
      async () => rpcBody('getSignatureStatuses', [signatures.slice(-5), { searchTransactionHistory: true }]),
      async () => rpcBody('getTransaction', [signatures[0] ?? encodeBase58(new Uint8Array(64))]),
      async () => rpcBody('getLatestBlockhash', [{ minContextSlot: Number(await cluster.currentSlot()) - 32 }]),
      async () => `[${rpcBody('getBlockHeight')},${rpcBody('getHealth')},3]`,
      async () => {
        const pay = SystemProgram.transfer({
          fromPubkey: payer.publicKey,
          toPubkey: payer.publicKey,
          lamports: signatures.length,
        });
        const bytes = signed([pay], await cluster.latestBlockhash(), [payer]);
        signatures.push(encodeBase58(bytes.subarray(1, 65)));
        return rpcBody('sendTransaction', [Buffer.from(bytes).toString('base64'), { encoding: 'base64' }]);
      },
    ];
    let answered = 0;
    for (let round = 0; round < 50; round += 1) {
      cluster.advanceSlot();
      const bodies = await Promise.all(Array.from({ length: 8 }, () => requests[random.nextInt(requests.length)]!()));
      const sockets = Array.from({ length: 2 }, () => new WebSocket(endpoint.wsUrl));
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.on('open', () => socket.send(rpcBody('slotSubscribe')));
      }
      const results = await Promise.allSettled(bodies.map(async (body) => post(endpoint.rpcUrl, body, 150)));
      answered += results.filter(({ status }) => status === 'fulfilled').length;
      for (const socket of sockets) socket.terminate();
    }
    expect(answered).toBeGreaterThan(100);
    for (const name of FAULT_NAMES) expect(faults.struck(name), name).toBeGreaterThan(0);
    faults.clear();
    const truth = await callRpc(cluster.rpcUrl, 'getSignatureStatuses', [signatures.slice(0, 256)]);
    expect(await callRpc(endpoint.rpcUrl, 'getSignatureStatuses', [signatures.slice(0, 256)])).toEqual(truth);
    const landed = (truth.result as { value: unknown[] }).value.filter((status) => status !== null);
    expect(landed.length).toBe(cluster.chain.history.size);
    expect(landed.length).toBeLessThan(signatures.length);
  });
});
