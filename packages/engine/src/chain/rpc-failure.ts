/** How a request to a node failed, before it is known whether a read or a send asked. */
export type RpcFailureKind =
  | 'unreachable'
  | 'timeout'
  | 'rate-limited'
  | 'forbidden'
  | 'too-large'
  | 'server-error'
  | 'not-json'
  | 'wrong-shape'
  | 'rpc-error';

export interface RpcFailureDetails {
  readonly kind: RpcFailureKind;
  readonly method: string;
  readonly message: string;
  readonly httpStatus?: number;
  /** The node's JSON-RPC error. */
  readonly rpcCode?: number;
  readonly rpcData?: unknown;
  /** The node's own words on when to come back. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** JSON-RPC codes of a node that is behind or restarting: the same request may succeed in a moment. */
const TRANSIENT_RPC_CODES: ReadonlySet<number> = new Set([-32004, -32005, -32014, -32016, -32429]);
const TRANSIENT_KINDS: ReadonlySet<RpcFailureKind> = new Set([
  'unreachable',
  'rate-limited',
  'server-error',
  'not-json',
]);

/** A failed request. Stays inside `chain/`; callers of the ports see `EngineError`. */
export class RpcFailure extends Error {
  readonly details: RpcFailureDetails;

  constructor(details: RpcFailureDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RpcFailure';
    this.details = details;
  }

  /** Returns whether asking again may help. */
  isTransient(): boolean {
    const { kind, rpcCode } = this.details;
    return TRANSIENT_KINDS.has(kind) || (rpcCode !== undefined && TRANSIENT_RPC_CODES.has(rpcCode));
  }
}
