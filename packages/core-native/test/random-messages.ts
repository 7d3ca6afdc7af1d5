import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import type { Instruction } from '../ts/packed-instructions.js';
import type { LookupTable } from '../ts/packed-lookup-tables.js';
import type { MessageParts } from './web3-reference.js';

/** 300 addresses: the system program, runs that differ in one byte, and hashes. */
export const ADDRESSES: readonly Uint8Array[] = Array.from({ length: 300 }, (_, index) => {
  if (index === 0) return new Uint8Array(32);
  if (index < 20) return new Uint8Array(32).fill(7).fill(index, 31);
  if (index < 40) return new Uint8Array(32).fill(7).fill(index, 0, 1);
  return Uint8Array.from(createHash('sha256').update(`address ${index}`).digest());
});

function pick(index: number): Uint8Array {
  return ADDRESSES[index % ADDRESSES.length]!;
}

/** Sizes of one random message: how many addresses it draws from, and how much of each. */
interface Shape {
  readonly addresses: number;
  readonly instructions: number;
  readonly accounts: number;
  readonly data: number;
  readonly tableEntries: number;
}

const SHAPES: readonly Shape[] = [
  // Like real swaps: few addresses, many overlaps.
  { addresses: 12, instructions: 4, accounts: 8, data: 32, tableEntries: 12 },
  { addresses: 40, instructions: 8, accounts: 20, data: 40, tableEntries: 60 },
  // Two-byte counts of instructions, accounts and data.
  { addresses: 6, instructions: 140, accounts: 2, data: 1, tableEntries: 6 },
  { addresses: 10, instructions: 3, accounts: 255, data: 2, tableEntries: 10 },
  { addresses: 6, instructions: 2, accounts: 3, data: 1_200, tableEntries: 6 },
  { addresses: 300, instructions: 4, accounts: 120, data: 4, tableEntries: 256 },
];

/** Around the limit of 256 accounts: runs of neighbours in two calls, everything in tables. */
const wideMessage: fc.Arbitrary<MessageParts> = fc
  .record({
    from: fc.nat({ max: 40 }),
    first: fc.integer({ min: 100, max: 255 }),
    second: fc.nat({ max: 255 }),
    flags: fc.nat({ max: 1 }),
  })
  .map(({ from, first, second, flags }) => {
    const run = (start: number, count: number): Instruction => ({
      program: pick(1),
      accounts: Array.from({ length: count }, (_, index) => ({
        address: pick(start + index),
        isSigner: false,
        isWritable: (index & flags) !== 0,
      })),
      data: new Uint8Array(1),
    });
    const table = (start: number): LookupTable => ({
      address: pick(start),
      addresses: Array.from({ length: 256 }, (_, index) => pick(start + index)),
    });
    return {
      payer: pick(0),
      blockhash: pick(2),
      instructions: [run(from, first), run(from + 100, second)],
      lookupTables: [table(0), table(120)],
    };
  });

function instructionOf({ addresses, accounts, data }: Shape): fc.Arbitrary<Instruction> {
  const index = fc.nat({ max: addresses - 1 });
  const account = fc
    .tuple(index, fc.constantFrom(0, 0, 0, 1, 2, 2, 3))
    .map(([at, flags]) => ({ address: pick(at), isSigner: (flags & 1) !== 0, isWritable: (flags & 2) !== 0 }));
  return fc
    .tuple(index, fc.array(account, { maxLength: accounts, size: 'max' }), fc.nat({ max: data }), fc.nat({ max: 255 }))
    .map(([program, metas, length, fill]) => ({
      program: pick(program),
      accounts: metas,
      data: new Uint8Array(length).fill(fill),
    }));
}

function tableOf({ addresses, tableEntries }: Shape): fc.Arbitrary<LookupTable> {
  const index = fc.nat({ max: addresses - 1 });
  return fc
    .tuple(index, fc.array(index, { maxLength: tableEntries, size: 'max' }))
    .map(([address, entries]) => ({ address: pick(address), addresses: entries.map(pick) }));
}

/** Random messages of every shape; many are legal, some overfill a packet, a few name too many accounts. */
export const randomMessage: fc.Arbitrary<MessageParts> = fc.oneof(
  { weight: 29, arbitrary: shapedMessage() },
  { weight: 1, arbitrary: wideMessage },
);

function shapedMessage(): fc.Arbitrary<MessageParts> {
  return fc
    .constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5)
    .map((shape) => SHAPES[shape]!)
    .chain((shape) =>
      fc.record({
        payer: fc.nat({ max: shape.addresses - 1 }).map(pick),
        blockhash: fc.nat({ max: ADDRESSES.length - 1 }).map(pick),
        instructions: fc.array(instructionOf(shape), { maxLength: shape.instructions, size: 'max' }),
        lookupTables: fc.array(tableOf(shape), { maxLength: 4 }),
      }),
    );
}
