import {
  AddressLookupTableAccount,
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
} from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { addressKey, addressText } from '../../src/cluster/address-key.js';
import type { EmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { fundedKey, signed } from './funded.js';
import { StandingClock, startManualCluster } from './manual-cluster.js';

describe('the embedded chain', () => {
  let cluster: EmbeddedCluster;
  let payer: Keypair;
  let clock: StandingClock;

  beforeEach(async () => {
    clock = new StandingClock();
    cluster = await startManualCluster({ clock });
    payer = await fundedKey(cluster);
  });

  afterEach(async () => {
    await cluster.stop();
  });

  const transfer = (to: PublicKey, lamports: number): TransactionInstruction =>
    SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports });
  const send = async (instructions: TransactionInstruction[], tables: AddressLookupTableAccount[] = []) =>
    cluster.submit(signed(instructions, await cluster.latestBlockhash(), [payer], tables));
  const lamportsOf = (key: PublicKey, commitment: 'processed' | 'confirmed' | 'finalized') =>
    cluster.chain.account(addressKey(key.toBytes()), commitment)?.lamports ?? 0n;

  it('takes a blockhash for exactly 150 further blocks, and refuses it afterwards without a trace', async () => {
    const blockhash = await cluster.latestBlockhash();
    const { ledger, history } = cluster.chain;
    const lastValid = ledger.queue.lastValidBlockHeight(ledger.head.previousBlockhash)!;
    expect(lastValid).toBe(ledger.head.blockHeight + 150n);
    const [early, last, late] = [1, 2, 3].map((n) =>
      signed([transfer(Keypair.generate().publicKey, 1_000_000 + n)], blockhash, [payer]),
    );
    expect((await cluster.submit(early!)).error).toBeNull();
    while (ledger.head.blockHeight < lastValid) cluster.advanceSlot();
    expect((await cluster.submit(last!)).error).toBeNull();
    cluster.advanceSlot();
    const balance = lamportsOf(payer.publicKey, 'processed');
    expect((await cluster.submit(late!)).error).toBe('BlockhashNotFound');
    expect(history.nextSequence).toBe(2);
    expect(lamportsOf(payer.publicKey, 'processed')).toBe(balance);
  });

  it('processes the same bytes at most once', async () => {
    const bytes = signed([transfer(Keypair.generate().publicKey, 1_000_000)], await cluster.latestBlockhash(), [payer]);
    expect((await cluster.submit(bytes)).error).toBeNull();
    expect((await cluster.submit(bytes)).error).toBe('AlreadyProcessed');
    cluster.advanceSlot();
    expect((await cluster.submit(bytes)).error).toBe('AlreadyProcessed');
  });

  it('shows a change at processed at once, at confirmed one block later and at finalized 32 blocks later', async () => {
    const to = Keypair.generate().publicKey;
    await send([transfer(to, 1_000_000)]);
    const seen = () =>
      (['processed', 'confirmed', 'finalized'] as const).map((commitment) => lamportsOf(to, commitment));
    expect(seen()).toEqual([1_000_000n, 0n, 0n]);
    cluster.advanceSlot();
    expect(seen()).toEqual([1_000_000n, 1_000_000n, 0n]);
    await send([transfer(to, 500_000)]);
    expect(seen()).toEqual([1_500_000n, 1_000_000n, 0n]);
    for (let block = 0; block < 31; block += 1) cluster.advanceSlot();
    expect(seen()).toEqual([1_500_000n, 1_500_000n, 1_000_000n]);
    cluster.advanceSlot();
    expect(seen()).toEqual([1_500_000n, 1_500_000n, 1_500_000n]);
  });

  it('lists the accounts of a program as each commitment sees them', async () => {
    const created = Keypair.generate();
    const owner = Keypair.generate().publicKey;
    const make = SystemProgram.createAccount({
      fromPubkey: payer.publicKey,
      newAccountPubkey: created.publicKey,
      lamports: 2_000_000,
      space: 8,
      programId: owner,
    });
    await cluster.submit(signed([make], await cluster.latestBlockhash(), [payer, created]));
    const owned = (commitment: 'processed' | 'confirmed') =>
      cluster.chain.accountsOwnedBy(addressKey(owner.toBytes()), commitment).map(([key]) => addressText(key));
    expect(owned('processed')).toEqual([created.publicKey.toBase58()]);
    expect(owned('confirmed')).toEqual([]);
    cluster.advanceSlot();
    expect(owned('confirmed')).toEqual([created.publicKey.toBase58()]);
  });

  it('shows accounts written as genesis would at every commitment at once', async () => {
    expect(lamportsOf(payer.publicKey, 'finalized')).toBe(100_000_000_000n);
  });

  it('charges signatures and the priority fee of the requested limit, rounded up, exactly as the payer is debited', async () => {
    const cases: [number | undefined, number][] = [
      [undefined, 0],
      [undefined, 1],
      [undefined, 1_000_000],
      [7_777, 333_333],
      [1_400_000, 5],
      [2_000_000, 1_000],
    ];
    for (const [units, microLamports] of cases) {
      const before = lamportsOf(payer.publicKey, 'processed');
      const budget = [
        ComputeBudgetProgram.setComputeUnitPrice({ microLamports }),
        ...(units === undefined ? [] : [ComputeBudgetProgram.setComputeUnitLimit({ units })]),
      ];
      const { signature, error } = await send([...budget, transfer(payer.publicKey, 1)]);
      expect(error).toBeNull();
      const record = cluster.chain.history.find(signature)!;
      const { feeLamports } = cluster.chain.history.details(record);
      expect(before - lamportsOf(payer.publicKey, 'processed'), `${units} ${microLamports}`).toBe(feeLamports);
    }
  });

  it('charges the fee of a program that is called without a limit as the runtime does', async () => {
    const before = lamportsOf(payer.publicKey, 'processed');
    const memo = new TransactionInstruction({
      programId: new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'),
      keys: [],
      data: Buffer.from('hello'),
    });
    const [create] = AddressLookupTableProgram.createLookupTable({
      authority: payer.publicKey,
      payer: payer.publicKey,
      recentSlot: Number(cluster.chain.ledger.at('confirmed').slot),
    });
    const { signature, error } = await send([
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000_000 }),
      memo,
      create,
    ]);
    expect(error).toBeNull();
    const { feeLamports, postLamports, preLamports } = cluster.chain.history.details(
      cluster.chain.history.find(signature)!,
    );
    expect(feeLamports).toBe(5_000n + 3_000n + 200_000n + 200_000n);
    const rent = postLamports[1]! - preLamports[1]!;
    expect(before - lamportsOf(payer.publicKey, 'processed')).toBe(feeLamports + rent);
  });

  it('lands a failed execution with its fee alone, and records it', async () => {
    const before = lamportsOf(payer.publicKey, 'processed');
    const to = Keypair.generate().publicKey;
    const { signature, error } = await send([transfer(to, 1_000_000), transfer(to, 1e15)]);
    expect(error).toEqual({ InstructionError: [1, { Custom: 1 }] });
    expect(before - lamportsOf(payer.publicKey, 'processed')).toBe(5_000n);
    expect(lamportsOf(to, 'processed')).toBe(0n);
    const record = cluster.chain.history.find(signature)!;
    const details = cluster.chain.history.details(record);
    expect(details.preLamports[0]! - details.postLamports[0]!).toBe(5_000n);
    expect(details.postLamports.slice(1)).toEqual(details.preLamports.slice(1));
  });

  it('charges for a missing program and for what is no program, which the machine itself does not', async () => {
    const missing = new TransactionInstruction({
      programId: Keypair.generate().publicKey,
      keys: [],
      data: Buffer.alloc(0),
    });
    const before = lamportsOf(payer.publicKey, 'processed');
    expect((await send([missing])).error).toBe('ProgramAccountNotFound');
    const plain = await fundedKey(cluster);
    expect(
      (await send([new TransactionInstruction({ programId: plain.publicKey, keys: [], data: Buffer.alloc(0) })])).error,
    ).toBe('InvalidProgramForExecution');
    expect(before - lamportsOf(payer.publicKey, 'processed')).toBe(10_000n);
    expect(cluster.chain.history.nextSequence).toBe(2);
  });

  it('drops without a trace what cannot pay, is badly signed, or names a lookup table that is not there', async () => {
    const poor = await fundedKey(cluster, 4_999n);
    const blockhash = await cluster.latestBlockhash();
    const nobody = Keypair.generate();
    const send = (from: Keypair) =>
      cluster.submit(
        signed(
          [SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: from.publicKey, lamports: 0 })],
          blockhash,
          [from],
        ),
      );
    expect((await send(poor)).error).toBe('InsufficientFundsForFee');
    expect((await send(nobody)).error).toBe('AccountNotFound');
    const forged = signed([transfer(nobody.publicKey, 1_000_000)], blockhash, [payer]);
    forged[20]! ^= 1;
    expect((await cluster.submit(forged)).error).toBe('SignatureFailure');
    const table = new AddressLookupTableAccount({
      key: nobody.publicKey,
      state: {
        deactivationSlot: 2n ** 64n - 1n,
        lastExtendedSlot: 0,
        lastExtendedSlotStartIndex: 0,
        addresses: [poor.publicKey],
      },
    });
    expect(
      (await cluster.submit(signed([transfer(poor.publicKey, 1_000_000)], blockhash, [payer], [table]))).error,
    ).toBe('AddressLookupTableNotFound');
    expect(cluster.chain.history.nextSequence).toBe(0);
  });

  it('lets addresses of a lookup table be used from the slot after they were added', async () => {
    const to = Keypair.generate().publicKey;
    const [create, key] = AddressLookupTableProgram.createLookupTable({
      authority: payer.publicKey,
      payer: payer.publicKey,
      recentSlot: Number(cluster.chain.ledger.at('confirmed').slot),
    });
    const extend = AddressLookupTableProgram.extendLookupTable({
      payer: payer.publicKey,
      authority: payer.publicKey,
      lookupTable: key,
      addresses: [to],
    });
    expect((await send([create, extend])).error).toBeNull();
    const table = new AddressLookupTableAccount({
      key,
      state: { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 0, lastExtendedSlotStartIndex: 0, addresses: [to] },
    });
    expect((await send([transfer(to, 1_000_000)], [table])).error).toBe('InvalidAddressLookupTableIndex');
    cluster.advanceSlot();
    expect((await send([transfer(to, 1_000_000)], [table])).error).toBeNull();
    expect(lamportsOf(to, 'processed')).toBe(1_000_000n);
  });

  it('sets the clock sysvar of each block from the injected clock', async () => {
    clock.unixMs += 7_000;
    const slot = cluster.advanceSlot();
    const sysvar = (await cluster.getAccount(new PublicKey('SysvarC1ock11111111111111111111111111111111').toBytes()))!;
    const view = Buffer.from(sysvar.data);
    expect(view.readBigUInt64LE(0)).toBe(slot);
    expect(view.readBigInt64LE(32)).toBe(1_800_000_007n);
    expect(cluster.chain.ledger.head.unixTimestamp).toBe(1_800_000_007n);
  });

  it('keeps slot and block height apart by skipping slots, the same ones for the same seed', async () => {
    const slots = async (seed: string): Promise<bigint[]> => {
      const other = await startManualCluster({ seed, skippedPerMille: 200 });
      const list = Array.from({ length: 40 }, () => other.advanceSlot());
      expect(other.chain.ledger.head.slot).toBeGreaterThan(other.chain.ledger.head.blockHeight);
      await other.stop();
      return list;
    };
    expect(await slots('a')).toEqual(await slots('a'));
    expect(await slots('a')).not.toEqual(await slots('b'));
  });

  it('keeps no more history than it was given room for, and forgets the addresses with it', async () => {
    const small = await startManualCluster({ history: { transactions: 10 } });
    const from = await fundedKey(small);
    const signatures: string[] = [];
    for (let n = 0; n < 25; n += 1) {
      const to = Keypair.generate().publicKey;
      const bytes = signed(
        [SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to, lamports: 1_000_000 })],
        await small.latestBlockhash(),
        [from],
      );
      signatures.push((await small.submit(bytes)).signature);
    }
    const { history } = small.chain;
    expect(history.size).toBe(10);
    expect(history.find(signatures[14]!)).toBeUndefined();
    expect(history.find(signatures[15]!)?.sequence).toBe(15);
    const visited: number[] = [];
    history.visitMentions(addressKey(from.publicKey.toBytes()), (record) => visited.push(record.sequence) > 0);
    expect(visited).toEqual([24, 23, 22, 21, 20, 19, 18, 17, 16, 15]);
    await small.stop();
  });

  it.each([
    ['confirmedLag', { confirmedLag: 0 }],
    ['finalizedLag', { confirmedLag: 5, finalizedLag: 4 }],
    ['slotMs', { slotMs: 0 }],
    ['port', { port: 65_535 }],
    ['skippedPerMille', { skippedPerMille: 1_000 }],
  ])('refuses %s out of range by name', async (option, options) => {
    await expect(startManualCluster(options)).rejects.toMatchObject({
      code: 'SANDBOX_OPTION_OUT_OF_RANGE',
      context: { option },
    });
  });

  it('refuses bytes that are no program or no transaction', async () => {
    await expect(cluster.loadProgram(new Uint8Array(32).fill(9), new Uint8Array(100))).rejects.toMatchObject({
      code: 'SANDBOX_PROGRAM_INVALID',
    });
    await expect(cluster.submit(new Uint8Array(100))).rejects.toMatchObject({ code: 'SANDBOX_TRANSACTION_INVALID' });
  });
});
