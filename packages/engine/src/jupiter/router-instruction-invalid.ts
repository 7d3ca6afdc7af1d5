import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';

/** Returns the error of an answer that is not signed; `what` completes "the router's answer is refused: …". */
export function routerInstructionInvalid(what: string): EngineError {
  return createEngineError('JUPITER_INSTRUCTION_INVALID', `the router's answer is refused: ${what}`);
}
