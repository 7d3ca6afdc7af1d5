import type { EngineCode } from '../errors/codes.js';
import type { RpcFailureDetails } from './rpc-failure.js';
import type { SenderDialect } from './sender-error.js';

/** The block engine's own code for "too many requests", with HTTP status 429 or 200. */
const RATE_LIMIT_CODE = -32_097;
const GLOBAL_LIMIT = /globally rate limited|network congested/i;
const GLOBAL_LIMIT_PAUSE_MS = 2_000;
const LIMIT_PAUSE_MS = 1_000;

/**
 * What a block engine says in words, under -32602, -32603 or a bare HTTP 400; the first that fits counts (jito-docs, `lowlatencytxnsend`;
 * texts that only its users report are among them, so whatever is unknown keeps the code of its number).
 */
const CODE_BY_WORDS: readonly (readonly [RegExp, EngineCode])[] = [
  [/write lock at least one tip account/i, 'SENDER_TIP_MISSING'],
  [/expired blockhash/i, 'SENDER_BLOCKHASH_EXPIRED'],
  [/invalid blockhash/i, 'SENDER_BLOCKHASH_NOT_FOUND'],
  [/too many account locks/i, 'SENDER_LOCKS_EXCEEDED'],
  [/no connected leader/i, 'SENDER_LEADER_NOT_FOUND'],
  [/max transaction length|maximum number of transactions/i, 'SENDER_TRANSACTION_INVALID'],
  [/duplicate transactions|must be signed/i, 'SENDER_TRANSACTION_INVALID'],
  [/not authorized to generate a token/i, 'SENDER_ACCESS_INVALID'],
  [/transaction .*is invalid/i, 'SENDER_TRANSACTION_INVALID'],
];

/** One region among several: what it refuses stops nothing else. */
export const JITO_DIALECT: SenderDialect = { severity: 'recoverable', codeOf: jitoCode };

function jitoCode(details: RpcFailureDetails): EngineCode | undefined {
  if (isJitoLimit(details)) return 'SENDER_RATE_LIMIT_EXCEEDED';
  if (details.httpStatus === undefined) return undefined;
  return CODE_BY_WORDS.find(([words]) => words.test(details.message))?.[1];
}

/** Returns for how long a region wants to be left alone, milliseconds; `undefined` when it does not say so. */
export function jitoPauseMs(details: RpcFailureDetails): number | undefined {
  if (!isJitoLimit(details)) return undefined;
  if (details.retryAfterMs !== undefined) return details.retryAfterMs;
  return GLOBAL_LIMIT.test(details.message) ? GLOBAL_LIMIT_PAUSE_MS : LIMIT_PAUSE_MS;
}

function isJitoLimit({ kind, rpcCode }: RpcFailureDetails): boolean {
  return kind === 'rate-limited' || rpcCode === RATE_LIMIT_CODE;
}
