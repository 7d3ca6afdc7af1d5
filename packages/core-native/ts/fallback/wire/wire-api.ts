import type { CoreApi } from '../../core-api.js';
import { chooseLookupTables } from './lookup-table.js';
import { compileMessage } from './message.js';
import { compileMessageV1 } from './message-v1.js';
import { SignerRegistry } from './signer.js';
import { signTransaction } from './transaction.js';

/** The part of the contract that needs no pool store. */
export type WireApi = Pick<
  CoreApi,
  | 'compileMessage'
  | 'compileMessageV1'
  | 'chooseLookupTables'
  | 'createSigner'
  | 'signerAddress'
  | 'dropSigner'
  | 'signTransaction'
>;

/** Returns the wire part of the TypeScript backend; its signers belong to the calling thread. */
export function createWireApi(): WireApi {
  const signers = new SignerRegistry();
  return {
    compileMessage: (payer, blockhash, instructions, lookupTables) =>
      compileMessage({ payer, blockhash, instructions, lookupTables }),
    compileMessageV1: (payer, blockhash, instructions) => compileMessageV1({ payer, blockhash, instructions }),
    chooseLookupTables,
    createSigner: (secretKey) => signers.create(secretKey),
    signerAddress: (signer) => Uint8Array.from(signers.find(signer).address),
    dropSigner: (signer) => signers.drop(signer),
    signTransaction: (signer, message) => signTransaction(signers.find(signer), message),
  };
}
