import type { AccountState } from '../../../cluster/account-state.js';
import {
  addressBytes,
  addressKey,
  addressText,
  type AddressKey,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from '../../../cluster/address-key.js';
import type { Commitment } from '../../../cluster/block-ledger.js';
import { isMint, isTokenAccount, isTokenProgram, tokenAmount, tokenMint } from '../../../cluster/token-balances.js';
import { accountFormatOf, accountJson } from '../../account-json.js';
import { tokenAmountJson } from '../../token-json.js';
import { addressOf, commitmentOf, configOf, Params } from '../params.js';
import { blockFor, type RpcContext, type RpcMethods, withContext } from '../rpc-context.js';
import { invalidParams } from '../rpc-error.js';
import { decimalsAt } from './account-methods.js';

// spl-token `Account`: owner at 32; delegate is a u32 tag at 72 and the address at 76.
const OWNER_OFFSET = 32;
const DELEGATE_TAG_OFFSET = 72;
const DELEGATE_OFFSET = 76;

/** Methods about token accounts and mints. */
export function tokenMethods(context: RpcContext): RpcMethods {
  const byOwner = (data: Uint8Array, wanted: AddressKey): boolean => addressKey(data, OWNER_OFFSET) === wanted;
  const byDelegate = (data: Uint8Array, wanted: AddressKey): boolean =>
    data[DELEGATE_TAG_OFFSET] === 1 && addressKey(data, DELEGATE_OFFSET) === wanted;
  return {
    getTokenAccountBalance: (values) => tokenAccountBalance(context, values),
    getTokenSupply: (values) => tokenSupply(context, values),
    getTokenAccountsByOwner: (values) => tokenAccounts(context, values, byOwner),
    getTokenAccountsByDelegate: (values) => tokenAccounts(context, values, byDelegate),
  };
}

function tokenAccountBalance(context: RpcContext, values: unknown): unknown {
  const params = new Params(values, 1, 2);
  const [key, config] = [params.address(0), params.config(1)];
  const block = blockFor(context, config);
  const state = context.chain.account(key, commitmentOf(config));
  if (state === null) throw invalidParams('Invalid param: could not find account');
  if (!isTokenProgram(state.owner)) throw invalidParams('Invalid param: not a Token account');
  if (!isTokenAccount(state)) throw invalidParams('Invalid param: not a Token account');
  const decimals = decimalsAt(context, commitmentOf(config))(tokenMint(state));
  if (decimals === undefined) throw invalidParams('Invalid param: could not find mint');
  return withContext(block.slot, tokenAmountJson(tokenAmount(state), decimals));
}

function tokenSupply(context: RpcContext, values: unknown): unknown {
  const params = new Params(values, 1, 2);
  const [key, config] = [params.address(0), params.config(1)];
  const block = blockFor(context, config);
  const state = context.chain.account(key, commitmentOf(config));
  if (state === null) throw invalidParams('Invalid param: could not find account');
  if (!isMint(state)) throw invalidParams('Invalid param: not a Token mint');
  const supply = Buffer.from(state.data).readBigUInt64LE(36);
  return withContext(block.slot, tokenAmountJson(supply, state.data[44] ?? 0));
}

function tokenAccounts(
  context: RpcContext,
  values: unknown,
  mentions: (data: Uint8Array, wanted: AddressKey) => boolean,
): unknown {
  const params = new Params(values, 2, 3);
  const [wanted, selector, config] = [params.address(0), configOf(params.at(1)), params.config(2)];
  const block = blockFor(context, config);
  const commitment = commitmentOf(config);
  const format = accountFormatOf(config);
  const decimalsOf = decimalsAt(context, commitment);
  const accounts = selectAccounts(context, selector, commitment)
    .filter(([, state]) => isTokenAccount(state) && mentions(state.data, wanted))
    .map(([key, state]) => ({ account: accountJson(state, format, decimalsOf), pubkey: addressText(key) }));
  return withContext(block.slot, accounts);
}

/** Returns the accounts of one token program, or of one mint's. */
function selectAccounts(
  { chain }: RpcContext,
  selector: ReturnType<typeof configOf>,
  commitment: Commitment,
): [AddressKey, AccountState][] {
  if (selector['programId'] !== undefined) {
    const program = addressOf(selector['programId']);
    if (program !== TOKEN_PROGRAM && program !== TOKEN_2022_PROGRAM)
      throw invalidParams('Invalid param: unrecognized Token program id');
    return chain.accountsOwnedBy(program, commitment);
  }
  if (selector['mint'] === undefined) throw invalidParams('Invalid params: expected one of `mint`, `programId`.');
  const mint = addressOf(selector['mint']);
  const state = chain.account(mint, commitment);
  if (state === null) throw invalidParams('Invalid param: could not find mint');
  if (!isTokenProgram(state.owner)) throw invalidParams('Invalid param: not a Token mint');
  const bytes = addressBytes(mint);
  return chain
    .accountsOwnedBy(state.owner, commitment)
    .filter(([, account]) => Buffer.compare(account.data.subarray(0, 32), bytes) === 0);
}
