import { viewOf } from './account-keys.js';
import { computeBudgetInvalid, computeLimitMissing } from './error.js';
import {
  COMPUTE_BUDGET_PROGRAM,
  type InstructionView,
  REQUEST_HEAP_FRAME,
  SET_COMPUTE_UNIT_LIMIT,
  SET_COMPUTE_UNIT_PRICE,
  SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT,
} from './instruction.js';

// Formats: solana-sdk `compute-budget-interface/src/lib.rs`. Rules of range and repetition, and the ceiling of units: agave
// `compute-budget-instruction` and `compute-budget/src/compute_budget_limits.rs`.

/** More units than this are cut to it, and the priority fee is reckoned on what is left. */
const MAX_COMPUTE_UNITS = 1_400_000;
/** Bytes of accounts a v0 transaction may load when it sets no limit, and the most that a limit may be. */
const DEFAULT_LOADED_ACCOUNTS_BYTES = 64 * 1_024 * 1_024;
const MIN_HEAP_BYTES = 32 * 1_024;
const MAX_HEAP_BYTES = 256 * 1_024;
const HEAP_GRANULE_BYTES = 1_024;
const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;
const U64_MAX = 2n ** 64n - 1n;

/** The values of a v1 header. Both limits always stand in it: one that is missing counts as zero, not as a default. */
export interface TransactionConfig {
  /** Total priority fee, absent where nothing is bid. */
  readonly priorityFeeLamports: bigint | undefined;
  readonly computeUnitLimit: number;
  readonly loadedAccountsBytes: number;
  /** Heap of each program, absent where the default will do. */
  readonly heapBytes: number | undefined;
}

/** What the instructions said so far, by their tag. */
type Asked = Map<number, bigint>;

/**
 * Splits the instructions into the config that some of them ask for and all the others, in their order. A v0 transaction of
 * the same instructions has the same limits and pays the same fee.
 *
 * @throws WIRE_COMPUTE_BUDGET_INVALID, WIRE_COMPUTE_LIMIT_MISSING
 */
export function splitConfig(
  packed: Uint8Array,
  instructions: readonly InstructionView[],
): { readonly config: TransactionConfig; readonly others: InstructionView[] } {
  const asked: Asked = new Map();
  const others: InstructionView[] = [];
  const words = viewOf(packed);
  for (const [at, instruction] of instructions.entries()) {
    if (!COMPUTE_BUDGET_PROGRAM.every((byte, index) => byte === packed[instruction.programAt + index])) {
      others.push(instruction);
      continue;
    }
    const [tag, value] = readBudget(words, instruction) ?? [];
    if (tag === undefined || value === undefined || asked.has(tag)) throw computeBudgetInvalid(at);
    asked.set(tag, value);
  }
  return { config: configOf(asked), others };
}

/** Reads one instruction's tag and value; none when it is unknown, malformed or out of range. */
function readBudget(
  words: DataView,
  { accountCount, dataAt, dataLength }: InstructionView,
): readonly [tag: number, value: bigint] | undefined {
  // The program reads no accounts; dropping some would drop their locks.
  if (dataLength === 0 || accountCount !== 0) return undefined;
  const tag = words.getUint8(dataAt);
  if (tag === SET_COMPUTE_UNIT_PRICE) {
    return dataLength === 9 ? [tag, words.getBigUint64(dataAt + 1, true)] : undefined;
  }
  if (dataLength !== 5) return undefined;
  const value = inRange(tag, words.getUint32(dataAt + 1, true));
  return value === undefined ? undefined : [tag, BigInt(value)];
}

function inRange(tag: number, value: number): number | undefined {
  switch (tag) {
    case REQUEST_HEAP_FRAME: {
      const fits = value >= MIN_HEAP_BYTES && value <= MAX_HEAP_BYTES && value % HEAP_GRANULE_BYTES === 0;
      return fits ? value : undefined;
    }
    case SET_COMPUTE_UNIT_LIMIT:
      return Math.min(value, MAX_COMPUTE_UNITS);
    case SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT:
      return value > 0 ? Math.min(value, DEFAULT_LOADED_ACCOUNTS_BYTES) : undefined;
    default:
      return undefined;
  }
}

function configOf(asked: Asked): TransactionConfig {
  const units = asked.get(SET_COMPUTE_UNIT_LIMIT);
  if (units === undefined) throw computeLimitMissing();
  const microLamports = (asked.get(SET_COMPUTE_UNIT_PRICE) ?? 0n) * units;
  // Rounds up as the runtime does, and is cut to 64 bits as it does.
  const fee = (microLamports + MICRO_LAMPORTS_PER_LAMPORT - 1n) / MICRO_LAMPORTS_PER_LAMPORT;
  const heapBytes = asked.get(REQUEST_HEAP_FRAME);
  return {
    priorityFeeLamports: fee === 0n ? undefined : fee < U64_MAX ? fee : U64_MAX,
    computeUnitLimit: Number(units),
    loadedAccountsBytes: Number(asked.get(SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT) ?? DEFAULT_LOADED_ACCOUNTS_BYTES),
    heapBytes: heapBytes === undefined ? undefined : Number(heapBytes),
  };
}
