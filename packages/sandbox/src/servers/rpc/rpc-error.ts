/** A JSON-RPC error as it goes over the wire. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

/** Codes of JSON-RPC 2.0 and of agave `rpc-client-api/src/custom_error.rs`. */
export const RpcCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  InternalError: -32603,
  BlockCleanedUp: -32001,
  PreflightFailure: -32002,
  SignatureVerificationFailure: -32003,
  BlockNotAvailable: -32004,
  SlotSkipped: -32007,
  SignatureLengthMismatch: -32013,
  UnsupportedTransactionVersion: -32015,
  MinContextSlotNotReached: -32016,
  FilterSignatureNotFound: -32020,
} as const;

/** Returns the error for a parameter that cannot be used. */
export function invalidParams(message: string, data?: unknown): RpcError {
  return new RpcError(RpcCode.InvalidParams, message, data);
}
