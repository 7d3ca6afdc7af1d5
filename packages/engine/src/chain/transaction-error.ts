/** A cluster's TransactionError, read. */
export interface DecodedTransactionError {
  /** Variant of TransactionError, such as `BlockhashNotFound` or `InstructionError`. */
  readonly variant: string;
  /** Position of the top-level instruction that failed. */
  readonly instructionIndex: number | null;
  /** Variant of the InstructionError, such as `Custom` or `InsufficientFunds`. */
  readonly instructionVariant: string | null;
  /** The program's own error code. */
  readonly customCode: number | null;
  /** One line for people. */
  readonly text: string;
}

/** Errors that keep a transaction out of every block: it cannot have cost anything (docs.rs solana-transaction-error; SIMD-0290 pending). */
const NEVER_LANDS: ReadonlySet<string> = new Set([
  'AccountNotFound',
  'AddressLookupTableNotFound',
  'AlreadyProcessed',
  'BlockhashNotFound',
  'InsufficientFundsForFee',
  'InvalidAccountForFee',
  'InvalidAddressLookupTableData',
  'InvalidAddressLookupTableIndex',
  'InvalidAddressLookupTableOwner',
  'MissingSignatureForFee',
  'SanitizeFailure',
  'SignatureFailure',
  'TooManyAccountLocks',
  'UnsupportedVersion',
]);

/** Reads a TransactionError as JSON-RPC gives it; `null` when there was none. A shape nobody knows keeps its JSON as text. */
export function decodeTransactionError(error: unknown): DecodedTransactionError | null {
  if (error === null || error === undefined) return null;
  if (typeof error === 'string') return describe({ variant: error });
  const [entry] = typeof error === 'object' ? Object.entries(error) : [];
  if (entry === undefined) return describe({ variant: 'Unknown', detail: JSON.stringify(error) });
  const [variant, content] = entry as [string, unknown];
  if (variant !== 'InstructionError') return describe({ variant, detail: JSON.stringify(content) });
  if (!Array.isArray(content) || typeof content[0] !== 'number')
    return describe({ variant, detail: JSON.stringify(content) });
  return decodeInstructionError(content[0], content[1] as unknown);
}

/** Returns whether a transaction that fails so never lands and never pays. */
export function neverLands(error: DecodedTransactionError): boolean {
  return NEVER_LANDS.has(error.variant);
}

function decodeInstructionError(instructionIndex: number, inner: unknown): DecodedTransactionError {
  const variant = 'InstructionError';
  if (typeof inner === 'string') return describe({ variant, instructionIndex, instructionVariant: inner });
  const [entry] = typeof inner === 'object' && inner !== null ? Object.entries(inner) : [];
  if (entry === undefined) return describe({ variant, instructionIndex, detail: JSON.stringify(inner) });
  const [instructionVariant, content] = entry as [string, unknown];
  if (instructionVariant === 'Custom' && typeof content === 'number') {
    return describe({ variant, instructionIndex, instructionVariant, customCode: content });
  }
  return describe({ variant, instructionIndex, instructionVariant, detail: JSON.stringify(content) });
}

interface Parts {
  readonly variant: string;
  readonly instructionIndex?: number;
  readonly instructionVariant?: string;
  readonly customCode?: number;
  readonly detail?: string | undefined;
}

function describe(parts: Parts): DecodedTransactionError {
  const { variant, instructionIndex = null, instructionVariant = null, customCode = null, detail } = parts;
  const place = instructionIndex === null ? variant : `${variant} at instruction ${instructionIndex}`;
  const inner = instructionVariant === null ? '' : `: ${instructionVariant}`;
  const code = customCode === null ? '' : ` ${customCode} (0x${customCode.toString(16)})`;
  return {
    variant,
    instructionIndex,
    instructionVariant,
    customCode,
    text: `${place}${inner}${code}${detail === undefined ? '' : ` ${detail}`}`,
  };
}
