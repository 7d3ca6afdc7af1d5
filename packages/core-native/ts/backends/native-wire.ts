import { V1_TRANSACTION_BYTES } from '../fallback/wire/transaction-size.js';
import type { WireApi } from '../fallback/wire/wire-api.js';
import { coreFailure, guarded } from './core-failure.js';
import type { NativeBinding } from './native-binding.js';

/** Returns the wire part of the native backend; its signers are seen by every thread. */
export function createNativeWireApi(binding: NativeBinding): WireApi {
  // The addon writes into this array, because an array made by the addon costs many times as much.
  const packet = new Uint8Array(V1_TRANSACTION_BYTES);
  return {
    compileMessage(payer, blockhash, instructions, lookupTables) {
      try {
        return packet.slice(0, binding.compileMessage(payer, blockhash, instructions, lookupTables, packet));
      } catch (thrown) {
        throw coreFailure(thrown);
      }
    },
    compileMessageV1(payer, blockhash, instructions) {
      try {
        return packet.slice(0, binding.compileMessageV1(payer, blockhash, instructions, packet));
      } catch (thrown) {
        throw coreFailure(thrown);
      }
    },
    signTransaction(signer, message) {
      try {
        return packet.slice(0, binding.signTransaction(signer, message, packet));
      } catch (thrown) {
        throw coreFailure(thrown);
      }
    },
    chooseLookupTables: guarded(binding.chooseLookupTables),
    createSigner: guarded(binding.createSigner),
    signerAddress: guarded(binding.signerAddress),
    dropSigner: guarded(binding.dropSigner),
  };
}
