import type { EngineCode } from '../errors/codes.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import { RpcFailure, type RpcFailureDetails, type RpcFailureKind } from './rpc-failure.js';

const CODE_BY_KIND: Readonly<Record<Exclude<RpcFailureKind, 'rpc-error'>, EngineCode>> = {
  unreachable: 'CHAIN_UNREACHABLE',
  timeout: 'CHAIN_TIMEOUT',
  'rate-limited': 'CHAIN_RATE_LIMIT_EXCEEDED',
  forbidden: 'CHAIN_ACCESS_INVALID',
  'too-large': 'CHAIN_REQUEST_TOO_LARGE',
  'server-error': 'CHAIN_UNREACHABLE',
  'not-json': 'CHAIN_RESPONSE_INVALID',
  'wrong-shape': 'CHAIN_RESPONSE_INVALID',
};

/** agave, rpc-client-api/src/custom_error.rs, and the JSON-RPC standard. */
const CODE_BY_RPC_CODE: ReadonlyMap<number, EngineCode> = new Map([
  [-32_001, 'CHAIN_HISTORY_NOT_FOUND'],
  [-32_004, 'CHAIN_NODE_LAG_EXCEEDED'],
  [-32_005, 'CHAIN_NODE_LAG_EXCEEDED'],
  [-32_007, 'CHAIN_HISTORY_NOT_FOUND'],
  [-32_009, 'CHAIN_HISTORY_NOT_FOUND'],
  [-32_010, 'CHAIN_METHOD_UNSUPPORTED'],
  [-32_011, 'CHAIN_HISTORY_NOT_FOUND'],
  [-32_014, 'CHAIN_NODE_LAG_EXCEEDED'],
  [-32_015, 'CHAIN_TRANSACTION_VERSION_UNSUPPORTED'],
  [-32_016, 'CHAIN_NODE_LAG_EXCEEDED'],
  [-32_019, 'CHAIN_HISTORY_NOT_FOUND'],
  [-32_600, 'CHAIN_REQUEST_INVALID'],
  [-32_601, 'CHAIN_METHOD_UNSUPPORTED'],
  [-32_602, 'CHAIN_REQUEST_INVALID'],
]);

/** Returns the CHAIN_* error of a failed read; what is no `RpcFailure` stays what it is. */
export function chainError(error: unknown): unknown {
  if (!(error instanceof RpcFailure)) return error;
  return chainErrorOf(error, error.details);
}

function chainErrorOf(failure: RpcFailure, details: RpcFailureDetails): EngineError {
  const { kind, rpcCode, method, httpStatus, rpcData } = details;
  const code =
    kind === 'rpc-error' ? (CODE_BY_RPC_CODE.get(rpcCode ?? 0) ?? 'CHAIN_RESPONSE_INVALID') : CODE_BY_KIND[kind];
  const context = {
    method,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(rpcCode === undefined ? {} : { rpcCode }),
    ...(rpcData === undefined ? {} : { rpcData }),
  };
  return createEngineError(code, details.message, { context, cause: failure.cause });
}
