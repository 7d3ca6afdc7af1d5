import {
  computeUnitLimitInstruction,
  encodeInstructions,
  loadCore,
  transferLamportsInstruction,
} from '@tandem/core-native';
import type { Keypair } from '@solana/web3.js';

const { core } = loadCore();

/** Returns a signed v1 transaction that gives lamports to an address. */
export function v1Transfer(payer: Keypair, to: Uint8Array, lamports: bigint, blockhash: Uint8Array): Uint8Array {
  const from = payer.publicKey.toBytes();
  const instructions = encodeInstructions([
    computeUnitLimitInstruction(1_000),
    transferLamportsInstruction({ from, to, lamports }),
  ]);
  const signer = core.createSigner(Uint8Array.from(payer.secretKey));
  try {
    return core.signTransaction(signer, core.compileMessageV1(from, blockhash, instructions));
  } finally {
    core.dropSigner(signer);
  }
}
