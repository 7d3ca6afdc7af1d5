import type { EngineCode } from '../errors/codes.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { EngineError } from '../errors/engine-error.js';

/**
 * The native client gives no status codes, only sentences: those of tonic, src/status.rs `Code::description`. What none of them names is
 * a connection that failed.
 */
const CODE_BY_SENTENCE: readonly (readonly [sentence: string, code: EngineCode])[] = [
  ['does not have valid authentication credentials', 'CHAIN_ACCESS_INVALID'],
  ['does not have permission', 'CHAIN_ACCESS_INVALID'],
  ['Client specified an invalid argument', 'CHAIN_SUBSCRIPTION_INVALID'],
  ['Some resource has been exhausted', 'CHAIN_RATE_LIMIT_EXCEEDED'],
  ['is not implemented or not supported', 'CHAIN_METHOD_UNSUPPORTED'],
];

/** Returns the CHAIN_* error of whatever the client threw; one that has a code already stays what it is. */
export function grpcError(error: unknown, shownUrl: string): EngineError {
  if (error instanceof EngineError) return error;
  const text = wholeText(error);
  const code = CODE_BY_SENTENCE.find(([sentence]) => text.includes(sentence))?.[1] ?? 'CHAIN_UNREACHABLE';
  return createEngineError(code, `${shownUrl}: ${text}`, { context: { method: 'Subscribe' }, cause: error });
}

/** Returns the most addresses one filter may name, where a refusal says so (yellowstone-grpc-geyser, src/plugin/filter/limits.rs). */
export function addressLimitOf(error: EngineError): number | undefined {
  const limit = Number(/Max amount of Pubkeys reached, only (\d+) allowed/.exec(error.message)?.[1]);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
}

/** The reason stands in the innermost causes; the outer ones repeat parts of it. */
function wholeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== error.message
    ? `${error.message}: ${wholeText(cause)}`
    : error.message;
}
