import * as zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { storedZstdFrame } from '../../src/servers/stored-zstd.js';

/** Node decompresses Zstandard from 22.15; elsewhere the fork scenario has Surfnet as the reader. */
const decompress = (zlib as { zstdDecompressSync?: (frame: Uint8Array) => Uint8Array }).zstdDecompressSync;

test('writes magic, content size and one stored block', () => {
  expect(storedZstdFrame(Uint8Array.of(7, 8, 9)).toString('hex')).toBe('28b52ffda003000000190000070809');
});

test.runIf(decompress !== undefined).each([0, 1, 255, 131_071, 131_072, 131_073, 400_000])(
  'is read back by a real decoder: %i bytes',
  (length) => {
    const data = Uint8Array.from({ length }, (_, index) => (index * 31) % 251);
    expect(Buffer.from(decompress?.(storedZstdFrame(data)) ?? []).equals(Buffer.from(data))).toBe(true);
  },
);
