import { Connection, Keypair, SystemProgram, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { realClock } from '../cluster/real-clock.js';

describe('@solana/web3.js against the embedded cluster', () => {
  let cluster: EmbeddedCluster;
  let connection: Connection;
  const payer = Keypair.generate();

  beforeAll(async () => {
    cluster = await startEmbeddedCluster({ clock: realClock, slotMs: 40 });
    connection = new Connection(cluster.rpcUrl, 'confirmed');
    await cluster.setAccount({ address: payer.publicKey.toBytes(), owner: new Uint8Array(32), lamports: 10_000_000_000n, data: new Uint8Array(), executable: false });
  });

  afterAll(async () => {
    await cluster.stop();
  });

  it('lands a transfer that is sent over RPC', async () => {
    const { blockhash } = await connection.getLatestBlockhash();
    const to = Keypair.generate().publicKey;
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: blockhash,
      instructions: [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 5_000_000 })],
    });
    const transaction = new VersionedTransaction(message.compileToV0Message());
    transaction.sign([payer]);
    const signature = await connection.sendTransaction(transaction);
    expect(await connection.getBalance(to, 'processed')).toBe(5_000_000);
    expect((await connection.getSignatureStatus(signature)).value?.err).toBeNull();
  });
});
