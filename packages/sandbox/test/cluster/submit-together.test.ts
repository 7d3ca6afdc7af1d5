import { Keypair } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { addressKey, type AddressKey } from '../../src/cluster/address-key.js';
import type { EmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { type DecodedTransaction, expectTransaction } from '../../src/cluster/transaction-decoder.js';
import { fundedKey, signed } from './funded.js';
import { startManualCluster } from './manual-cluster.js';
import { createMint, createTokenAccount, mintTo, tokenAccountOf, transferTokens } from './token-calls.js';
import { SystemProgram } from '@solana/web3.js';

describe('transactions that land together', () => {
  let cluster: EmbeddedCluster;
  let payer: Keypair;
  const told: string[] = [];
  beforeEach(async () => {
    cluster = await startManualCluster();
    payer = await fundedKey(cluster);
    told.splice(0);
    cluster.chain.listen({
      onAccount: () => told.push('account'),
      onReceived: () => told.push('received'),
      onTransaction: (record) => told.push(`transaction ${record.index}`),
    });
  });
  afterEach(async () => cluster.stop());

  const keyOf = (key: { toBytes(): Uint8Array }): AddressKey => addressKey(key.toBytes());
  const pay = (from: Keypair, to: Keypair, lamports: number) =>
    SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to.publicKey, lamports });
  async function decoded(...parts: Parameters<typeof signed>[0][]): Promise<DecodedTransaction[]> {
    const hash = await cluster.latestBlockhash();
    return parts.map((instructions) => expectTransaction(signed(instructions, hash, [payer])));
  }

  it('see what the ones before them did', async () => {
    const mint = Keypair.generate();
    const hash = await cluster.latestBlockhash();
    const own = tokenAccountOf(payer.publicKey, mint.publicKey);
    const transactions = [
      signed([...createMint(payer.publicKey, mint, 6, 1_461_600)], hash, [payer, mint]),
      signed([createTokenAccount(payer.publicKey, payer.publicKey, mint.publicKey)], hash, [payer]),
      signed([mintTo(mint.publicKey, own, payer.publicKey, 9n)], hash, [payer]),
    ].map(expectTransaction);
    expect(cluster.chain.submitTogether(transactions)).toMatchObject({
      outcome: 'landed',
      records: [
        { index: 0, error: null },
        { index: 1, error: null },
        { index: 2, error: null },
      ],
    });
    expect(told.filter((what) => what.startsWith('transaction'))).toEqual([
      'transaction 0',
      'transaction 1',
      'transaction 2',
    ]);
  });

  it('leave the machine as it was when one fails, whether created, changed or closed', async () => {
    const { chain } = cluster;
    const [fresh, closing] = [Keypair.generate(), await fundedKey(cluster, 3_000_000n)];
    const mint = Keypair.generate();
    const hash = await cluster.latestBlockhash();
    const own = tokenAccountOf(payer.publicKey, mint.publicKey);
    const keys = [payer.publicKey, fresh.publicKey, closing.publicKey, mint.publicKey, own].map(keyOf);
    const states = (): unknown[] => keys.map((key) => chain.machine.account(key));
    const before = states();
    told.splice(0);
    const transactions = [
      signed([pay(payer, fresh, 5_000_000)], hash, [payer]),
      signed([...createMint(payer.publicKey, mint, 6, 1_461_600)], hash, [payer, mint]),
      signed([createTokenAccount(payer.publicKey, payer.publicKey, mint.publicKey)], hash, [payer]),
      // All but the fee of its own: the account ceases to exist.
      signed([pay(closing, payer, 2_995_000)], hash, [closing]),
      signed([transferTokens(own, own, payer.publicKey, 1n)], hash, [payer]),
    ].map(expectTransaction);
    expect(chain.simulateTogether(transactions.slice(0, 4)).outcome).toBe('succeeded');
    expect(states()).toEqual(before);
    const outcome = chain.submitTogether(transactions);
    expect(outcome).toMatchObject({ outcome: 'failed', index: 4 });
    expect(states()).toEqual(before);
    expect(chain.history.size).toBe(0);
    expect(told).toEqual([]);
    // Nothing is remembered of them either.
    expect(chain.submitTogether(transactions.slice(0, 4)).outcome).toBe('landed');
    expect(chain.machine.account(keyOf(closing.publicKey))?.lamports ?? 0n).toBe(0n);
  });

  it('are refused for a blockhash, a repetition or a signature that does not hold', async () => {
    const { chain } = cluster;
    const [first, second] = await decoded([pay(payer, payer, 1)], [pay(payer, payer, 2)]);
    expect(chain.submitTogether([first!, first!])).toMatchObject({ index: 1, error: 'AlreadyProcessed' });
    const forged = second!.bytes.slice();
    forged.fill(7, 1, 65);
    expect(chain.submitTogether([first!, expectTransaction(forged)])).toMatchObject({
      index: 1,
      error: 'SignatureFailure',
    });
    chain.submit(second!);
    expect(chain.submitTogether([first!, second!])).toMatchObject({ index: 1, error: 'AlreadyProcessed' });
    for (let block = 0; block < 151; block += 1) cluster.advanceSlot();
    expect(chain.simulateTogether([first!])).toMatchObject({ index: 0, error: 'BlockhashNotFound' });
    expect(chain.history.size).toBe(1);
  });
});
