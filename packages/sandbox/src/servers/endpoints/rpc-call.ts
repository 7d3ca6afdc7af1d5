/** One JSON-RPC call as a client sent it; what is no call has an empty method. */
export interface RpcCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Returns the call that a parsed body is. */
export function readRpcCall(parsed: unknown): RpcCall {
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  const { id, method, params } = (isObject ? parsed : {}) as Record<string, unknown>;
  return {
    id: id ?? null,
    method: typeof method === 'string' ? method : '',
    params: Array.isArray(params) ? params : [],
  };
}

/** Returns a member of the options that a method takes as its last parameter, or undefined. */
export function optionOf({ params }: RpcCall, name: string): unknown {
  const last = params.at(-1);
  const isOptions = typeof last === 'object' && last !== null && !Array.isArray(last);
  return isOptions ? (last as Record<string, unknown>)[name] : undefined;
}
