import { expect, it } from 'vitest';
import { encodeInstructions, loadCore } from '@tandem/core-native';
import { firstSignature, unsignedTransaction } from '../../src/chain/transaction-signature.js';
import { computeBudgetInstructions } from '../../src/execute/compute-budget.js';
import { testSigner } from '../engine/paper-engine.js';

const { core } = loadCore();
const signer = testSigner();
const instructions = encodeInstructions(computeBudgetInstructions(1_000, 0n));
const blockhash = new Uint8Array(32).fill(3);
const messages = [
  ['v0', core.compileMessage(signer.address, blockhash, instructions, new Uint8Array(0))],
  ['v1', core.compileMessageV1(signer.address, blockhash, instructions)],
] as const;

it.each(messages)('finds the signature of a %s transaction where the version puts it', (version, message) => {
  const transaction = signer.signTransaction(message);
  const signature = firstSignature(transaction);
  expect(signature).toHaveLength(64);
  const rest = version === 'v0' ? [1, ...signature, ...message] : [...message, ...signature];
  expect([...transaction]).toEqual(rest);
});

it.each(messages)('gives an unsigned %s transaction its signature of zeros in the same place', (_version, message) => {
  const unsigned = unsignedTransaction(message);
  expect(unsigned).toHaveLength(signer.signTransaction(message).length);
  expect(firstSignature(unsigned)).toEqual(new Uint8Array(64));
});

it('finds the first of several signatures of a v1 transaction', () => {
  const transaction = Uint8Array.of(0x81, 2, ...new Uint8Array(64).fill(7), ...new Uint8Array(64).fill(8));
  expect(firstSignature(transaction)).toEqual(new Uint8Array(64).fill(7));
});
