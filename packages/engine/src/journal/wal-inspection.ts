import { readFileSync } from 'node:fs';
import { createEngineError } from '../errors/create-engine-error.js';

/** Sizes and magic numbers: sqlite.org/fileformat2.html, section 4.1 (WAL file format), the same since SQLite 3.7. */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const CHECKSUMS_LITTLE_ENDIAN = 0x37_7f_06_82;
const CHECKSUMS_BIG_ENDIAN = 0x37_7f_06_83;
const U32 = 2 ** 32;

/** How the write-ahead log of a journal that was not closed ends. */
export type WalEnd = 'whole' | 'torn';

/**
 * Looks through a write-ahead log before SQLite does. SQLite takes the first frame that is broken for the end, whatever stands behind
 * it: right where the last commit was torn by a power cut, and a silent loss of commits where the damage lies in the middle.
 * @throws JOURNAL_FILE_INVALID when later commits stand behind a broken frame, or the log's own header is broken
 */
export function inspectWal(path: string): WalEnd {
  const wal = readOrNothing(path);
  if (wal.length === 0) return 'whole';
  const header = wal.subarray(0, HEADER_BYTES);
  const magic = wal.length < HEADER_BYTES ? 0 : wal.readUInt32BE(0);
  const sums = sumsFor(magic);
  if (sums === undefined || !holds(header, HEADER_BYTES - 8, sums.add(header.subarray(0, HEADER_BYTES - 8)))) {
    // Frames are only written once the header has been synced: without frames nothing was ever committed here.
    if (wal.length <= HEADER_BYTES) return 'torn';
    throw damaged(path, 'its header is broken and frames stand behind it');
  }
  const pageBytes = header.readUInt32BE(8);
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const frames = Math.floor((wal.length - HEADER_BYTES) / frameBytes);
  const frameAt = (index: number) => {
    const from = HEADER_BYTES + index * frameBytes;
    return wal.subarray(from, from + frameBytes);
  };
  const isOfThisLog = (frame: Buffer) => frame.subarray(8, 16).equals(header.subarray(16, 24));
  for (let index = 0; index < frames; index += 1) {
    const frame = frameAt(index);
    sums.add(frame.subarray(0, 8));
    const reached = sums.add(frame.subarray(FRAME_HEADER_BYTES));
    if (isOfThisLog(frame) && holds(frame, 16, reached)) continue;
    let commits = 0;
    for (let later = index; later < frames; later += 1) {
      if (isOfThisLog(frameAt(later)) && frameAt(later).readUInt32BE(4) > 0) commits += 1;
    }
    // What a power cut can tear is one commit: the next is not begun before this one is synced.
    if (commits > 1) throw damaged(path, `frame ${index + 1} is broken and ${commits} commits stand there or behind it`);
    // A log that was begun anew keeps the frames of the one before; they are of another log.
    return commits > 0 || isOfThisLog(frame) ? 'torn' : 'whole';
  }
  return (wal.length - HEADER_BYTES) % frameBytes === 0 ? 'whole' : 'torn';
}

interface Sums {
  /** Adds bytes, a multiple of eight, and returns the two sums as the file holds them. */
  add(bytes: Buffer): readonly [number, number];
}

function sumsFor(magic: number): Sums | undefined {
  if (magic !== CHECKSUMS_LITTLE_ENDIAN && magic !== CHECKSUMS_BIG_ENDIAN) return undefined;
  let first = 0;
  let second = 0;
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; at += 8) {
        const isLittle = magic === CHECKSUMS_LITTLE_ENDIAN;
        const one = isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
        const two = isLittle ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4);
        first = (first + one + second) % U32;
        second = (second + two + first) % U32;
      }
      return [first, second];
    },
  };
}

function holds(bytes: Buffer, at: number, [first, second]: readonly [number, number]): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}

function readOrNothing(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function damaged(path: string, why: string): Error {
  return createEngineError('JOURNAL_FILE_INVALID', `the write-ahead log ${path} is damaged: ${why}`, {
    action: 'Keep a copy of the data directory; restore it from a backup, or start anew in another one.',
  });
}
