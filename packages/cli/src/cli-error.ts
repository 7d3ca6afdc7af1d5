import { EngineError } from '@tandem/engine';

/** A user's mistake on the command line: what was wrong and what to do, without a stack trace. */
export function cliError(code: `CLI_${string}`, message: string, action: string): EngineError {
  return new EngineError(code, message, { action });
}

/** An error with a stable code, whoever threw it. */
export interface CodedError {
  readonly code: string;
  readonly message: string;
  readonly action: string | undefined;
}

/** Returns the coded form of an error, or `undefined` when it has no code of ours and so is a bug. */
export function codedError(fault: unknown): CodedError | undefined {
  if (!(fault instanceof Error)) return undefined;
  const { code, action } = fault as Error & { code?: unknown; action?: unknown };
  if (typeof code !== 'string' || !/^(?!ERR_)[A-Z]+(_[A-Z0-9]+)+$/.test(code)) return undefined;
  return { code, message: fault.message, action: typeof action === 'string' ? action : undefined };
}

/** Returns an error in one line, with its code where it has one. */
export function faultText(error: unknown): string {
  const coded = codedError(error);
  if (coded !== undefined) return `${coded.code}: ${coded.message}`;
  return error instanceof Error ? error.message : String(error);
}
