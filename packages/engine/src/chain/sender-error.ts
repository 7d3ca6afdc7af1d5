import type { EngineCode } from '../errors/codes.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { Severity } from '../errors/engine-error.js';
import { RpcFailure, type RpcFailureDetails, type RpcFailureKind } from './rpc-failure.js';
import { type DecodedTransactionError, decodeTransactionError } from './transaction-error.js';

const CODE_BY_KIND: Readonly<Record<Exclude<RpcFailureKind, 'rpc-error'>, EngineCode>> = {
  unreachable: 'SENDER_UNREACHABLE',
  timeout: 'SENDER_TIMEOUT',
  'rate-limited': 'SENDER_RATE_LIMIT_EXCEEDED',
  forbidden: 'SENDER_ACCESS_INVALID',
  'too-large': 'SENDER_TRANSACTION_TOO_LARGE',
  'server-error': 'SENDER_UNREACHABLE',
  'not-json': 'SENDER_RESPONSE_INVALID',
  'wrong-shape': 'SENDER_RESPONSE_INVALID',
};

const PREFLIGHT_FAILURE = -32_002;
const CODE_BY_RPC_CODE: ReadonlyMap<number, EngineCode> = new Map([
  [PREFLIGHT_FAILURE, 'SENDER_PREFLIGHT_INVALID'],
  [-32_003, 'SENDER_TRANSACTION_INVALID'],
  [-32_005, 'SENDER_NODE_LAG_EXCEEDED'],
  [-32_006, 'SENDER_TRANSACTION_INVALID'],
  [-32_013, 'SENDER_TRANSACTION_INVALID'],
  [-32_016, 'SENDER_NODE_LAG_EXCEEDED'],
  [-32_602, 'SENDER_TRANSACTION_INVALID'],
]);

const CODE_BY_TRANSACTION_ERROR: ReadonlyMap<string, EngineCode> = new Map([
  ['BlockhashNotFound', 'SENDER_BLOCKHASH_NOT_FOUND'],
  ['SignatureFailure', 'SENDER_TRANSACTION_INVALID'],
  ['SanitizeFailure', 'SENDER_TRANSACTION_INVALID'],
  ['AccountNotFound', 'SENDER_BALANCE_EXCEEDED'],
  ['InsufficientFundsForFee', 'SENDER_BALANCE_EXCEEDED'],
  ['InsufficientFundsForRent', 'SENDER_BALANCE_EXCEEDED'],
]);

/** Nodes say "too large" in words, under the same code as every other undecodable transaction. */
const TOO_LARGE = /too large|exceed.*(size|bytes)/i;
const ALREADY_PROCESSED = /already (been )?processed/i;

/** Who was asked to send what. */
export interface SendLabel {
  readonly sender: string;
  readonly signature: string;
}

/** What a road knows about its own refusals beyond what every node says. */
export interface SenderDialect {
  /** Returns the code of a refusal that only this road gives, in its own words or codes. */
  readonly codeOf?: (details: RpcFailureDetails) => EngineCode | undefined;
  /** Severity of everything this road throws: one of several roads is never fatal. Default: the code's own. */
  readonly severity?: Severity;
}

/** Whether a failed send says that the transaction is on the chain already: on a rebroadcast this is the best of news. */
export function isAlreadyProcessed(error: unknown): boolean {
  if (!(error instanceof RpcFailure)) return false;
  const { rpcCode, httpStatus, message } = error.details;
  if (transactionErrorOf(error.details)?.variant === 'AlreadyProcessed') return true;
  // Block engines say it in words, under -32602 or a bare HTTP 400.
  return (rpcCode !== undefined || httpStatus === 400) && ALREADY_PROCESSED.test(message);
}

/** Returns the SENDER_* error of a failed send; what is no `RpcFailure` stays what it is. */
export function senderError(error: unknown, { sender, signature }: SendLabel, dialect: SenderDialect = {}): unknown {
  if (!(error instanceof RpcFailure)) return error;
  const { details } = error;
  const { method, httpStatus, rpcCode, rpcData, message } = details;
  const decoded = transactionErrorOf(details);
  const context = {
    sender,
    signature,
    method,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(rpcCode === undefined ? {} : { rpcCode }),
    ...(rpcData === undefined ? {} : { rpcData }),
    ...(decoded === null ? {} : { transactionError: decoded.text }),
  };
  const code = dialect.codeOf?.(details) ?? codeOf(details, decoded?.variant);
  const severity = dialect.severity === undefined ? {} : { severity: dialect.severity };
  return createEngineError(code, message, { context, cause: error.cause, ...severity });
}

/** Checks that a road answered with the signature of what it was given. @throws SENDER_RESPONSE_INVALID, SENDER_SIGNATURE_MISMATCH */
export function checkSignature(answer: unknown, { sender, signature }: SendLabel, dialect: SenderDialect = {}): void {
  if (answer === signature) return;
  const severity = dialect.severity === undefined ? {} : { severity: dialect.severity };
  const options = { context: { sender, signature, answer }, ...severity };
  if (typeof answer !== 'string')
    throw createEngineError('SENDER_RESPONSE_INVALID', `${sender} answered without a signature`, options);
  throw createEngineError(
    'SENDER_SIGNATURE_MISMATCH',
    `${sender} answered with the signature of another transaction`,
    options,
  );
}

function transactionErrorOf({ rpcCode, rpcData, message }: RpcFailureDetails): DecodedTransactionError | null {
  if (rpcCode !== PREFLIGHT_FAILURE) return null;
  const data = (typeof rpcData === 'object' && rpcData !== null ? rpcData : {}) as Record<string, unknown>;
  const decoded = decodeTransactionError(data['err']);
  if (decoded !== null) return decoded;
  // Without preflight some nodes refuse a duplicate in words only.
  return ALREADY_PROCESSED.test(message) ? decodeTransactionError('AlreadyProcessed') : null;
}

function codeOf({ kind, rpcCode, message }: RpcFailureDetails, variant: string | undefined): EngineCode {
  if (kind !== 'rpc-error') return CODE_BY_KIND[kind];
  const byVariant = variant === undefined ? undefined : CODE_BY_TRANSACTION_ERROR.get(variant);
  if (byVariant !== undefined) return byVariant;
  if (rpcCode === -32_602 && TOO_LARGE.test(message)) return 'SENDER_TRANSACTION_TOO_LARGE';
  return CODE_BY_RPC_CODE.get(rpcCode ?? 0) ?? 'SENDER_RESPONSE_INVALID';
}
