import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram, VersionedTransaction } from '@solana/web3.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeTransaction } from '../../src/cluster/transaction-decoder.js';
import { VirtualMachine } from '../../src/cluster/virtual-machine.js';
import { signed } from './funded.js';

const payer = Keypair.fromSeed(new Uint8Array(32).fill(1));
const to = new PublicKey(new Uint8Array(32).fill(2));
const valid = signed(
  [
    ComputeBudgetProgram.setComputeUnitLimit({ units: 5_000 }),
    SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 5 }),
  ],
  PublicKey.default.toBase58(),
  [payer],
);

describe('the transaction decoder', () => {
  it('reads what web3.js writes', () => {
    const decoded = decodeTransaction(valid);
    if ('failure' in decoded) throw new Error(decoded.detail);
    expect(decoded.version).toBe(0);
    expect(decoded.instructions.map((instruction) => instruction.data.length)).toEqual([5, 12]);
    expect(decoded.message).toEqual(VersionedTransaction.deserialize(valid).message.serialize());
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    ['an empty input', () => new Uint8Array(), 'malformed'],
    ['a truncated one', (bytes) => bytes.slice(0, -1), 'malformed'],
    ['bytes behind the end', (bytes) => Uint8Array.from([...bytes, 0]), 'malformed'],
    [
      'a length that is not in its shortest form',
      (bytes) => Uint8Array.from([0x81, 0x00, ...bytes.slice(1)]),
      'malformed',
    ],
    ['a v1 transaction', (bytes) => Uint8Array.from([0x81, 1, 0, 1, ...bytes]), 'unsupported-version'],
    ['a version to come', (bytes) => bytes.with(65, 0x81), 'unsupported-version'],
    ['a header that counts more signers than there are signatures', (bytes) => bytes.with(66, 2), 'insane'],
    ['a fee payer that may not be written', (bytes) => bytes.with(67, 1), 'insane'],
    ['a header that counts more accounts than there are', (bytes) => bytes.with(68, 200), 'insane'],
  ])('refuses %s', (_, change, failure) => {
    expect(decodeTransaction(change(valid))).toMatchObject({ failure });
  });

  it('agrees with web3.js about damaged bytes it accepts, and the machine survives every one of them', () => {
    const machine = new VirtualMachine();
    const damage = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    let accepted = 0;
    fc.assert(
      fc.property(damage, fc.integer({ min: -3, max: 3 }), (changes, growth) => {
        const bytes = Uint8Array.from({ length: valid.length + growth }, (_, index) => valid[index] ?? 0);
        for (const [position, value] of changes) if (position < bytes.length) bytes[position] = value;
        const decoded = decodeTransaction(bytes);
        if ('failure' in decoded) return;
        accepted += 1;
        expect(VersionedTransaction.deserialize(bytes).serialize()).toEqual(bytes);
        // A panic in the machine would end this process.
        machine.simulate(decoded, 'skip');
        machine.execute(decoded, []);
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(1_000);
  });
});
