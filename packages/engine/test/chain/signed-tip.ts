import { encodeInstructions, type Instruction, loadCore, transferLamportsInstruction } from '@tandem/core-native';

const NO_TABLES = new Uint8Array(0);
export const PAYER = new Uint8Array(32).fill(1);
const PROGRAM = new Uint8Array(32).fill(9);

/** Returns a v0 transaction (unsigned: nobody here checks) that does something and pays tips. */
export function tippingTransaction(
  ...tips: readonly { readonly to: Uint8Array; readonly lamports: bigint }[]
): Uint8Array {
  const { core } = loadCore();
  const instructions: Instruction[] = [
    {
      program: PROGRAM,
      accounts: [{ address: PAYER, isSigner: true, isWritable: true }],
      data: Uint8Array.of(2, 0, 0),
    },
    ...tips.map((tip) => transferLamportsInstruction({ from: PAYER, ...tip })),
  ];
  const blockhash = new Uint8Array(32).fill(7);
  const message = core.compileMessage(PAYER, blockhash, encodeInstructions(instructions), NO_TABLES);
  const transaction = new Uint8Array(65 + message.length);
  transaction[0] = 1;
  transaction.set(message, 65);
  return transaction;
}
