import { readFileSync } from 'node:fs';
import { ConformanceError } from './conformance-error.mjs';

const SLOTS_PER_EPOCH = 432_000n;
const U64_MAX = 2n ** 64n - 1n;
const U128_MAX = 2n ** 128n - 1n;

/** Venues by the name their vector files carry, with the program each must name. */
const VENUE_PROGRAMS = {
  cpmm: 'CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C',
  amm_v4: '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8',
  clmm: 'CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK',
  clmm_next: 'CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK',
  whirlpool: 'whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc',
  dlmm: 'LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo',
  damm_v2: 'cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG',
  pumpswap: 'pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA',
};

/** Reads a vector file and checks that its venue is one we quote. */
export function readVectorFile(path) {
  const file = parse(path, readText(path));
  const known = Object.keys(VENUE_PROGRAMS).join(', ');
  if (!Object.hasOwn(VENUE_PROGRAMS, file.venue ?? '')) {
    throw new ConformanceError(
      'CONFORMANCE_VENUE_UNSUPPORTED',
      `${path} is of venue "${file.venue}"; the venues quoted here are ${known}`,
    );
  }
  const program = VENUE_PROGRAMS[file.venue];
  if (file.programId !== undefined && file.programId !== program) {
    throw new ConformanceError(
      'CONFORMANCE_PROGRAM_MISMATCH',
      `${path} names program ${file.programId}; venue ${file.venue} is ${program}`,
    );
  }
  if (!Array.isArray(file.vectors) || typeof file.pools !== 'object' || file.pools === null) {
    throw new ConformanceError(
      'CONFORMANCE_FILE_INVALID',
      `${path} lacks "pools" or "vectors" (CONTRACT.md, section 5)`,
    );
  }
  if (file.vectors.length === 0) {
    throw new ConformanceError('CONFORMANCE_FILE_INVALID', `${path} holds no vectors, so it would show nothing`);
  }
  return file;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConformanceError('CONFORMANCE_FILE_NOT_FOUND', `cannot read ${path} (${error.code}); check the path`);
  }
}

function parse(path, text) {
  try {
    const file = JSON.parse(text);
    if (typeof file === 'object' && file !== null) return file;
  } catch {
    // Reported below: what the parser says about a position helps nobody who passed the wrong file.
  }
  throw new ConformanceError('CONFORMANCE_FILE_INVALID', `${path} is not a JSON object; is it a vector file?`);
}

const NEWER_INSTRUCTIONS = { pumpswap: '_v2', whirlpool: '_v2', dlmm: '2' };

/**
 * Returns what to ask for and what to expect: `{ order, expected }` in the core's numbers. PumpSwap, Whirlpool and DLMM have two
 * sets of instructions that answer differently; those without `_v2`, or 2, at the end of their name are the older one.
 */
export function readVector(vector, venue, { Direction, InstructionSet, SwapMode }) {
  const modes = { exactIn: SwapMode.ExactIn, exactOut: SwapMode.ExactOut, partialFill: SwapMode.PartialFill };
  const newer = NEWER_INSTRUCTIONS[venue] ?? '';
  const isLegacy = vector.ix !== undefined && !String(vector.ix).endsWith(newer);
  return {
    order: {
      direction: readInputSide(vector) === 'A' ? Direction.AToB : Direction.BToA,
      mode: modes[readSwapMode(vector)],
      amount: readAmount(vector),
      sqrtPriceLimit: readUnsigned('sqrtPriceLimit', vector.sqrtPriceLimit ?? '0', U128_MAX),
      instructions: isLegacy ? InstructionSet.Legacy : InstructionSet.Current,
      clock: readClock(vector),
    },
    expected: readExpected(vector),
  };
}

function readInputSide({ inputSide, direction }) {
  if (inputSide === 'A' || inputSide === 'B') return inputSide;
  if (['0to1', 'coinToPc', 'AtoB', 'XtoY'].includes(direction)) return 'A';
  if (['1to0', 'pcToCoin', 'BtoA', 'YtoX'].includes(direction)) return 'B';
  throw invalid(`inputSide "${inputSide}" with direction "${direction}"`);
}

function readSwapMode({ swapMode, ix }) {
  if (swapMode === 'exactIn' || swapMode === 'exactOut' || swapMode === 'partialFill') return swapMode;
  if (swapMode === undefined) return /_out/.test(String(ix)) ? 'exactOut' : 'exactIn';
  throw invalid(`swapMode "${swapMode}", which no venue has`);
}

function readAmount(vector) {
  return readU64('amount', vector.amountSpecified ?? vector.amountIn ?? vector.amountOut);
}

/** A program run below its instructions knows no slot. */
function readClock({ slot = 0, unixTimestamp, epoch }) {
  const slotNumber = readU64('slot', slot);
  return {
    slot: slotNumber,
    epoch: epoch === undefined ? slotNumber / SLOTS_PER_EPOCH : readU64('epoch', epoch),
    unixTimestamp: readU64('unixTimestamp', unixTimestamp),
  };
}

/** Returns `{ isRefused: true }`, or the gross input and net output that the program moved. */
export function readExpected(vector) {
  if (vector.error) return { isRefused: true };
  const spent = vector.expected?.spent ?? vector.userSpent ?? vector.amountIn;
  const received = vector.expected?.received ?? vector.userReceived;
  return { isRefused: false, amountIn: readU64('spent', spent), amountOut: readU64('received', received) };
}

function readU64(name, value) {
  return readUnsigned(name, value, U64_MAX);
}

function readUnsigned(name, value, largest) {
  if (!/^\d+$/.test(String(value)) || BigInt(value) > largest) throw invalid(`${name} "${value}"`);
  return BigInt(value);
}

function invalid(what) {
  return new ConformanceError('CONFORMANCE_VECTOR_INVALID', `the vector has ${what}`);
}
