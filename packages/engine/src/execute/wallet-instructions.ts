import { type Instruction, transferLamportsInstruction } from '@tandem/core-native';
import { ASSOCIATED_TOKEN_PROGRAM_BYTES, SYSTEM_PROGRAM_BYTES, TOKEN_PROGRAM_BYTES } from './system-programs.js';

/** Associated-token program `CreateIdempotent`. */
const CREATE_IDEMPOTENT = 1;
/** Token program `SyncNative`. */
const SYNC_NATIVE = 17;

/** A wallet's token account with what it takes to create it. */
export interface TokenAccountPlace {
  readonly account: Uint8Array;
  readonly mint: Uint8Array;
  readonly tokenProgram: Uint8Array;
}

/** Returns the instruction that creates the wallet's associated token account unless it exists. */
export function createTokenAccount(wallet: Uint8Array, place: TokenAccountPlace): Instruction {
  return {
    program: ASSOCIATED_TOKEN_PROGRAM_BYTES,
    accounts: [
      { address: wallet, isSigner: true, isWritable: true },
      { address: place.account, isSigner: false, isWritable: true },
      { address: wallet, isSigner: false, isWritable: false },
      { address: place.mint, isSigner: false, isWritable: false },
      { address: SYSTEM_PROGRAM_BYTES, isSigner: false, isWritable: false },
      { address: place.tokenProgram, isSigner: false, isWritable: false },
    ],
    data: Uint8Array.of(CREATE_IDEMPOTENT),
  };
}

/** Returns the instructions that turn native lamports into wrapped SOL in an existing account. */
export function wrapLamports(wallet: Uint8Array, account: Uint8Array, lamports: bigint): Instruction[] {
  return [
    transferLamportsInstruction({ from: wallet, to: account, lamports }),
    {
      program: TOKEN_PROGRAM_BYTES,
      accounts: [{ address: account, isSigner: false, isWritable: true }],
      data: Uint8Array.of(SYNC_NATIVE),
    },
  ];
}
