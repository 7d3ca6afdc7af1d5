import { decodeTransactionError } from '../chain/transaction-error.js';
import { findVenueByStem } from '../market/venue-catalog.js';
import { PROGRAM_ERRORS } from './program-errors.js';

/** Where the legs stand in the message, so that an instruction's failure can name its leg; absent for sends of an earlier run. */
export interface LegPlacement {
  readonly firstLegInstruction: number;
  /** Venue stems, or the name of the router that swaps, in leg order. */
  readonly venues: readonly string[];
}

/** What a failed transaction says about itself. */
export interface FailureEvidence {
  readonly error: unknown;
  readonly logs: readonly string[];
}

/** Says in words why a transaction failed. */
export class FailureHandler {
  /** Returns e.g. "raydium_cpmm ExceededSlippage (6005) in leg 2"; never throws, whatever the cluster answered. */
  describe(evidence: FailureEvidence, placement?: LegPlacement): string {
    const failure = decodeTransactionError(evidence.error);
    if (failure === null) return 'no error';
    const { instructionIndex, instructionVariant, customCode } = failure;
    if (instructionIndex === null) return failure.text;
    const leg = placement === undefined ? -1 : instructionIndex - placement.firstLegInstruction;
    const venue = placement?.venues[leg];
    const place = venue === undefined ? `in instruction ${instructionIndex + 1}` : `in leg ${leg + 1}`;
    const program = failingProgram(evidence.logs) ?? (venue === undefined ? undefined : programOf(venue));
    const known = program === undefined ? undefined : PROGRAM_ERRORS.get(program);
    const name = known?.program ?? program ?? 'program';
    if (customCode === null) return `${name} ${instructionVariant ?? failure.text} ${place}`;
    return `${name} ${known?.names[customCode] ?? 'custom error'} (${customCode}) ${place}`;
  }
}

/** A router is no venue, but it has a program and errors of its own as well. */
function programOf(name: string): string | undefined {
  const known = findVenueByStem(name)?.programId;
  return known ?? [...PROGRAM_ERRORS].find(([, { program }]) => program === name)?.[0];
}
/**
 * A line of the runtime itself. What a program writes stands behind `Program log: `, so that only an address can be told from
 * a program that logs "failed: ".
 */
const FAILED_LINE = /^Program ([1-9A-HJ-NP-Za-km-z]{32,44}) failed: /;

/** The innermost program logs its failure first; the calls above it repeat the same code. */
function failingProgram(logs: readonly string[]): string | undefined {
  for (const line of logs) {
    const match = FAILED_LINE.exec(line);
    if (match !== null) return match[1];
  }
  return undefined;
}
