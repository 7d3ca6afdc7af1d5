import type { EngineCode } from '../errors/codes.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { TransactionSender } from '../ports/transaction-sender.js';
import { JsonRpcClient, type JsonRpcClientOptions } from './json-rpc-client.js';
import { RpcFailure, type RpcFailureKind } from './rpc-failure.js';
import { decodeTransactionError } from './transaction-error.js';

export interface RpcSenderOptions extends JsonRpcClientOptions {
  /** Name in events and metrics. */
  readonly name: string;
}

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

/** Sends through `sendTransaction`: no preflight, no retries by the node, one attempt a call. The caller rebroadcasts. */
export class RpcSender implements TransactionSender {
  readonly name: string;
  readonly #client: JsonRpcClient;

  constructor(options: RpcSenderOptions) {
    this.name = options.name;
    this.#client = new JsonRpcClient(options);
  }

  async send(transaction: Uint8Array, signature: string): Promise<void> {
    const config = { encoding: 'base64', skipPreflight: true, maxRetries: 0 };
    let answer: unknown;
    try {
      answer = await this.#client.once('sendTransaction', [Buffer.from(transaction).toString('base64'), config]);
    } catch (error) {
      // On a rebroadcast this is the best of news: the transaction is on the chain already.
      if (isAlreadyProcessed(error)) return;
      throw senderError(error, this.name, signature);
    }
    if (answer === signature) return;
    const context = { sender: this.name, signature, answer };
    if (typeof answer !== 'string')
      throw createEngineError('SENDER_RESPONSE_INVALID', `${this.name} answered without a signature`, { context });
    throw createEngineError(
      'SENDER_SIGNATURE_MISMATCH',
      `${this.name} answered with the signature of another transaction`,
      { context },
    );
  }

  /** Closes the connections. */
  close(): void {
    this.#client.close();
  }
}

function isAlreadyProcessed(error: unknown): boolean {
  return error instanceof RpcFailure && transactionErrorOf(error)?.variant === 'AlreadyProcessed';
}

function transactionErrorOf(failure: RpcFailure) {
  const { rpcCode, rpcData, message } = failure.details;
  if (rpcCode !== PREFLIGHT_FAILURE) return null;
  const data = (typeof rpcData === 'object' && rpcData !== null ? rpcData : {}) as Record<string, unknown>;
  const decoded = decodeTransactionError(data['err']);
  if (decoded !== null) return decoded;
  // Without preflight some nodes refuse a duplicate in words only.
  return /already (been )?processed/i.test(message) ? decodeTransactionError('AlreadyProcessed') : null;
}

function senderError(error: unknown, sender: string, signature: string): unknown {
  if (!(error instanceof RpcFailure)) return error;
  const { kind, method, httpStatus, rpcCode, rpcData, message } = error.details;
  const decoded = transactionErrorOf(error);
  const context = {
    sender,
    signature,
    method,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(rpcCode === undefined ? {} : { rpcCode }),
    ...(rpcData === undefined ? {} : { rpcData }),
    ...(decoded === null ? {} : { transactionError: decoded.text }),
  };
  return createEngineError(codeOf({ kind, rpcCode, message, variant: decoded?.variant }), message, {
    context,
    cause: error.cause,
  });
}

function codeOf(failure: {
  kind: RpcFailureKind;
  rpcCode: number | undefined;
  message: string;
  variant: string | undefined;
}): EngineCode {
  const { kind, rpcCode, message, variant } = failure;
  if (kind !== 'rpc-error') return CODE_BY_KIND[kind];
  const byVariant = variant === undefined ? undefined : CODE_BY_TRANSACTION_ERROR.get(variant);
  if (byVariant !== undefined) return byVariant;
  if (rpcCode === -32_602 && TOO_LARGE.test(message)) return 'SENDER_TRANSACTION_TOO_LARGE';
  return CODE_BY_RPC_CODE.get(rpcCode ?? 0) ?? 'SENDER_RESPONSE_INVALID';
}
