import type { Instruction } from '@tandem/core-native';
import { sameBytes } from '../chain/address-bytes.js';
import { decodeAddress, encodeBase58 } from '../chain/base58.js';
import { programAddress } from '../execute/program-address.js';
import {
  ASSOCIATED_TOKEN_PROGRAM_BYTES,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM_BYTES,
  WRAPPED_SOL_MINT,
} from '../execute/system-programs.js';
import { createTokenAccount, wrapLamports } from '../execute/wallet-instructions.js';
import type { ExpectedSwap } from './instruction-gate.js';
import { routerInstructionInvalid } from './router-instruction-invalid.js';

const WRAPPED_SOL_MINT_BYTES = decodeAddress(WRAPPED_SOL_MINT);
const TOKEN_2022_PROGRAM_BYTES = decodeAddress(TOKEN_2022_PROGRAM);
/** Token program `CloseAccount`. */
const CLOSE_ACCOUNT = 9;
/** Positions in the associated-token program's `CreateIdempotent`. */
const CREATED_ACCOUNT = 1;
const CREATED_MINT = 3;
const CREATED_TOKEN_PROGRAM = 5;

/**
 * Returns the set-up, each instruction built anew by us: the creation of our own accounts, each once, and the wrapping of exactly the
 * input where that was asked for. Comparing with our own instructions leaves no field unchecked. @throws JUPITER_INSTRUCTION_INVALID
 */
export function checkSetUp(setup: readonly Instruction[], expected: ExpectedSwap): Instruction[] {
  const [transfer, sync] = wrapping(expected);
  const checked: Instruction[] = [];
  let wraps = 0;
  for (const instruction of setup) {
    const own = [transfer, sync, creationLike(instruction, expected)].find((known) => isSame(known, instruction));
    if (own === undefined) throw unexpected('set-up', instruction);
    if (own === transfer) wraps += 1;
    if (!checked.some((before) => isSame(before, own))) checked.push(own);
  }
  if (wraps > 1) throw routerInstructionInvalid(`its set-up wraps the input ${wraps} times`);
  return checked;
}

/** Returns the clean-up: the closing of our wrapped-SOL account to ourselves, where that was asked for. @throws JUPITER_INSTRUCTION_INVALID */
export function checkCleanup(cleanup: Instruction | null, expected: ExpectedSwap): Instruction | null {
  if (cleanup === null) return null;
  const account = wrappedSolAccount(expected);
  const own = account === undefined ? undefined : closeAccount(account, expected.wallet);
  if (own === undefined || !isSame(own, cleanup)) throw unexpected('clean-up', cleanup);
  return own;
}

/** Our own creation of the account that an instruction creates, if it is one that the swap needs and its address is really ours. */
function creationLike({ accounts }: Instruction, expected: ExpectedSwap): Instruction | undefined {
  const account = accounts[CREATED_ACCOUNT]?.address;
  const mint = accounts[CREATED_MINT]?.address;
  const tokenProgram = accounts[CREATED_TOKEN_PROGRAM]?.address;
  if (account === undefined || mint === undefined || tokenProgram === undefined) return undefined;
  const { wallet, sourceAccount, destinationAccount, ownedAccounts } = expected;
  const isNeeded = [sourceAccount, destinationAccount, ...ownedAccounts].some((own) => sameBytes(own, account));
  if (!isNeeded || ![TOKEN_PROGRAM_BYTES, TOKEN_2022_PROGRAM_BYTES].some((known) => sameBytes(known, tokenProgram)))
    return undefined;
  const derived = programAddress([wallet, tokenProgram, mint], ASSOCIATED_TOKEN_PROGRAM_BYTES);
  return sameBytes(derived, account) ? createTokenAccount(wallet, { account, mint, tokenProgram }) : undefined;
}

/** The transfer and the note of it by which the input is wrapped; nothing where SOL is not paid or stays wrapped. */
function wrapping({ sol, inputMint, wallet, sourceAccount, amountIn }: ExpectedSwap): (Instruction | undefined)[] {
  if (sol !== 'wrap-and-unwrap' || !sameBytes(inputMint, WRAPPED_SOL_MINT_BYTES)) return [];
  return wrapLamports(wallet, sourceAccount, amountIn);
}

function wrappedSolAccount(expected: ExpectedSwap): Uint8Array | undefined {
  if (expected.sol !== 'wrap-and-unwrap') return undefined;
  if (sameBytes(expected.inputMint, WRAPPED_SOL_MINT_BYTES)) return expected.sourceAccount;
  return sameBytes(expected.outputMint, WRAPPED_SOL_MINT_BYTES) ? expected.destinationAccount : undefined;
}

/** Token program `CloseAccount`: account, receiver of its lamports, owner. */
export function closeAccount(account: Uint8Array, wallet: Uint8Array): Instruction {
  return {
    program: TOKEN_PROGRAM_BYTES,
    accounts: [
      { address: account, isSigner: false, isWritable: true },
      { address: wallet, isSigner: false, isWritable: true },
      { address: wallet, isSigner: true, isWritable: false },
    ],
    data: Uint8Array.of(CLOSE_ACCOUNT),
  };
}

/** Whether an instruction says what ours says; flags are left out, because ours are used. */
function isSame(own: Instruction | undefined, other: Instruction): own is Instruction {
  return (
    own !== undefined &&
    sameBytes(own.program, other.program) &&
    sameBytes(own.data, other.data) &&
    own.accounts.length === other.accounts.length &&
    own.accounts.every(({ address }, index) => sameBytes(address, other.accounts[index]?.address))
  );
}

function unexpected(part: string, { program, data }: Instruction): Error {
  const text = Buffer.from(data.subarray(0, 16)).toString('hex');
  return routerInstructionInvalid(`its ${part} calls ${encodeBase58(program)} with ${text}, which nobody asked for`);
}
