import { ComputeBudgetProgram, Keypair, MessageV1, type PublicKey, VersionedTransaction } from '@solana/web3.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeInstructions, type Instruction } from '../ts/packed-instructions.js';
import { ADDRESSES, randomMessage } from './random-messages.js';
import { compileV0WithWeb3, type MessageParts } from './web3-reference.js';
import { nativeAbsence, type Outcome, outcomeOf, wireBackends } from './wire-backends.js';

/** Seed of this run's random tests, printed so that a failure can be repeated with TANDEM_TEST_SEED. */
const seed = Number(process.env['TANDEM_TEST_SEED'] ?? Date.now() % 2 ** 31);
console.log(`random v1 tests use TANDEM_TEST_SEED=${seed}`);

const RUNS = 5_000;
const BUDGET_PROGRAM = ComputeBudgetProgram.programId.toBytes();

/** What the compute-budget instructions of one message ask for; `undefined` is not asked. */
interface Budget {
  readonly units: number;
  readonly price: bigint | undefined;
  readonly loadedBytes: number | undefined;
  readonly heapBytes: number | undefined;
}

/** web3.js reads fees up to 2^53 lamports. */
const randomBudget: fc.Arbitrary<Budget> = fc.record({
  units: fc.oneof(fc.nat({ max: 1_400_000 }), fc.constantFrom(0, 1_400_000, 0xffff_ffff)),
  price: fc.option(fc.oneof(fc.bigInt({ min: 0n, max: 5_000_000n }), fc.constant(2n ** 52n)), { nil: undefined }),
  loadedBytes: fc.option(fc.integer({ min: 1, max: 0xffff_ffff }), { nil: undefined }),
  heapBytes: fc.option(
    fc.integer({ min: 32, max: 256 }).map((kib) => kib * 1_024),
    { nil: undefined },
  ),
});

function budgetInstruction(data: Uint8Array): Instruction {
  return { program: BUDGET_PROGRAM, accounts: [], data };
}

function word(tag: number, value: number): Instruction {
  const data = Buffer.alloc(5);
  data[0] = tag;
  data.writeUInt32LE(value, 1);
  return budgetInstruction(data);
}

function budgetInstructions({ units, price, loadedBytes, heapBytes }: Budget): Instruction[] {
  const made = [word(2, units)];
  if (heapBytes !== undefined) made.push(word(1, heapBytes));
  if (loadedBytes !== undefined) made.push(word(4, loadedBytes));
  if (price !== undefined) {
    const data = Buffer.alloc(9);
    data[0] = 3;
    data.writeBigUInt64LE(price, 1);
    made.push(budgetInstruction(data));
  }
  return made;
}

/** The header values that have the effect of a budget, reckoned apart from the code under test. */
function configOf({ units, price, loadedBytes, heapBytes }: Budget) {
  const computeUnitLimit = Math.min(units, 1_400_000);
  const fee = ((price ?? 0n) * BigInt(computeUnitLimit) + 999_999n) / 1_000_000n;
  return {
    computeUnitLimit,
    loadedAccountsDataSizeLimit: Math.min(loadedBytes ?? 67_108_864, 67_108_864),
    priorityFee: fee === 0n ? null : Number(fee),
    heapSize: heapBytes ?? null,
  };
}

/** A message with its budget's instructions strewn among the others. */
const randomV1 = fc
  .tuple(randomMessage, randomBudget, fc.array(fc.nat(), { maxLength: 4 }))
  .map(([parts, budget, at]) => {
    const instructions = [...parts.instructions];
    for (const [index, made] of budgetInstructions(budget).entries()) {
      instructions.splice((at[index] ?? 0) % (instructions.length + 1), 0, made);
    }
    return { parts, budget, instructions };
  });

function compileEverywhere(parts: Pick<MessageParts, 'payer' | 'blockhash'>, instructions: readonly Instruction[]) {
  const packed = encodeInstructions(instructions);
  const outcomes = wireBackends.map(([, api]) =>
    outcomeOf(() => api.compileMessageV1(parts.payer, parts.blockhash, packed)),
  );
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  return outcomes[0]!;
}

const bytesOf = (outcome: Outcome): Uint8Array => {
  if (!('bytes' in outcome)) throw new Error(outcome.message);
  return Uint8Array.from(Buffer.from(outcome.bytes, 'hex'));
};
const base58 = (keys: readonly PublicKey[]): string[] => keys.map((key) => key.toBase58());

describe('v1 messages', () => {
  if (nativeAbsence !== '') it.skip(`of the native core, which cannot be loaded: ${nativeAbsence}`);

  it(`of ${RUNS} random inputs are the same on every backend, and web3.js reads what was put in`, () => {
    const counts = { compiled: 0, overV0: 0, WIRE_ADDRESSES_EXCEEDED: 0, WIRE_INSTRUCTIONS_EXCEEDED: 0, refused: 0 };
    const property = fc.property(randomV1, ({ parts, budget, instructions }) => {
      const outcome = compileEverywhere(parts, instructions);
      if (!('bytes' in outcome)) {
        expect(outcome.code).toMatch(
          /^WIRE_(ADDRESSES|INSTRUCTIONS|SIGNATURES|ACCOUNT_KEYS)_EXCEEDED$|^WIRE_TRANSACTION_TOO_LARGE$/,
        );
        if (outcome.code === 'WIRE_ADDRESSES_EXCEEDED' || outcome.code === 'WIRE_INSTRUCTIONS_EXCEEDED') {
          counts[outcome.code] += 1;
        }
        counts.refused += 1;
        return;
      }
      const bytes = bytesOf(outcome);
      const message = MessageV1.deserialize(bytes);
      expect(message.transactionConfig).toEqual(configOf(budget));
      // The same instructions without tables: web3.js chooses the order of keys, header and indexes.
      const expected = compileV0WithWeb3({ ...parts, lookupTables: [] });
      expect(message.header).toEqual(expected.header);
      expect(base58(message.staticAccountKeys)).toEqual(base58(expected.staticAccountKeys));
      expect(message.recentBlockhash).toBe(expected.recentBlockhash);
      expect(message.compiledInstructions.map(({ data, ...rest }) => ({ ...rest, data: [...data] }))).toEqual(
        expected.compiledInstructions.map(({ data, ...rest }) => ({ ...rest, data: [...data] })),
      );
      counts.compiled += 1;
      if (bytes.length > 1_232) counts.overV0 += 1;
    });
    fc.assert(property, { numRuns: RUNS, seed });
    console.log(`v1 messages: ${JSON.stringify(counts)}`);
    expect(counts.compiled).toBeGreaterThan(RUNS / 2);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20);
  });

  it('are signed at their end, as web3.js reads them', () => {
    const wallet = Keypair.fromSeed(new Uint8Array(32).fill(7));
    const address = wallet.publicKey.toBytes();
    const signers = wireBackends.map(([, api]) => api.createSigner(wallet.secretKey));
    let signed = 0;
    const property = fc.property(randomV1, ({ parts, instructions }) => {
      const own = instructions.map((instruction) => ({
        ...instruction,
        accounts: instruction.accounts.map((account) => ({ ...account, isSigner: false })),
      }));
      const outcome = compileEverywhere({ payer: address, blockhash: parts.blockhash }, own);
      fc.pre('bytes' in outcome);
      const message = bytesOf(outcome);
      for (const [index, [name, api]] of wireBackends.entries()) {
        const bytes = api.signTransaction(signers[index]!, message);
        const transaction = VersionedTransaction.deserialize(bytes);
        expect(bytes.length, name).toBe(message.length + 64);
        expect(transaction.version, name).toBe(1);
        expect(transaction.signatures, name).toHaveLength(1);
        expect(Buffer.from(transaction.signatures[0]!), name).toEqual(Buffer.from(bytes.subarray(-64)));
        expect(ed25519.verify(bytes.subarray(-64), message, address), name).toBe(true);
      }
      signed += 1;
    });
    fc.assert(property, { numRuns: 300, seed });
    expect(signed).toBeGreaterThanOrEqual(300);
  });

  it('name the limit they are above, alike on every backend', () => {
    const [payer, blockhash] = [ADDRESSES[41]!, ADDRESSES[2]!];
    const limit = word(2, 1_000);
    const call = (accounts: number, data: number, isSigner = false): Instruction => ({
      program: ADDRESSES[40]!,
      accounts: ADDRESSES.slice(50, 50 + accounts).map((address) => ({ address, isSigner, isWritable: true })),
      data: new Uint8Array(data),
    });
    const refusal = (instructions: readonly Instruction[]) => compileEverywhere({ payer, blockhash }, instructions);
    expect(refusal([limit, call(62, 0)])).toHaveProperty('bytes');
    expect(refusal([limit, call(63, 0)])).toEqual({
      code: 'WIRE_ADDRESSES_EXCEEDED',
      message: 'the instructions name 65 accounts; a v1 message holds 64',
    });
    expect(refusal([limit, ...Array.from({ length: 65 }, () => call(0, 0))])).toEqual({
      code: 'WIRE_INSTRUCTIONS_EXCEEDED',
      message: 'there are 65 instructions; a v1 message holds 64',
    });
    expect(refusal([limit, call(12, 0, true)])).toEqual({
      code: 'WIRE_SIGNATURES_EXCEEDED',
      message: 'the instructions need 13 signatures; a v1 message asks for 12 at most',
    });
    expect(refusal([limit, call(0, 4_096 - 64 - 118)])).toHaveProperty('bytes');
    expect(refusal([limit, call(0, 4_096 - 64 - 117)])).toEqual({
      code: 'WIRE_TRANSACTION_TOO_LARGE',
      message: 'the transaction would take 4097 bytes; its version allows 4096',
    });
    expect(refusal([call(0, 0)])).toMatchObject({ code: 'WIRE_COMPUTE_LIMIT_MISSING' });
    expect(refusal([limit, call(254, 0)])).toMatchObject({ code: 'WIRE_ADDRESSES_EXCEEDED' });
  });

  it('cut a fee beyond 64 bits to what fits them, as the runtime does', () => {
    const price = budgetInstruction(Uint8Array.of(3, ...new Uint8Array(8).fill(255)));
    const message = bytesOf(
      compileEverywhere({ payer: ADDRESSES[41]!, blockhash: ADDRESSES[2]! }, [word(2, 1_400_000), price]),
    );
    // After prefix, header, mask, blockhash, counts and the payer.
    expect([...message.subarray(74, 82)]).toEqual(Array.from({ length: 8 }, () => 255));
  });

  it.each([
    ['no data', []],
    ['an unknown tag', [0, 1, 0, 0, 0]],
    ['a tag of later times', [5, 1, 0, 0, 0]],
    ['a limit that is cut off', [2, 1, 0, 0]],
    ['a limit with a byte too many', [2, 1, 0, 0, 0, 0]],
    ['a price that is cut off', [3, 1, 0, 0, 0]],
    ['a heap below the least', [1, 0, 0x7c, 0, 0]],
    ['a heap above the most', [1, 0, 4, 4, 0]],
    ['a heap between two granules', [1, 1, 0x80, 0, 0]],
    ['no bytes to load', [4, 0, 0, 0, 0]],
    ['the limit a second time', [2, 1, 0, 0, 0]],
  ])('refuse a budget instruction of %s at its position', (_name, data) => {
    const instructions = [word(2, 1_000), budgetInstruction(Uint8Array.from(data))];
    const outcome = compileEverywhere({ payer: ADDRESSES[41]!, blockhash: ADDRESSES[2]! }, instructions);
    expect(outcome).toEqual({
      code: 'WIRE_COMPUTE_BUDGET_INVALID',
      message: 'instruction 1, to the compute-budget program, is unknown, malformed, out of range or given twice',
    });
  });

  it('are compiled, signed or refused alike from damaged and random bytes', () => {
    const secretKey = Keypair.fromSeed(new Uint8Array(32).fill(9)).secretKey;
    const address = secretKey.subarray(32);
    const signers = wireBackends.map(([, api]) => api.createSigner(secretKey));
    const sound = bytesOf(compileEverywhere({ payer: address, blockhash: ADDRESSES[2]! }, [word(2, 1_000)]));
    const damaged = fc.tuple(fc.nat({ max: 44 }), fc.nat({ max: 255 }), fc.nat({ max: 30 })).map(([at, byte, cut]) => {
      const copy = Uint8Array.from(sound);
      copy[at] = byte;
      return copy.subarray(0, copy.length - (cut > 20 ? cut - 20 : 0));
    });
    const property = fc.property(damaged, fc.uint8Array({ maxLength: 300 }), (candidate, packed) => {
      const outcomes = wireBackends.map(([, api], index) => [
        outcomeOf(() => api.signTransaction(signers[index]!, candidate)),
        outcomeOf(() => api.compileMessageV1(address, ADDRESSES[2]!, packed)),
        outcomeOf(() => api.compileMessageV1(packed, ADDRESSES[2]!, new Uint8Array(0))),
        outcomeOf(() => api.compileMessageV1(address, packed, new Uint8Array(0))),
      ]);
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    });
    fc.assert(property, { numRuns: 2_000, seed });
  });
});
