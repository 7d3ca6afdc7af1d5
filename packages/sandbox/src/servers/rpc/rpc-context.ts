import type { Block, Commitment } from '../../cluster/block-ledger.js';
import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import type { Faucet } from '../../cluster/faucet.js';
import { commitmentOf, type RpcConfig, unsignedOf } from './params.js';
import { RpcCode, RpcError } from './rpc-error.js';

/** The agave release whose answers this server gives. */
export const API_VERSION = '4.3.0';

/** What every method works on. */
export interface RpcContext {
  readonly chain: EmbeddedChain;
  readonly faucet: Faucet;
  /** Address the cluster's only validator goes by, base58. */
  readonly identity: string;
  readonly rpcAddress: () => string;
  readonly websocketAddress: () => string;
}

/** A value with the slot it belongs to, as most methods answer. */
export interface WithContext<Value> {
  readonly context: { readonly apiVersion: string; readonly slot: bigint };
  readonly value: Value;
}

export function withContext<Value>(slot: bigint, value: Value): WithContext<Value> {
  return { context: { apiVersion: API_VERSION, slot }, value };
}

/** Returns the block that a call's commitment names. @throws RpcError -32016 when it is older than `minContextSlot`. */
export function blockFor(context: RpcContext, config: RpcConfig, commitment: Commitment = commitmentOf(config)): Block {
  const block = context.chain.ledger.at(commitment);
  const least = config['minContextSlot'];
  if (least !== undefined && least !== null && block.slot < unsignedOf(least)) {
    throw new RpcError(RpcCode.MinContextSlotNotReached, 'Minimum context slot has not been reached', {
      contextSlot: block.slot,
    });
  }
  return block;
}

/** A method: parameters as they came, the result as it is written. */
export type RpcMethod = (params: unknown) => unknown;

/** Methods by name. */
export type RpcMethods = Readonly<Record<string, RpcMethod>>;
