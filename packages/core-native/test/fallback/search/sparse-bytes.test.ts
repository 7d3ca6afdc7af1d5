import { expect, it } from 'vitest';
import { SparseBytes } from '../../../ts/fallback/search/sparse-bytes.js';

it.each([0, 1, 3, 4, 5, 127, 128, 129, 1_100])('gives back %i bytes as it was given them', (length) => {
  const bytes = Uint8Array.from({ length }, (_, at) => (at % 37 === 0 ? (at % 251) + 1 : 0));
  const sparse = new SparseBytes(bytes);
  expect(sparse.toBytes()).toEqual(bytes);
  expect(sparse.equals(bytes)).toBe(true);
});

it('tells bytes apart that differ in one byte or in length alone', () => {
  const sparse = new SparseBytes(new Uint8Array(24));
  expect(sparse.equals(new Uint8Array(23))).toBe(false);
  expect(sparse.equals(new Uint8Array(25))).toBe(false);
  expect(sparse.equals(Uint8Array.from({ length: 24 }, (_, at) => (at === 23 ? 1 : 0)))).toBe(false);
});

it('keeps the sign bit of a word', () => {
  const bytes = Uint8Array.of(0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff);
  expect(new SparseBytes(bytes).toBytes()).toEqual(bytes);
});
