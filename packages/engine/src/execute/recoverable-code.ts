import { EngineError } from '../errors/engine-error.js';

/** Core codes that mean a bug in the core: not an answer about one opportunity. */
const FATAL_CORE_CODES: ReadonlySet<string> = new Set(['CORE_PANIC']);

/** Returns the stable code of an error that concerns one opportunity only. @throws the error itself when it is fatal or has no code */
export function recoverableCode(error: unknown): string {
  if (error instanceof EngineError && error.severity === 'recoverable') return error.code;
  if (error instanceof EngineError || !(error instanceof Error)) throw error;
  const code = 'code' in error ? error.code : undefined;
  if (error.name !== 'CoreError' || typeof code !== 'string' || FATAL_CORE_CODES.has(code)) throw error;
  return code;
}
