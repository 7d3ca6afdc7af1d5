import { addressText, type AddressKey } from '../../../cluster/address-key.js';
import type { Commitment } from '../../../cluster/block-ledger.js';
import { MintDecimals } from '../../../cluster/token-balances.js';
import { accountFilterOf } from '../../account-filter.js';
import { accountFormatOf, accountJson, type DecimalsReader } from '../../account-json.js';
import { commitmentOf, flagOf, Params } from '../params.js';
import { blockFor, type RpcContext, type RpcMethods, withContext } from '../rpc-context.js';

/** The most addresses of one `getMultipleAccounts` (agave `MAX_MULTIPLE_ACCOUNTS`). */
const MAX_ADDRESSES = 100;

/** Returns a reader of mint decimals at a commitment. */
export function decimalsAt(context: RpcContext, commitment: Commitment): DecimalsReader {
  const decimals = new MintDecimals((key) => context.chain.account(key, commitment));
  return (mint) => decimals.find(mint);
}

/** Methods that read accounts. */
export function accountMethods(context: RpcContext): RpcMethods {
  const { chain } = context;
  return {
    getAccountInfo: (values) => {
      const params = new Params(values, 1, 2);
      const [key, config] = [params.address(0), params.config(1)];
      const block = blockFor(context, config);
      const commitment = commitmentOf(config);
      const state = chain.account(key, commitment);
      const format = accountFormatOf(config);
      return withContext(
        block.slot,
        state === null ? null : accountJson(state, format, decimalsAt(context, commitment)),
      );
    },
    getMultipleAccounts: (values) => {
      const params = new Params(values, 1, 2);
      const [keys, config] = [params.addresses(0, MAX_ADDRESSES), params.config(1)];
      const block = blockFor(context, config);
      const commitment = commitmentOf(config);
      // Unlike the single form, this one defaults to base64 (agave `get_multiple_accounts`).
      const format = accountFormatOf(config, 'base64');
      const decimalsOf = decimalsAt(context, commitment);
      const accounts = keys.map((key) => {
        const state = chain.account(key, commitment);
        return state === null ? null : accountJson(state, format, decimalsOf);
      });
      return withContext(block.slot, accounts);
    },
    getProgramAccounts: (values) => programAccounts(context, values),
    getBalance: (values) => {
      const params = new Params(values, 1, 2);
      const [key, config] = [params.address(0), params.config(1)];
      const block = blockFor(context, config);
      return withContext(block.slot, chain.account(key, commitmentOf(config))?.lamports ?? 0n);
    },
    getMinimumBalanceForRentExemption: (values) => {
      const params = new Params(values, 1, 2);
      return chain.machine.minimumRent(params.unsigned(0));
    },
  };
}

function programAccounts(context: RpcContext, values: unknown): unknown {
  const params = new Params(values, 1, 2);
  const [program, config]: [AddressKey, ReturnType<Params['config']>] = [params.address(0), params.config(1)];
  const block = blockFor(context, config);
  const commitment = commitmentOf(config);
  const format = accountFormatOf(config);
  const filter = accountFilterOf(config['filters']);
  const decimalsOf = decimalsAt(context, commitment);
  const accounts = context.chain
    .accountsOwnedBy(program, commitment)
    .filter(([, state]) => filter(state))
    .map(([key, state]) => ({ account: accountJson(state, format, decimalsOf), pubkey: addressText(key) }));
  return flagOf(config, 'withContext') ? withContext(block.slot, accounts) : accounts;
}
