import {
  AddressLookupTableAccount,
  type Keypair,
  type MessageV0,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { Instruction } from '../ts/packed-instructions.js';
import type { LookupTable } from '../ts/packed-lookup-tables.js';

/** What a message is made of, before anything is packed. */
export interface MessageParts {
  readonly payer: Uint8Array;
  readonly blockhash: Uint8Array;
  readonly instructions: readonly Instruction[];
  readonly lookupTables: readonly LookupTable[];
}

const keys = new Map<Uint8Array, PublicKey>();

/** Keys are shared between runs, because making one costs web3.js more than compiling. */
function keyOf(address: Uint8Array): PublicKey {
  const known = keys.get(address);
  if (known !== undefined) return known;
  const key = new PublicKey(address);
  keys.set(address, key);
  return key;
}

/** Returns the message of web3.js; throws where web3.js does. */
export function compileWithWeb3(parts: MessageParts): Uint8Array {
  return compileV0WithWeb3(parts).serialize();
}

/** Returns the signed transaction of web3.js. */
export function signWithWeb3(parts: MessageParts, wallet: Keypair): Uint8Array {
  const transaction = new VersionedTransaction(compileV0WithWeb3(parts));
  transaction.sign([wallet]);
  return transaction.serialize();
}

/** Returns the message of web3.js before it is serialized. */
export function compileV0WithWeb3(parts: MessageParts): MessageV0 {
  const tables = parts.lookupTables.map(
    ({ address, addresses }) =>
      new AddressLookupTableAccount({
        key: keyOf(address),
        state: {
          deactivationSlot: 2n ** 64n - 1n,
          lastExtendedSlot: 0,
          lastExtendedSlotStartIndex: 0,
          addresses: addresses.map(keyOf),
        },
      }),
  );
  const instructions = parts.instructions.map(
    ({ program, accounts, data }) =>
      new TransactionInstruction({
        programId: keyOf(program),
        keys: accounts.map(({ address, isSigner, isWritable }) => ({ pubkey: keyOf(address), isSigner, isWritable })),
        data: Buffer.from(data),
      }),
  );
  return new TransactionMessage({
    payerKey: keyOf(parts.payer),
    recentBlockhash: keyOf(parts.blockhash).toBase58(),
    instructions,
  }).compileToV0Message(tables);
}
