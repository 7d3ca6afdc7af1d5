import { describe, expect, it } from 'vitest';
import { encodeInstructions, encodeLookupTables, loadCore } from '@tandem/core-native';
import { computeBudgetInstructions } from '../../src/execute/compute-budget.js';
import { MessageCompiler } from '../../src/execute/message-compiler.js';

const { core } = loadCore();
const payer = new Uint8Array(32).fill(1);
const blockhash = new Uint8Array(32).fill(2);
const program = new Uint8Array(32).fill(3);
const budget = computeBudgetInstructions(1_000, 5n);

function parts(accounts: number, tables: Uint8Array = new Uint8Array(0)) {
  const metas = Array.from({ length: accounts }, (_, index) => ({
    address: new Uint8Array(32).fill(10 + index),
    isSigner: false,
    isWritable: true,
  }));
  const instructions = encodeInstructions([...budget, { program, accounts: metas, data: new Uint8Array(8) }]);
  return { blockhash, instructions, lookupTables: tables };
}

function compiler(wanted: 'auto' | 'v0' | 'v1', takesV1: boolean): MessageCompiler {
  const made = new MessageCompiler(core, payer, wanted);
  made.setNetworkTakesV1(takesV1);
  return made;
}

const tooLarge = (bytes: number) =>
  expect.objectContaining({
    code: 'WIRE_TRANSACTION_TOO_LARGE',
    message: `the transaction would take ${bytes} bytes; its version allows 1232`,
  });

describe('the message compiler', () => {
  it('keeps to v0 where a route fits, also on a network that takes v1', () => {
    const { bytes, ...rest } = compiler('auto', true).compile(parts(3));
    expect(rest).toEqual({ version: 0, absorbedInstructions: 0 });
    expect(bytes[0]).toBe(0x80);
  });

  it('takes v1 for a route too large for v0, and counts the instructions that its header absorbs', () => {
    // The first one outgrows the packet only with its signature, the second one already without it.
    for (const accounts of [31, 40]) {
      const { bytes, ...rest } = compiler('auto', true).compile(parts(accounts));
      expect(rest).toEqual({ version: 1, absorbedInstructions: budget.length });
      expect(bytes[0]).toBe(0x81);
    }
  });

  it('stays with v0 as long as lookup tables make a route fit', () => {
    const addresses = Array.from({ length: 40 }, (_, index) => new Uint8Array(32).fill(10 + index));
    const tables = encodeLookupTables([{ address: new Uint8Array(32).fill(99), addresses }]);
    expect(compiler('auto', true).compile(parts(40, tables)).version).toBe(0);
  });

  it.each([
    ['auto', false],
    ['v0', true],
    ['v0', false],
  ] as const)('refuses with size and limit under %s where the network takes v1: %s', (wanted, takesV1) => {
    const made = compiler(wanted, takesV1);
    const compile = (accounts: number) => () => made.compile(parts(accounts));
    // 4 header, 1 + 34 * 32 keys, 32 blockhash, 1 + 8 + 12 + 42 instructions, 1 table count and 65 of the signature.
    expect(made.compile(parts(30)).version).toBe(0);
    expect(compile(31)).toThrow(tooLarge(1_254));
    expect(compile(40)).toThrow(tooLarge(1_551));
  });

  it('passes on what v1 cannot hold either', () => {
    const code = 'WIRE_ADDRESSES_EXCEEDED';
    expect(() => compiler('auto', true).compile(parts(63))).toThrow(expect.objectContaining({ code }));
  });

  it('uses nothing but v1 where the configuration says so, and refuses a network that does not take it', () => {
    expect(compiler('v1', true).compile(parts(1)).version).toBe(1);
    const code = 'CHAIN_TRANSACTION_VERSION_UNSUPPORTED';
    expect(() => compiler('v1', false)).toThrow(expect.objectContaining({ code }));
  });

  it('asks the network only where the answer is of use', () => {
    expect(new MessageCompiler(core, payer, 'v0').mayUseV1).toBe(false);
    expect(new MessageCompiler(core, payer, 'auto').mayUseV1).toBe(true);
  });
});
