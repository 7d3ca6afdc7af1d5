import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProgramFiles } from '../../src/dumps/program-files.js';
import { addressText } from '../../src/seed/addresses.js';
import { CPMM_PROGRAM } from '../../src/seed/raydium-cpmm.js';

const ADDRESS = addressText(CPMM_PROGRAM);

let root: string;
let written = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tandem-programs-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function elf(change: (bytes: Uint8Array) => void = () => undefined): string {
  const bytes = new Uint8Array(128);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes[18] = 247;
  change(bytes);
  const file = join(root, `program-${(written += 1)}.so`);
  writeFileSync(file, bytes);
  return file;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
}

describe('loadProgramFiles', () => {
  it('loads a program at its address', () => {
    const [image] = loadProgramFiles([{ address: ADDRESS, file: elf() }]);
    expect(image?.programId).toEqual(CPMM_PROGRAM);
    expect(image?.elf).toHaveLength(128);
  });

  it('takes the same program twice but not two programs at one address', () => {
    const file = elf();
    expect(
      loadProgramFiles([
        { address: ADDRESS, file },
        { address: ADDRESS, file },
      ]),
    ).toHaveLength(1);
    const other = elf((bytes) => bytes.fill(1, 64));
    expect(
      codeOf(() =>
        loadProgramFiles([
          { address: ADDRESS, file },
          { address: ADDRESS, file: other },
        ]),
      ),
    ).toBe('SANDBOX_PROGRAM_MISMATCH');
  });

  it('refuses an address that is none', () => {
    expect(codeOf(() => loadProgramFiles([{ address: 'nonsense', file: elf() }]))).toBe(
      'SANDBOX_PROGRAM_ADDRESS_INVALID',
    );
  });

  it('refuses a file that is missing and a folder in its place', () => {
    expect(codeOf(() => loadProgramFiles([{ address: ADDRESS, file: join(root, 'none.so') }]))).toBe(
      'SANDBOX_PROGRAM_FILE_NOT_FOUND',
    );
    expect(codeOf(() => loadProgramFiles([{ address: ADDRESS, file: root }]))).toBe('SANDBOX_PROGRAM_FILE_NOT_FOUND');
  });

  it.each([
    ['another magic', (bytes: Uint8Array): void => void (bytes[0] = 0)],
    ['32 bits', (bytes: Uint8Array): void => void (bytes[4] = 1)],
    ['big-endian', (bytes: Uint8Array): void => void (bytes[5] = 2)],
    ['a machine of another kind', (bytes: Uint8Array): void => void (bytes[18] = 62)],
  ])('refuses an ELF with %s', (_, change) => {
    expect(codeOf(() => loadProgramFiles([{ address: ADDRESS, file: elf(change) }]))).toBe(
      'SANDBOX_PROGRAM_FILE_INVALID',
    );
  });

  it('refuses a file shorter than an ELF header', () => {
    const file = join(root, 'short.so');
    writeFileSync(file, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46));
    expect(codeOf(() => loadProgramFiles([{ address: ADDRESS, file }]))).toBe('SANDBOX_PROGRAM_FILE_INVALID');
  });
});
