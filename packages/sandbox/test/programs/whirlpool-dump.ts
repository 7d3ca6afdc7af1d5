import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressBytes } from './swap-machine.js';
import { WHIRLPOOL } from './whirlpool-calls.js';

/** The id that Orca's immutable build declares; it is the mainnet program but for this. */
const IMMUTABLE_ID = 'iwhrLHdsgrvmnwU8GF2FSmyabSMjfHwFGJAX2ufJ3ZN';
const WORD = 8;
/** The first byte of the SBF instruction that loads 64 bits: half of them in its first slot, half in its second. */
const LOAD_WORD = 0x18;

/** Returns the path of the user's dump of the real program, from the folder that `TANDEM_PROGRAM_DUMPS` names. */
export function findWhirlpoolDump(): string | undefined {
  const folder = process.env['TANDEM_PROGRAM_DUMPS'];
  if (folder === undefined) return undefined;
  return ['orca_whirlpool.so', `${WHIRLPOOL}.so`].map((name) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Reads a dump and lets it answer at the mainnet id.
 *
 * The declared id stands in the dump once as data and many times in pieces, as what instructions load. Where only the
 * data is replaced, the program still derives the addresses of absent tick arrays from its old id, and finds none.
 */
export function readWhirlpoolDump(path: string): Uint8Array {
  const bytes = readFileSync(path);
  const [declared, mainnet] = [IMMUTABLE_ID, WHIRLPOOL].map((address) => Buffer.from(addressBytes(address)));
  const data = bytes.indexOf(declared!);
  if (data >= 0) bytes.set(mainnet!, data);
  for (let word = 0; word < declared!.length; word += WORD) {
    const wanted = declared!.subarray(word, word + WORD);
    for (let at = bytes.indexOf(wanted.subarray(0, 4)); at >= 0; at = bytes.indexOf(wanted.subarray(0, 4), at + 1)) {
      const isLoad = bytes[at - 4] === LOAD_WORD && bytes.readUInt32LE(at + 4) === 0;
      if (!isLoad || bytes.compare(wanted, 4, 8, at + 8, at + 12) !== 0) continue;
      bytes.set(mainnet!.subarray(word, word + 4), at);
      bytes.set(mainnet!.subarray(word + 4, word + 8), at + 8);
    }
  }
  return bytes;
}
