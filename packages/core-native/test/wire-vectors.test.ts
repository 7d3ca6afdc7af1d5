import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  computeUnitLimitInstruction,
  computeUnitPriceInstruction,
  transferLamportsInstruction,
} from '../ts/fallback/wire/instruction.js';
import { decodeInstructions, encodeInstructions } from '../ts/packed-instructions.js';
import { encodeLookupTables } from '../ts/packed-lookup-tables.js';
import { nativeAbsence, outcomeOf, wireBackends } from './wire-backends.js';

interface MessageVector {
  readonly name: string;
  readonly input: {
    readonly payer: string;
    readonly blockhash: string;
    readonly instructions: readonly {
      readonly program: string;
      readonly accounts: readonly {
        readonly address: string;
        readonly isSigner: boolean;
        readonly isWritable: boolean;
      }[];
      readonly data: string;
    }[];
    readonly lookupTables: readonly { readonly address: string; readonly addresses: readonly string[] }[];
  };
  readonly expected: {
    readonly refusal?: string;
    readonly message?: string;
    readonly signRefusal?: string;
    readonly transaction?: string;
  };
}

interface WireVectors {
  readonly wallet: { readonly secretKey: string; readonly address: string };
  readonly instructions: readonly {
    readonly name: string;
    readonly input: Readonly<Record<string, string>>;
    readonly expected: { readonly program: string; readonly data: string };
  }[];
  readonly messages: readonly MessageVector[];
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/wire.json', import.meta.url), 'utf8')) as WireVectors;
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

function packedInput({ input }: MessageVector) {
  const instructions = input.instructions.map(({ program, accounts, data }) => ({
    program: bytes(program),
    accounts: accounts.map((account) => ({ ...account, address: bytes(account.address) })),
    data: bytes(data),
  }));
  const tables = input.lookupTables.map(({ address, addresses }) => ({
    address: bytes(address),
    addresses: addresses.map(bytes),
  }));
  return {
    objects: instructions,
    instructions: encodeInstructions(instructions),
    lookupTables: encodeLookupTables(tables),
  };
}

describe.each(wireBackends)('the %s wire backend', (_, api) => {
  const signer = api.createSigner(bytes(vectors.wallet.secretKey));

  it('derives the address web3.js derives', () => {
    expect(hex(api.signerAddress(signer))).toBe(vectors.wallet.address);
  });

  it.each(vectors.messages.map((vector) => [vector.name, vector] as const))(
    'compiles and signs: %s',
    (_name, vector) => {
      const { instructions, lookupTables } = packedInput(vector);
      const { payer, blockhash } = vector.input;
      const compiled = outcomeOf(() => api.compileMessage(bytes(payer), bytes(blockhash), instructions, lookupTables));
      if (!('bytes' in compiled)) {
        expect(compiled.code).toBe(vector.expected.refusal);
        return;
      }
      expect(compiled.bytes).toBe(vector.expected.message);
      const signed = outcomeOf(() => api.signTransaction(signer, bytes(compiled.bytes)));
      if ('bytes' in signed) expect(signed.bytes).toBe(vector.expected.transaction);
      else expect(signed.code).toBe(vector.expected.signRefusal);
    },
  );

  it('says how large an oversized transaction would be', () => {
    const vector = vectors.messages.find(({ name }) => name === 'one byte more than the largest transaction')!;
    const message = bytes(vector.expected.message!);
    expect(() => api.signTransaction(signer, message)).toThrow(
      'the transaction would take 1233 bytes; its version allows 1232',
    );
  });

  it('refuses a secret key whose halves do not belong together, and ids it does not hold', () => {
    const wrong = bytes(vectors.wallet.secretKey);
    wrong[63]! ^= 1;
    for (const secretKey of [wrong, wrong.subarray(0, 32), new Uint8Array(0), new Uint8Array(65)]) {
      expect(outcomeOf(() => Uint32Array.of(api.createSigner(secretKey)))).toMatchObject({
        code: 'WIRE_SECRET_KEY_INVALID',
      });
    }
    const dropped = api.createSigner(bytes(vectors.wallet.secretKey));
    api.dropSigner(dropped);
    expect(outcomeOf(() => api.signerAddress(dropped))).toMatchObject({ code: 'WIRE_SIGNER_NOT_FOUND' });
    expect(outcomeOf(() => api.signTransaction(dropped, new Uint8Array(80)))).toMatchObject({
      code: 'WIRE_SIGNER_NOT_FOUND',
    });
    expect(() => api.dropSigner(dropped)).toThrow('no signer is held under this id');
  });

  it.each([
    ['one account, which costs more than it saves', [[10]], []],
    ['two accounts', [[10, 11]], [0]],
    ['one account three times', [[10, 10, 10]], []],
    ['payer and program, which must be static', [[1, 2, 10]], []],
    [
      'more accounts than the ones before',
      [
        [10, 11],
        [12, 13, 14],
        [15, 16],
      ],
      [1, 0, 2],
    ],
    [
      'only what another holds too',
      [
        [10, 11, 12],
        [10, 11],
        [12, 13],
      ],
      [0],
    ],
    [
      'what two later ones make superfluous',
      [
        [10, 11, 12, 13],
        [10, 11, 14, 15],
        [12, 13, 16, 17],
      ],
      [1, 2],
    ],
    [
      'what is needed again once a superfluous one is gone',
      [
        [10, 11, 12, 13, 14, 15, 16, 17],
        [10, 11, 12, 18, 19, 20, 21],
        [13, 14, 15, 22, 23, 18, 19],
        [16, 17, 24, 25, 20, 21],
      ],
      [1, 2, 3],
    ],
  ])('chooses lookup tables that hold %s', (_name, tables, expected) => {
    const address = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
    const accounts = Array.from({ length: 20 }, (_, index) => ({
      address: address(10 + index),
      isSigner: false,
      isWritable: true,
    }));
    const instructions = encodeInstructions([{ program: address(2), accounts, data: new Uint8Array(0) }]);
    const packed = encodeLookupTables(
      tables.map((entries) => ({ address: address(200), addresses: entries.map(address) })),
    );
    expect([...api.chooseLookupTables(address(1), instructions, packed)]).toEqual(expected);
  });

  it.each([2 ** 32, 0.5, NaN])('does not cut an id that is %d off to the id of a key it holds', (odd) => {
    const signer = api.createSigner(bytes(vectors.wallet.secretKey));
    const code = (call: () => Uint8Array) => (outcomeOf(call) as { code: unknown }).code;
    expect(code(() => api.signerAddress(signer + odd))).toBe('WIRE_SIGNER_NOT_FOUND');
    expect(code(() => api.signTransaction(signer + odd, new Uint8Array(3)))).toBe('WIRE_SIGNER_NOT_FOUND');
    const drop = () => {
      api.dropSigner(signer + odd);
      return new Uint8Array(0);
    };
    expect(code(drop)).toBe('WIRE_SIGNER_NOT_FOUND');
    expect(hex(api.signerAddress(signer))).toBe(vectors.wallet.address);
    api.dropSigner(signer);
  });

  it('gives results that later calls do not change', () => {
    const [first, second] = ['a tip', 'two swaps, budget and tip with two tables'].map((wanted) => {
      const vector = vectors.messages.find(({ name }) => name === wanted)!;
      const { instructions, lookupTables } = packedInput(vector);
      return api.compileMessage(bytes(vector.input.payer), bytes(vector.input.blockhash), instructions, lookupTables);
    });
    expect(first!.buffer).not.toBe(second!.buffer);
    expect(hex(first!)).toBe(vectors.messages.find(({ name }) => name === 'a tip')!.expected.message);
  });
});

describe('packed instructions', () => {
  if (nativeAbsence !== '') it.skip(`are read by the native core, which cannot be loaded: ${nativeAbsence}`);

  it('read back as they were', () => {
    for (const vector of vectors.messages) {
      const { objects, instructions } = packedInput(vector);
      expect(decodeInstructions(instructions)).toEqual(objects);
    }
  });

  it('equal web3.js for budget and tip', () => {
    const made: Readonly<
      Record<string, (input: Readonly<Record<string, string>>) => { program: Uint8Array; data: Uint8Array }>
    > = {
      'compute-unit limit': (input) => computeUnitLimitInstruction(Number(input['computeUnits'])),
      'compute-unit price': (input) => computeUnitPriceInstruction(BigInt(input['microLamports']!)),
      tip: (input) =>
        transferLamportsInstruction({
          from: bytes(vectors.wallet.address),
          to: bytes(input['to']!),
          lamports: BigInt(input['lamports']!),
        }),
    };
    for (const { name, input, expected } of vectors.instructions) {
      const { program, data } = made[name]!(input);
      expect({ program: hex(program), data: hex(data) }, name).toEqual(expected);
    }
    expect(vectors.instructions).toHaveLength(3);
  });

  it('refuse what they cannot hold', () => {
    const account = { address: new Uint8Array(32), isSigner: false, isWritable: false };
    const one = { program: new Uint8Array(32), accounts: [], data: new Uint8Array(0) };
    const code = (call: () => Uint8Array) => (outcomeOf(call) as { code: unknown }).code;
    expect(code(() => encodeInstructions([{ ...one, accounts: Array.from({ length: 256 }, () => account) }]))).toBe(
      'WIRE_INSTRUCTION_TOO_LARGE',
    );
    expect(code(() => encodeInstructions([{ ...one, data: new Uint8Array(65_536) }]))).toBe(
      'WIRE_INSTRUCTION_TOO_LARGE',
    );
    expect(code(() => encodeInstructions([{ ...one, program: new Uint8Array(31) }]))).toBe('WIRE_INSTRUCTIONS_INVALID');
    const short = { ...account, address: new Uint8Array(33) };
    expect(code(() => encodeInstructions([{ ...one, accounts: [short] }]))).toBe('WIRE_INSTRUCTIONS_INVALID');
    const table = { address: new Uint8Array(32), addresses: Array.from({ length: 257 }, () => new Uint8Array(32)) };
    expect(code(() => encodeLookupTables([table]))).toBe('WIRE_LOOKUP_TABLES_INVALID');
    expect(code(() => encodeLookupTables([{ ...table, addresses: [new Uint8Array(20)] }]))).toBe(
      'WIRE_LOOKUP_TABLES_INVALID',
    );
    for (const units of [-1, 2 ** 32, 1.5, NaN]) {
      expect(code(() => computeUnitLimitInstruction(units).data)).toBe('WIRE_AMOUNT_OUT_OF_RANGE');
    }
    for (const amount of [-1n, 2n ** 64n]) {
      expect(code(() => computeUnitPriceInstruction(amount).data)).toBe('WIRE_AMOUNT_OUT_OF_RANGE');
      const transfer = { from: account.address, to: account.address, lamports: amount };
      expect(code(() => transferLamportsInstruction(transfer).data)).toBe('WIRE_AMOUNT_OUT_OF_RANGE');
    }
  });
});
