// Program addresses as @solana/web3.js finds them.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../packages/core-native/package.json', import.meta.url));
const { PublicKey } = require('@solana/web3.js');

const RANDOM_CASES = 50;
export const ADDRESS_SOURCE = `@solana/web3.js ${require('@solana/web3.js/package.json').version}, PublicKey.findProgramAddressSync`;

const PROGRAMS = {
  'Raydium CLMM': 'CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK',
  'Orca Whirlpool': 'whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc',
  'Meteora DLMM': 'LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo',
};

const hex = (bytes) => Buffer.from(bytes).toString('hex');

/**
 * Seeds of every number and length. More than 15 are left out: web3.js does not count them, while the runtime refuses. An
 * empty list reads as one empty seed, which hashes the same.
 */
export function addressInputs(next) {
  const bytes = (length) => Uint8Array.from({ length }, () => Number(next() % 256n));
  const programs = Object.values(PROGRAMS).map((address) => new PublicKey(address).toBytes());
  const lists = [
    [],
    [new TextEncoder().encode('tick_array'), bytes(32), Uint8Array.of(0xff, 0xff, 0xf1, 0xf0)],
    [new TextEncoder().encode('oracle'), bytes(32)],
    Array.from({ length: 15 }, () => bytes(32)),
    [bytes(33)],
  ];
  while (lists.length < RANDOM_CASES) {
    lists.push(Array.from({ length: Number(next() % 6n) }, () => bytes(Number(next() % 33n))));
  }
  return lists.map((seeds, i) => ({
    function: 'find_program_address',
    seeds: seeds.map((seed) => hex(seed)).join(','),
    program: hex(programs[i % programs.length]),
  }));
}

/** Returns `address:bump`, or null where web3.js refuses. */
export function findAddress({ seeds, program }) {
  const list = seeds.split(',').map((seed) => Buffer.from(seed, 'hex'));
  try {
    const [address, bump] = PublicKey.findProgramAddressSync(list, new PublicKey(Buffer.from(program, 'hex')));
    return `${hex(address.toBytes())}:${bump}`;
  } catch {
    return null;
  }
}
