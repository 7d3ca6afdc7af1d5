import { ENGINE_CODES, type EngineCode } from './codes.js';
import { EngineError, type EngineErrorOptions } from './engine-error.js';

/** Returns an error of a known code; severity and action come from the table unless the options name better ones. */
export function createEngineError(code: EngineCode, message: string, options: EngineErrorOptions = {}): EngineError {
  const { severity, action } = ENGINE_CODES[code];
  return new EngineError(code, message, { severity, action, ...options });
}
