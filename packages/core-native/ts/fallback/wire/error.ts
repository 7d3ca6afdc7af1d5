import { CoreError } from '../../core-error.js';

// The texts equal those of crates/wire/src/error.rs, and a test holds them together.

export function instructionsInvalid(at: number): CoreError {
  return new CoreError('WIRE_INSTRUCTIONS_INVALID', `the packed instructions are malformed at byte ${at}`);
}

export function instructionTooLarge(accounts: number, data: number): CoreError {
  return new CoreError(
    'WIRE_INSTRUCTION_TOO_LARGE',
    `an instruction has ${accounts} accounts and ${data} bytes of data; at most 255 and 65535 fit`,
  );
}

export function lookupTablesInvalid(at: number): CoreError {
  return new CoreError('WIRE_LOOKUP_TABLES_INVALID', `the packed lookup tables are malformed at byte ${at}`);
}

export function payerInvalid(): CoreError {
  return new CoreError('WIRE_PAYER_INVALID', 'the payer is not a 32-byte address');
}

export function blockhashInvalid(): CoreError {
  return new CoreError('WIRE_BLOCKHASH_INVALID', 'the blockhash is not 32 bytes long');
}

export function accountKeysExceeded(): CoreError {
  return new CoreError('WIRE_ACCOUNT_KEYS_EXCEEDED', 'the instructions name more than 256 different accounts');
}

export function computeBudgetInvalid(at: number): CoreError {
  return new CoreError(
    'WIRE_COMPUTE_BUDGET_INVALID',
    `instruction ${at}, to the compute-budget program, is unknown, malformed, out of range or given twice`,
  );
}

export function computeLimitMissing(): CoreError {
  const message = 'a v1 message needs an instruction that sets its compute-unit limit';
  return new CoreError('WIRE_COMPUTE_LIMIT_MISSING', message);
}

export function addressesExceeded(count: number, limit: number): CoreError {
  const message = `the instructions name ${count} accounts; a v1 message holds ${limit}`;
  return new CoreError('WIRE_ADDRESSES_EXCEEDED', message);
}

export function instructionsExceeded(count: number, limit: number): CoreError {
  return new CoreError('WIRE_INSTRUCTIONS_EXCEEDED', `there are ${count} instructions; a v1 message holds ${limit}`);
}

export function signaturesExceeded(count: number, limit: number): CoreError {
  return new CoreError(
    'WIRE_SIGNATURES_EXCEEDED',
    `the instructions need ${count} signatures; a v1 message asks for ${limit} at most`,
  );
}

export function messageInvalid(): CoreError {
  return new CoreError('WIRE_MESSAGE_INVALID', 'the bytes are neither a v0 nor a v1 message');
}

export function transactionTooLarge(bytes: number, limit: number): CoreError {
  return new CoreError(
    'WIRE_TRANSACTION_TOO_LARGE',
    `the transaction would take ${bytes} bytes; its version allows ${limit}`,
  );
}

export function signerMismatch(required: number): CoreError {
  return new CoreError(
    'WIRE_SIGNER_MISMATCH',
    `the message needs ${required} signatures, or its first key is not the signer's address`,
  );
}

export function secretKeyInvalid(): CoreError {
  return new CoreError(
    'WIRE_SECRET_KEY_INVALID',
    'the secret key is not a 32-byte seed followed by its 32-byte public key',
  );
}

export function signerNotFound(): CoreError {
  return new CoreError('WIRE_SIGNER_NOT_FOUND', 'no signer is held under this id');
}

/** Only TypeScript meets this one: in Rust the types rule it out. */
export function amountOutOfRange(amount: number | bigint): CoreError {
  return new CoreError('WIRE_AMOUNT_OUT_OF_RANGE', `${amount} does not fit the instruction's unsigned integer`);
}
