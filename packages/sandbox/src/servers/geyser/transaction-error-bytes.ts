import { INSTRUCTION_ERRORS, type TransactionErrorJson } from '../../cluster/transaction-error.js';

/**
 * Variant numbers of `TransactionError` (solana-sdk, transaction-error crate) as bincode writes them, of the errors with which a
 * transaction can land.
 */
const VARIANTS: Readonly<Record<string, number>> = {
  ProgramAccountNotFound: 3,
  InstructionError: 8,
  InvalidProgramForExecution: 13,
  InsufficientFundsForRent: 31,
  MaxLoadedAccountsDataSizeExceeded: 32,
};
/** Variants of `InstructionError` (solana-sdk, instruction-error crate) that stand between the fieldless ones, in its order. */
const CUSTOM_VARIANT = 25;
const BORSH_VARIANT = 44;

/** Returns the bincode form of a landed transaction's error, as the protocol carries it. */
export function transactionErrorBytes(error: TransactionErrorJson): Uint8Array {
  if (typeof error === 'string') return u32(VARIANTS[error] ?? 0);
  const [variant = '', detail] = Object.entries(error)[0] ?? [];
  const head = u32(VARIANTS[variant] ?? 0);
  if (variant === 'InstructionError' && Array.isArray(detail)) {
    const [index, inner] = detail as [number, unknown];
    return Buffer.concat([head, Buffer.from([index]), instructionErrorBytes(inner)]);
  }
  const { account_index: account = 0 } = detail as { readonly account_index?: number };
  return Buffer.concat([head, Buffer.from([account])]);
}

function instructionErrorBytes(inner: unknown): Uint8Array {
  if (typeof inner !== 'string') return Buffer.concat([u32(CUSTOM_VARIANT), u32((inner as { Custom: number }).Custom)]);
  if (inner === 'BorshIoError') return u32(BORSH_VARIANT);
  const position = INSTRUCTION_ERRORS.findIndex((name) => name === inner);
  const afterCustom = position < CUSTOM_VARIANT ? position : position + 1;
  return u32(afterCustom < BORSH_VARIANT ? afterCustom : afterCustom + 1);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
