import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Cluster } from '../../src/cluster/cluster.js';
import { isSurfnetAvailable, loadSurfnet } from '../../src/cluster/surfnet-binding.js';
import { startSurfnetCluster } from '../../src/cluster/surfnet-cluster.js';
import { fundedKey, signed } from './funded.js';
import { realClock } from './real-clock.js';
import { v1Transfer } from './v1-transfer.js';

describe('the Surfnet package', () => {
  it('is reported missing by code where the platform has none', () => {
    expect(() => loadSurfnet('aix-ppc64')).toThrow(expect.objectContaining({ code: 'SANDBOX_SURFNET_MISSING' }));
  });
});

describe.skipIf(!isSurfnetAvailable())(
  'the Surfnet cluster (skipped where the platform has no Surfnet package)',
  () => {
    let cluster: Cluster;
    let payer: Keypair;
    const faults: unknown[] = [];

    beforeAll(async () => {
      cluster = await startSurfnetCluster({ clock: realClock, onFault: (error) => faults.push(error) });
      payer = await fundedKey(cluster);
    });

    afterAll(async () => {
      await cluster.stop();
      await cluster.stop();
      expect(faults).toEqual([]);
    });

    const transfer = async (lamports: number): Promise<Uint8Array> => {
      const to = Keypair.generate().publicKey;
      const move = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports });
      return signed([move], await cluster.latestBlockhash(), [payer]);
    };

    it('holds lamports above 2^53 and data to the byte', async () => {
      const account = {
        address: new Uint8Array(32).fill(5),
        owner: new Uint8Array(32).fill(6),
        lamports: 2n ** 62n + 1n,
        data: Uint8Array.from({ length: 300 }, (_, index) => index),
        executable: false,
      };
      await cluster.setAccount(account);
      expect(await cluster.getAccount(account.address)).toEqual(account);
      const small = { ...account, address: new Uint8Array(32).fill(7), lamports: 2n ** 53n - 1n };
      await cluster.setAccount(small);
      expect(await cluster.getAccount(small.address)).toEqual(small);
      expect(await cluster.getAccount(new Uint8Array(32).fill(8))).toBeNull();
    });

    it('executes v1 transactions, although it has no account of their gate', async () => {
      const to = new Uint8Array(32).fill(9);
      const blockhash = new PublicKey(await cluster.latestBlockhash()).toBytes();
      const bytes = v1Transfer(payer, to, 2_000_000n, blockhash);
      expect((await cluster.submit(bytes)).error).toBeNull();
      expect((await cluster.submit(bytes)).error).toBe('AlreadyProcessed');
      expect((await cluster.getAccount(to))?.lamports).toBe(2_000_000n);
      const gate = new PublicKey('txv1aq4pp281K9um3tnPgkfX8UqtFT6wcVW3hNezGLL');
      expect(await cluster.getAccount(gate.toBytes())).toBeNull();
    });

    it('tells what became of a transaction in the words of the embedded cluster', async () => {
      const bytes = await transfer(1_000_000);
      expect((await cluster.submit(bytes)).error).toBeNull();
      expect((await cluster.submit(bytes)).error).toBe('AlreadyProcessed');
      expect((await cluster.submit(await transfer(1e15))).error).toEqual({ InstructionError: [0, { Custom: 1 }] });
      const stale = signed([], '4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM', [payer]);
      expect((await cluster.submit(stale)).error).toBe('BlockhashNotFound');
    });

    it('produces slots by itself', async () => {
      const slot = await cluster.currentSlot();
      await expect.poll(() => cluster.currentSlot()).toBeGreaterThan(slot + 1n);
    });

    it('refuses bytes that are no program', async () => {
      await expect(cluster.loadProgram(new Uint8Array(32).fill(9), new Uint8Array(100))).rejects.toMatchObject({
        code: 'SANDBOX_PROGRAM_INVALID',
      });
    });
  },
);
