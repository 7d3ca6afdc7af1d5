import { Keypair } from '@solana/web3.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeInstructions } from '../ts/packed-instructions.js';
import { encodeLookupTables } from '../ts/packed-lookup-tables.js';
import { ADDRESSES, randomMessage } from './random-messages.js';
import { nativeAbsence, outcomeOf, wireBackends } from './wire-backends.js';
import { compileWithWeb3, type MessageParts, signWithWeb3 } from './web3-reference.js';

/** Seed of this run's random tests, printed so that a failure can be repeated with TANDEM_TEST_SEED. */
const seed = Number(process.env['TANDEM_TEST_SEED'] ?? Date.now() % 2 ** 31);
console.log(`random wire tests use TANDEM_TEST_SEED=${seed}`);

const RUNS = 10_000;
const SIGNED_RUNS = 500;

function packed(parts: MessageParts) {
  return { instructions: encodeInstructions(parts.instructions), lookupTables: encodeLookupTables(parts.lookupTables) };
}

function web3Outcome(parts: MessageParts): { bytes: string } | { thrown: unknown } {
  try {
    return { bytes: Buffer.from(compileWithWeb3(parts)).toString('hex') };
  } catch (thrown) {
    return { thrown };
  }
}

describe('every wire backend against web3.js', () => {
  if (nativeAbsence !== '') it.skip(`takes in the native core, which cannot be loaded: ${nativeAbsence}`);

  it(`compiles ${RUNS} random messages to the same bytes, and refuses with a code where web3.js throws`, () => {
    const counts = { compiled: 0, tooLarge: 0, tooManyKeys: 0, withTables: 0 };
    const property = fc.property(randomMessage, (parts) => {
      const { instructions, lookupTables } = packed(parts);
      const expected = web3Outcome(parts);
      for (const [name, api] of wireBackends) {
        const ours = outcomeOf(() => api.compileMessage(parts.payer, parts.blockhash, instructions, lookupTables));
        if ('bytes' in expected) expect(ours, name).toEqual(expected);
        else expect('code' in ours && ours.code, name).toMatch(/^WIRE_(TRANSACTION_TOO_LARGE|ACCOUNT_KEYS_EXCEEDED)$/);
        if ('code' in ours) counts[ours.code === 'WIRE_TRANSACTION_TOO_LARGE' ? 'tooLarge' : 'tooManyKeys'] += 1;
        else counts.compiled += 1;
      }
      if ('bytes' in expected && !expected.bytes.endsWith('00')) counts.withTables += 1;
    });
    fc.assert(property, { numRuns: RUNS, seed });
    console.log(`compiled, refused (over ${wireBackends.length} backends): ${JSON.stringify(counts)}`);
    // A generator that drifts away from legal or from illegal messages would prove little.
    expect(counts.compiled).toBeGreaterThan((RUNS * wireBackends.length) / 2);
    expect(counts.withTables).toBeGreaterThan(RUNS / 10);
    expect(counts.tooLarge).toBeGreaterThan(100);
    expect(counts.tooManyKeys).toBeGreaterThan(10);
  });

  it(`signs ${SIGNED_RUNS} random messages to the same transactions`, () => {
    let signed = 0;
    const keypairs = [1, 2, 3].map((fill) => Keypair.fromSeed(new Uint8Array(32).fill(fill)));
    const wallets = keypairs.map((wallet) => ({
      wallet,
      address: wallet.publicKey.toBytes(),
      signers: wireBackends.map(([, api]) => api.createSigner(wallet.secretKey)),
    }));
    const property = fc.property(randomMessage, fc.constantFrom(...wallets), (parts, { wallet, address, signers }) => {
      const own = { ...parts, payer: address, instructions: parts.instructions.map(withoutSigners) };
      const expected = web3Outcome(own);
      fc.pre('bytes' in expected && expected.bytes.length / 2 + 65 <= 1_232);
      const transaction = signWithWeb3(own, wallet);
      const { instructions, lookupTables } = packed(own);
      for (const [index, [name, api]] of wireBackends.entries()) {
        const message = api.compileMessage(address, own.blockhash, instructions, lookupTables);
        expect(Buffer.from(api.signTransaction(signers[index]!, message)), name).toEqual(Buffer.from(transaction));
      }
      signed += 1;
    });
    fc.assert(property, { numRuns: SIGNED_RUNS, seed });
    expect(signed).toBeGreaterThanOrEqual(SIGNED_RUNS);
  });
});

function withoutSigners(instruction: MessageParts['instructions'][number]): MessageParts['instructions'][number] {
  return { ...instruction, accounts: instruction.accounts.map((account) => ({ ...account, isSigner: false })) };
}

describe('the wire backends against each other', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });

  /** A packed list with one byte changed and the end cut off. */
  const damaged = fc.tuple(randomMessage, fc.nat(), fc.nat({ max: 255 }), fc.nat()).map(([parts, at, byte, cut]) => {
    const damage = (list: Uint8Array): Uint8Array => {
      if (list.length > 0) list[at % list.length] = byte;
      return list.subarray(0, cut % 3 === 0 ? cut % (list.length + 1) : list.length);
    };
    const { instructions, lookupTables } = packed(parts);
    return { instructions: damage(instructions), lookupTables: damage(lookupTables) };
  });
  const garbage = fc.oneof(damaged, fc.record({ instructions: bytes, lookupTables: bytes }));

  it('give the same bytes or the same refusal for damaged and random input', () => {
    const property = fc.property(garbage, fc.uint8Array({ maxLength: 40 }), ({ instructions, lookupTables }, odd) => {
      const [payer, blockhash] = [ADDRESSES[1]!, ADDRESSES[2]!];
      const outcomes = wireBackends.map(([, api]) => [
        outcomeOf(() => api.compileMessage(payer, blockhash, instructions, lookupTables)),
        outcomeOf(() => api.chooseLookupTables(payer, instructions, lookupTables)),
        outcomeOf(() => api.compileMessage(odd, blockhash, instructions, lookupTables)),
        outcomeOf(() => api.compileMessage(payer, odd, instructions, lookupTables)),
        outcomeOf(() => api.chooseLookupTables(odd, instructions, lookupTables)),
      ]);
      for (const outcome of outcomes) {
        expect(outcome).toEqual(outcomes[0]);
        for (const result of outcome) if ('code' in result) expect(result.code).toMatch(/^WIRE_/);
      }
    });
    fc.assert(property, { numRuns: 2_000, seed });
  });

  it('refuse to sign the same damaged messages', () => {
    const secretKey = Keypair.fromSeed(new Uint8Array(32).fill(9)).secretKey;
    const address = secretKey.subarray(32);
    const signers = wireBackends.map(([, api]) => api.createSigner(secretKey));
    const header = Uint8Array.of(0x80, 1, 0, 0, 1, ...address, ...new Uint8Array(32), 0, 0);
    const message = fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 255 }), fc.nat({ max: 80 })).map(([at, byte, cut]) => {
      const copy = Uint8Array.from(header);
      copy[at] = byte;
      return copy.subarray(0, copy.length - (cut > 70 ? cut - 70 : 0));
    });
    const property = fc.property(fc.oneof(message, bytes), (candidate) => {
      const outcomes = wireBackends.map(([, api], index) =>
        outcomeOf(() => api.signTransaction(signers[index]!, candidate)),
      );
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    });
    fc.assert(property, { numRuns: 3_000, seed });
  });

  it.each([127, 128, 255, 256])('refuse a message of %d signers alike', (count) => {
    const address = (n: number): Uint8Array => Uint8Array.from([n & 0xff, n >> 8, ...new Uint8Array(30).fill(7)]);
    const [payer, program, ...rest] = Array.from({ length: count }, (_, n) => address(n));
    const accounts = [program!, ...rest].map((key) => ({ address: key, isSigner: true, isWritable: false }));
    const instructions = encodeInstructions([{ program: program!, accounts, data: new Uint8Array(0) }]);
    const outcomes = wireBackends.map(([, api]) =>
      outcomeOf(() => api.compileMessage(payer!, ADDRESSES[2]!, instructions, new Uint8Array(0))),
    );
    const code = count === 256 ? 'WIRE_ACCOUNT_KEYS_EXCEEDED' : 'WIRE_TRANSACTION_TOO_LARGE';
    for (const outcome of outcomes) {
      expect(outcome).toEqual(outcomes[0]);
      expect(outcome).toMatchObject({ code });
    }
  });

  it('choose the same lookup tables', () => {
    let chosen = 0;
    const property = fc.property(randomMessage, (parts) => {
      const { instructions, lookupTables } = packed(parts);
      const outcomes = wireBackends.map(([, api]) =>
        outcomeOf(() => api.chooseLookupTables(parts.payer, instructions, lookupTables)),
      );
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
      if ('bytes' in outcomes[0]! && outcomes[0].bytes !== '') chosen += 1;
    });
    fc.assert(property, { numRuns: 2_000, seed });
    expect(chosen).toBeGreaterThan(200);
  });
});
