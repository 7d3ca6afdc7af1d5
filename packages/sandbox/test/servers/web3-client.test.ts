import {
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  Connection,
  Keypair,
  PublicKey,
  type SendTransactionError,
  SystemProgram,
} from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { fundedKey, signedTransaction } from '../cluster/funded.js';
import { realClock } from '../cluster/real-clock.js';
import { createMint, createTokenAccount, mintTo, tokenAccountOf, transferTokens } from '../cluster/token-calls.js';

describe('@solana/web3.js against the embedded cluster', () => {
  let cluster: EmbeddedCluster;
  let connection: Connection;
  let payer: Keypair;

  beforeAll(async () => {
    cluster = await startEmbeddedCluster({ clock: realClock, slotMs: 40 });
    connection = new Connection(cluster.rpcUrl, 'confirmed');
    payer = await fundedKey(cluster);
  });

  afterAll(async () => {
    await cluster.stop();
  });

  async function land(
    instructions: Parameters<typeof signedTransaction>[0],
    signers: Keypair[] = [payer],
    tables: Parameters<typeof signedTransaction>[3] = [],
  ): Promise<string> {
    const latest = await connection.getLatestBlockhash();
    const transaction = signedTransaction(instructions, latest.blockhash, signers, tables);
    const signature = await connection.sendTransaction(transaction);
    const { value } = await connection.confirmTransaction({ signature, ...latest }, 'confirmed');
    expect(value.err).toBeNull();
    return signature;
  }

  it('confirms a transfer by websocket and reads it back with its balances', async () => {
    const to = Keypair.generate().publicKey;
    const signature = await land([
      ComputeBudgetProgram.setComputeUnitLimit({ units: 1_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 2_500_001 }),
      SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 5_000_000 }),
    ]);
    const found = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    expect(found?.meta?.fee).toBe(5_000 + 2_501);
    expect(found?.meta?.err).toBeNull();
    expect(found?.version).toBe(0);
    const { preBalances, postBalances } = found!.meta!;
    expect(preBalances[0]! - postBalances[0]!).toBe(5_000_000 + 7_501);
    expect(postBalances[1]! - preBalances[1]!).toBe(5_000_000);
    expect(found!.transaction.message.staticAccountKeys[0]!.equals(payer.publicKey)).toBe(true);
    const [newest] = await connection.getSignaturesForAddress(to);
    expect(newest?.signature).toBe(signature);
    expect(newest?.blockTime).toBe(found?.blockTime);
    expect(
      await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0, commitment: 'finalized' }),
    ).toBeNull();
  });

  it('moves tokens and reports token balances before and after', async () => {
    const mint = Keypair.generate();
    const receiver = Keypair.generate().publicKey;
    const [from, to] = [tokenAccountOf(payer.publicKey, mint.publicKey), tokenAccountOf(receiver, mint.publicKey)];
    const rent = await connection.getMinimumBalanceForRentExemption(82);
    await land(
      [
        ...createMint(payer.publicKey, mint, 6, rent),
        createTokenAccount(payer.publicKey, payer.publicKey, mint.publicKey),
        createTokenAccount(payer.publicKey, receiver, mint.publicKey),
        mintTo(mint.publicKey, from, payer.publicKey, 2n ** 63n),
      ],
      [payer, mint],
    );
    const signature = await land([transferTokens(from, to, payer.publicKey, 2n ** 60n + 1n)]);
    const { meta, transaction } = (await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }))!;
    const index = transaction.message.staticAccountKeys.findIndex((key) => key.equals(to));
    const [pre, post] = [meta!.preTokenBalances!, meta!.postTokenBalances!].map((balances) =>
      balances.find((balance) => balance.accountIndex === index),
    );
    expect(pre?.uiTokenAmount).toMatchObject({ amount: '0', decimals: 6, uiAmount: null, uiAmountString: '0' });
    expect(post).toMatchObject({ mint: mint.publicKey.toBase58(), owner: receiver.toBase58() });
    expect(post?.uiTokenAmount).toMatchObject({
      amount: '1152921504606846977',
      uiAmountString: '1152921504606.846977',
    });
    expect((await connection.getTokenAccountBalance(to)).value.amount).toBe('1152921504606846977');
    const parsed = await connection.getParsedAccountInfo(to);
    expect(parsed.value?.data).toMatchObject({ parsed: { info: { tokenAmount: { amount: '1152921504606846977' } } } });
    const owned = await connection.getParsedTokenAccountsByOwner(receiver, { mint: mint.publicKey });
    expect(owned.value.map((entry) => entry.pubkey.toBase58())).toEqual([to.toBase58()]);
  });

  it('creates a lookup table and lands a transaction that loads accounts from it', async () => {
    const recentSlot = await connection.getSlot('finalized');
    const [create, table] = AddressLookupTableProgram.createLookupTable({
      authority: payer.publicKey,
      payer: payer.publicKey,
      recentSlot,
    });
    const to = Keypair.generate().publicKey;
    const extend = AddressLookupTableProgram.extendLookupTable({
      payer: payer.publicKey,
      authority: payer.publicKey,
      lookupTable: table,
      addresses: [to, new PublicKey(new Uint8Array(32).fill(3))],
    });
    await land([create, extend]);
    const loaded = (await connection.getAddressLookupTable(table)).value!;
    expect(loaded.state.addresses[0]!.equals(to)).toBe(true);
    const signature = await land(
      [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 3_000_000 })],
      [payer],
      [loaded],
    );
    const { meta, transaction } = (await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }))!;
    expect(meta?.loadedAddresses?.writable.map(String)).toEqual([to.toBase58()]);
    expect(transaction.message.addressTableLookups).toHaveLength(1);
    expect(meta!.postBalances.at(-1)! - meta!.preBalances.at(-1)!).toBe(3_000_000);
    const [newest] = await connection.getSignaturesForAddress(to);
    expect(newest?.signature).toBe(signature);
  });

  it('refuses what fails in preflight with the logs, and lands it as failed when preflight is skipped', async () => {
    const latest = await connection.getLatestBlockhash();
    const tooMuch = SystemProgram.transfer({
      fromPubkey: payer.publicKey,
      toPubkey: Keypair.generate().publicKey,
      lamports: 9e14,
    });
    const transaction = signedTransaction([tooMuch], latest.blockhash, [payer]);
    const refusal = await connection.sendTransaction(transaction).then(
      () => undefined,
      (error: unknown) => error as SendTransactionError,
    );
    expect(refusal?.transactionError.message).toContain('custom program error: 0x1');
    expect(refusal?.logs?.some((line) => line.includes('insufficient lamports'))).toBe(true);
    const balance = await connection.getBalance(payer.publicKey, 'processed');
    const signature = await connection.sendTransaction(transaction, { skipPreflight: true });
    const { value } = await connection.getSignatureStatus(signature);
    expect(value).toMatchObject({ err: { InstructionError: [0, { Custom: 1 }] } });
    expect(await connection.getBalance(payer.publicKey, 'processed')).toBe(balance - 5_000);
  });

  it('simulates with a replaced blockhash, unsigned, and returns the accounts after', async () => {
    const to = Keypair.generate().publicKey;
    const transaction = signedTransaction(
      [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 4_000_000 })],
      PublicKey.default.toBase58(),
      [payer],
    );
    transaction.signatures[0]!.fill(0);
    const { value } = await connection.simulateTransaction(transaction, {
      replaceRecentBlockhash: true,
      accounts: { encoding: 'base64', addresses: [to.toBase58()] },
    });
    expect(value.err).toBeNull();
    expect(value.accounts?.[0]?.lamports).toBe(4_000_000);
    expect(value.unitsConsumed).toBe(150);
    expect(await connection.getBalance(to, 'processed')).toBe(0);
    const stale = await connection.simulateTransaction(transaction);
    expect(stale.value.err).toBe('BlockhashNotFound');
  });

  it('tells account, program, logs and slot subscribers, and stops when told to', async () => {
    const to = Keypair.generate().publicKey;
    const seen = { account: 0, program: 0, logs: [] as string[], slots: [] as number[] };
    const ids = [
      connection.onAccountChange(to, (account) => (seen.account = account.lamports), { commitment: 'confirmed' }),
      connection.onProgramAccountChange(
        SystemProgram.programId,
        (entry) => {
          if (entry.accountId.equals(to)) seen.program = entry.accountInfo.lamports;
        },
        { commitment: 'processed', filters: [{ dataSize: 0 }] },
      ),
    ];
    const logsId = connection.onLogs(to, (logs) => seen.logs.push(logs.signature), 'processed');
    const slotId = connection.onSlotChange((slot) => seen.slots.push(slot.slot));
    await expect.poll(() => seen.slots.length).toBeGreaterThan(1);
    const signature = await land([
      SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 6_000_000 }),
    ]);
    await expect.poll(() => seen).toMatchObject({ account: 6_000_000, program: 6_000_000, logs: [signature] });
    expect([...seen.slots].sort((a, b) => a - b)).toEqual(seen.slots);
    await connection.removeAccountChangeListener(ids[0]!);
    await connection.removeProgramAccountChangeListener(ids[1]!);
    await connection.removeOnLogsListener(logsId);
    await connection.removeSlotChangeListener(slotId);
  });

  it('gives airdrops as transactions', async () => {
    const to = Keypair.generate().publicKey;
    const signature = await connection.requestAirdrop(to, 2_000_000_000);
    expect(await connection.getBalance(to, 'processed')).toBe(2_000_000_000);
    expect((await connection.getSignatureStatus(signature)).value?.err).toBeNull();
  });
});
