import { EngineError } from '../errors/engine-error.js';

/** Returns whether the node, the network or the feed failed: that may be told and tried again; anything else is a bug. */
export function isChainError(error: unknown): error is EngineError {
  return error instanceof EngineError && error.code.startsWith('CHAIN_');
}
