// Compile, sign and serialize the two-swap transaction. A regression here is latency on every send: the whole path from
// update to signed bytes has 50 us. The mark is 30 times web3.js.
import { strict as assert } from 'node:assert';
import {
  type AccountMeta as KitAccountMeta,
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  compressTransactionMessageUsingAddressLookupTables,
  createKeyPairFromBytes,
  createTransactionMessage,
  getAddressDecoder,
  getTransactionEncoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransaction,
} from '@solana/kit';
import {
  AddressLookupTableAccount,
  Keypair,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { type CoreApi, encodeInstructions, encodeLookupTables, type Instruction, loadCore } from '@tandem/core-native';
import type { BenchRecord } from './bench-record.js';
import { compare, type Comparison, type Contestant } from './interleaved.js';
import { peerName } from './setting.js';
import { type TransactionParts, twoSwapTransaction } from './two-swap-transaction.js';

/** Measures both of our cores against both peers. */
export async function wireBench(): Promise<BenchRecord[]> {
  const parts = twoSwapTransaction();
  const web3 = web3Transaction(parts);
  const kit = await kitTransaction(parts);
  const cores = new Map([loadCore(), loadCore({ backend: 'typescript' })].map(({ backend, core }) => [backend, core]));
  const records: BenchRecord[] = [];
  for (const [backend, core] of cores) {
    const { fromPacked, fromObjects } = ourTransaction(core, parts);
    assert.deepEqual(Buffer.from(fromPacked()), Buffer.from(web3()), 'ours and web3.js give the same transaction');
    assert.equal((await kit()).length, web3().length, 'kit gives a transaction of the same size');
    const ours: Contestant = { run: fromPacked, callsPerRound: 20 };
    const packing: Contestant = { run: fromObjects, callsPerRound: 20 };
    const theirs: Contestant = { run: web3, callsPerRound: 4 };
    const rounds = { topic: 'wire', rounds: 300, warmupRounds: 60 } as const;
    const name = `two swaps, 2 tables, ${web3().length} bytes, ${backend}`;
    const web3Name = peerName('@solana/web3.js');
    const comparisons: Comparison[] = [
      { ...rounds, case: name, peer: web3Name, ours, theirs },
      { ...rounds, case: name, peer: peerName('@solana/kit'), ours, theirs: { run: kit, callsPerRound: 4 } },
      { ...rounds, case: `${name}, packing included`, peer: web3Name, ours: packing, theirs },
    ];
    for (const comparison of comparisons) records.push(await compare(comparison));
  }
  return records;
}

/** Ours from packed instructions, as `swapInstructions` hands them over, and from objects as the peers take them. */
function ourTransaction(core: CoreApi, parts: TransactionParts) {
  const { payer, blockhash } = parts;
  const signer = core.createSigner(parts.secretKey);
  const tables = encodeLookupTables(parts.lookupTables);
  const packed = encodeInstructions(parts.instructions);
  const finish = (instructions: Uint8Array): Uint8Array =>
    core.signTransaction(signer, core.compileMessage(payer, blockhash, instructions, tables));
  return { fromPacked: () => finish(packed), fromObjects: () => finish(encodeInstructions(parts.instructions)) };
}

function web3Transaction(parts: TransactionParts): () => Uint8Array {
  const wallet = Keypair.fromSecretKey(parts.secretKey);
  const key = (address: Uint8Array): PublicKey => new PublicKey(address);
  const instructions = parts.instructions.map(
    ({ program, accounts, data }) =>
      new TransactionInstruction({
        programId: key(program),
        keys: accounts.map(({ address, isSigner, isWritable }) => ({ pubkey: key(address), isSigner, isWritable })),
        data: Buffer.from(data),
      }),
  );
  const tables = parts.lookupTables.map(
    ({ address, addresses }) =>
      new AddressLookupTableAccount({
        key: key(address),
        state: {
          deactivationSlot: 2n ** 64n - 1n,
          lastExtendedSlot: 0,
          lastExtendedSlotStartIndex: 0,
          addresses: addresses.map(key),
        },
      }),
  );
  const recentBlockhash = key(parts.blockhash).toBase58();
  return () => {
    const message = new TransactionMessage({ payerKey: wallet.publicKey, recentBlockhash, instructions });
    const transaction = new VersionedTransaction(message.compileToV0Message(tables));
    transaction.sign([wallet]);
    return transaction.serialize();
  };
}

async function kitTransaction(parts: TransactionParts): Promise<() => Promise<{ readonly length: number }>> {
  const wallet = await createKeyPairFromBytes(parts.secretKey);
  const text = (bytes: Uint8Array): Address => getAddressDecoder().decode(bytes);
  const role = ({ isSigner, isWritable }: Instruction['accounts'][number]): AccountRole => {
    if (isSigner) return isWritable ? AccountRole.WRITABLE_SIGNER : AccountRole.READONLY_SIGNER;
    return isWritable ? AccountRole.WRITABLE : AccountRole.READONLY;
  };
  const instructions = parts.instructions.map(({ program, accounts, data }) => ({
    programAddress: text(program),
    accounts: accounts.map((meta): KitAccountMeta => ({ address: text(meta.address), role: role(meta) })),
    data,
  }));
  const tables = Object.fromEntries(
    parts.lookupTables.map(({ address, addresses }) => [text(address), addresses.map(text)]),
  );
  const lifetime = { blockhash: text(parts.blockhash) as string as Blockhash, lastValidBlockHeight: 1_000n };
  const payer = text(parts.payer);
  const encoder = getTransactionEncoder();
  return async () => {
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (empty) => setTransactionMessageFeePayer(payer, empty),
      (paid) => setTransactionMessageLifetimeUsingBlockhash(lifetime, paid),
      (living) => appendTransactionMessageInstructions(instructions, living),
      (whole) => compressTransactionMessageUsingAddressLookupTables(whole, tables),
    );
    return encoder.encode(await signTransaction([wallet], compileTransaction(message)));
  };
}
