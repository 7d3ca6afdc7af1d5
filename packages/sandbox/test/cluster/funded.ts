import {
  Keypair,
  TransactionMessage,
  type TransactionInstruction,
  VersionedTransaction,
  type AddressLookupTableAccount,
} from '@solana/web3.js';

import type { Cluster } from '../../src/cluster/cluster.js';

const SYSTEM = new Uint8Array(32);

/** Returns a new key whose account holds lamports. */
export async function fundedKey(cluster: Cluster, lamports = 100_000_000_000n): Promise<Keypair> {
  const key = Keypair.generate();
  await cluster.setAccount({
    address: key.publicKey.toBytes(),
    owner: SYSTEM,
    lamports,
    data: new Uint8Array(),
    executable: false,
  });
  return key;
}

/** Returns the bytes of a signed v0 transaction; the first signer pays. */
export function signed(
  instructions: TransactionInstruction[],
  blockhash: string,
  signers: Keypair[],
  tables: AddressLookupTableAccount[] = [],
): Uint8Array {
  return signedTransaction(instructions, blockhash, signers, tables).serialize();
}

export function signedTransaction(
  instructions: TransactionInstruction[],
  blockhash: string,
  signers: Keypair[],
  tables: AddressLookupTableAccount[] = [],
): VersionedTransaction {
  const payerKey = signers[0]!.publicKey;
  const message = new TransactionMessage({ payerKey, recentBlockhash: blockhash, instructions });
  const transaction = new VersionedTransaction(message.compileToV0Message(tables));
  transaction.sign(signers);
  return transaction;
}
