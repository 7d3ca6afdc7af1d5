import { COMPUTE_BUDGET_PROGRAM, parseAddress, SYSTEM_PROGRAM, type AddressKey } from './address-key.js';
import type { DecodedTransaction } from './transaction-decoder.js';

/** Lamports of one signature. */
const LAMPORTS_PER_SIGNATURE = 5_000n;
const MAX_COMPUTE_UNITS = 1_400_000n;
const UNITS_PER_PROGRAM_CALL = 200_000n;
const UNITS_PER_BUILTIN_CALL = 3_000n;
const MICRO_LAMPORTS = 1_000_000n;

function keys(...texts: string[]): ReadonlySet<AddressKey> {
  return new Set(texts.map((text) => parseAddress(text)).filter((key) => key !== undefined));
}

/** Programs whose calls are budgeted as builtins (agave `builtins-default-costs`, those not migrated to bytecode; SIMD-0170). */
const BUILTINS: ReadonlySet<AddressKey> = new Set([
  SYSTEM_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  ...keys(
    'Vote111111111111111111111111111111111111111',
    'BPFLoader1111111111111111111111111111111111',
    'BPFLoader2111111111111111111111111111111111',
    'BPFLoaderUpgradeab1e11111111111111111111111',
    'LoaderV411111111111111111111111111111111111',
    'KeccakSecp256k11111111111111111111111111111',
    'Ed25519SigVerify111111111111111111111111111',
  ),
]);

/** Precompiles whose first data byte counts signatures that are paid for. */
const PRECOMPILES = keys(
  'KeccakSecp256k11111111111111111111111111111',
  'Ed25519SigVerify111111111111111111111111111',
  'Secp256r1SigVerify1111111111111111111111111',
);

/** What a transaction pays for being processed. */
export interface TransactionFee {
  readonly totalLamports: bigint;
  readonly priorityLamports: bigint;
  /** Micro-lamports per compute unit. */
  readonly unitPrice: bigint;
  /** Compute units asked for, or the default for the programs called. */
  readonly unitLimit: bigint;
}

/** Returns the fee of a transaction: signatures, and price times limit rounded up. */
export function transactionFee(
  transaction: Pick<DecodedTransaction, 'requiredSignatures' | 'staticKeys' | 'instructions'>,
): TransactionFee {
  let signatures = BigInt(transaction.requiredSignatures);
  let defaultUnits = 0n;
  let requestedUnits: bigint | undefined;
  let unitPrice = 0n;
  for (const { programIndex, data } of transaction.instructions) {
    const program = transaction.staticKeys[programIndex] ?? SYSTEM_PROGRAM;
    defaultUnits += BUILTINS.has(program) ? UNITS_PER_BUILTIN_CALL : UNITS_PER_PROGRAM_CALL;
    if (PRECOMPILES.has(program)) signatures += BigInt(data[0] ?? 0);
    if (program !== COMPUTE_BUDGET_PROGRAM) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (data[0] === 2 && data.length >= 5) requestedUnits = BigInt(view.getUint32(1, true));
    if (data[0] === 3 && data.length >= 9) unitPrice = view.getBigUint64(1, true);
  }
  const asked = requestedUnits ?? defaultUnits;
  const units = asked > MAX_COMPUTE_UNITS ? MAX_COMPUTE_UNITS : asked;
  const priorityLamports = (unitPrice * units + MICRO_LAMPORTS - 1n) / MICRO_LAMPORTS;
  return {
    totalLamports: signatures * LAMPORTS_PER_SIGNATURE + priorityLamports,
    priorityLamports,
    unitPrice,
    unitLimit: units,
  };
}
