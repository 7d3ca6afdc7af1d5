import { readFileSync, statSync } from 'node:fs';
import { EngineError } from '@tandem/engine/ports';
import { addressBytes } from '../seed/addresses.js';
import { equalBytes } from '../seed/token-accounts.js';

/** One `--program` of the command line. */
export interface ProgramOption {
  /** Base58. */
  readonly address: string;
  readonly file: string;
}

/** A program's bytes and the id they are loaded at. */
export interface ProgramImage {
  readonly programId: Uint8Array;
  readonly elf: Uint8Array;
}

const ELF_MAGIC = Uint8Array.from([0x7f, 0x45, 0x4c, 0x46]);
/** Class 64-bit, little-endian, as every Solana program is (`e_ident[4]`, `e_ident[5]`). */
const ELF_CLASS_64 = 2;
const ELF_LITTLE_ENDIAN = 1;
const ELF_HEADER_BYTES = 64;
/** `e_machine` at offset 18: EM_BPF and EM_SBPF. */
const ELF_MACHINES: ReadonlySet<number> = new Set([247, 263]);

/**
 * Loads the program dumps; the same address twice must name the same bytes.
 *
 * @throws SANDBOX_PROGRAM_ADDRESS_INVALID, SANDBOX_PROGRAM_FILE_NOT_FOUND, SANDBOX_PROGRAM_FILE_INVALID, SANDBOX_PROGRAM_MISMATCH
 */
export function loadProgramFiles(options: readonly ProgramOption[]): ProgramImage[] {
  const loaded = new Map<string, { readonly file: string; readonly image: ProgramImage }>();
  for (const option of options) {
    const image = { programId: decodeProgramId(option), elf: readElf(option) };
    const known = loaded.get(option.address);
    if (known !== undefined && !equalBytes(known.image.elf, image.elf)) throw mismatch(option, known.file);
    loaded.set(option.address, { file: option.file, image });
  }
  return [...loaded.values()].map(({ image }) => image);
}

function decodeProgramId({ address, file }: ProgramOption): Uint8Array {
  try {
    return addressBytes(address);
  } catch (cause) {
    throw new EngineError('SANDBOX_PROGRAM_ADDRESS_INVALID', `"${address}" is no base58 address of 32 bytes`, {
      severity: 'fatal',
      context: { address, file },
      action: 'Give --program the id of the program that the file was dumped from.',
      cause,
    });
  }
}

function readElf({ address, file }: ProgramOption): Uint8Array {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new EngineError('SANDBOX_PROGRAM_FILE_NOT_FOUND', `there is no file ${file}`, {
      severity: 'fatal',
      context: { address, file },
      action: `Write it with \`solana program dump ${address} ${file}\`.`,
    });
  }
  const elf = Uint8Array.from(readFileSync(file));
  if (isSolanaElf(elf)) return elf;
  throw new EngineError('SANDBOX_PROGRAM_FILE_INVALID', `${file} is no Solana program (64-bit little-endian BPF ELF)`, {
    severity: 'fatal',
    context: { address, file, bytes: elf.length },
    action: `Write it again with \`solana program dump ${address} ${file}\`.`,
  });
}

function isSolanaElf(elf: Uint8Array): boolean {
  if (elf.length < ELF_HEADER_BYTES || !equalBytes(elf.subarray(0, 4), ELF_MAGIC)) return false;
  const machine = new DataView(elf.buffer).getUint16(18, true);
  return elf[4] === ELF_CLASS_64 && elf[5] === ELF_LITTLE_ENDIAN && ELF_MACHINES.has(machine);
}

function mismatch({ address, file }: ProgramOption, other: string): EngineError {
  return new EngineError('SANDBOX_PROGRAM_MISMATCH', `${other} and ${file} hold different programs for ${address}`, {
    severity: 'fatal',
    context: { address, files: [other, file] },
    action: 'Give each program once.',
  });
}
