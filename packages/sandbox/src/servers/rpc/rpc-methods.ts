import { accountMethods } from './methods/account-methods.js';
import { blockMethods } from './methods/block-methods.js';
import { chainMethods } from './methods/chain-methods.js';
import { historyMethods } from './methods/history-methods.js';
import { sendMethods } from './methods/send-methods.js';
import { tokenMethods } from './methods/token-methods.js';
import type { RpcContext, RpcMethods } from './rpc-context.js';

/** Returns every method the RPC server answers. */
export function createRpcMethods(context: RpcContext): RpcMethods {
  return {
    ...accountMethods(context),
    ...blockMethods(context),
    ...chainMethods(context),
    ...historyMethods(context),
    ...sendMethods(context),
    ...tokenMethods(context),
  };
}
