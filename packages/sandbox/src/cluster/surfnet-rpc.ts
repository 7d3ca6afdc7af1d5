import { EngineError } from '@tandem/engine/ports';

import { decodeBase58, encodeBase58 } from './base58.js';
import type { ClusterAccount } from './cluster.js';
import { writeJson } from '../servers/json-writer.js';
import { transactionErrorFromText } from './transaction-error.js';

interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly err?: unknown };
}

type RpcAnswer = { readonly result: unknown } | { readonly error: RpcFailure };

/** The few calls that the cluster interface needs of a Surfnet. */
export class SurfnetRpc {
  readonly #url: string;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  /** @throws SANDBOX_SURFNET_INVALID when the answer is an error */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    const { answer } = await this.#post(method, params);
    if ('result' in answer) return answer.result;
    throw new EngineError('SANDBOX_SURFNET_INVALID', `Surfnet refused ${method}: ${answer.error.message}`, {
      context: { method, code: answer.error.code },
    });
  }

  /** Sends without preflight; returns null when accepted, otherwise why not. */
  async send(transaction: Uint8Array): Promise<unknown> {
    const params = [Buffer.from(transaction).toString('base64'), { encoding: 'base64', skipPreflight: true }];
    const { answer } = await this.#post('sendTransaction', params);
    if ('result' in answer) return null;
    const { data, message } = answer.error;
    return data?.err ?? transactionErrorFromText(message) ?? message;
  }

  async isBlockhashValid(blockhash: string): Promise<boolean> {
    const { value } = (await this.call('isBlockhashValid', [blockhash, { commitment: 'processed' }])) as {
      value: boolean;
    };
    return value;
  }

  async status(signature: string): Promise<{ readonly err: unknown } | null> {
    const { value } = (await this.call('getSignatureStatuses', [[signature]])) as {
      value: ({ err: unknown } | null)[];
    };
    return value[0] ?? null;
  }

  async account(address: Uint8Array): Promise<ClusterAccount | null> {
    const params = [encodeBase58(address), { encoding: 'base64', commitment: 'processed' }];
    const { answer, text } = await this.#post('getAccountInfo', params);
    if ('error' in answer)
      throw new EngineError('SANDBOX_SURFNET_INVALID', `Surfnet refused getAccountInfo: ${answer.error.message}`);
    const { value } = answer.result as { value: { data: [string]; owner: string; executable: boolean } | null };
    if (value === null) return null;
    // The number is read from the text: JSON.parse would round what is above 2^53.
    const lamports = BigInt(/"lamports":(\d+)/.exec(text)?.[1] ?? '0');
    const owner = decodeBase58(value.owner) ?? new Uint8Array(32);
    return {
      address,
      owner,
      lamports,
      executable: value.executable,
      data: Uint8Array.from(Buffer.from(value.data[0], 'base64')),
    };
  }

  async latestBlockhash(): Promise<string> {
    const { value } = (await this.call('getLatestBlockhash', [{ commitment: 'processed' }])) as {
      value: { blockhash: string };
    };
    return value.blockhash;
  }

  async slot(): Promise<bigint> {
    return BigInt((await this.call('getSlot', [{ commitment: 'processed' }])) as number);
  }

  async #post(method: string, params: readonly unknown[]): Promise<{ answer: RpcAnswer; text: string }> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: writeJson({ jsonrpc: '2.0', id: 1, method, params }),
      signal: this.#signal,
    });
    const text = await response.text();
    return { answer: JSON.parse(text) as RpcAnswer, text };
  }
}
