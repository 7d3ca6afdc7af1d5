import type { AccountState } from '../cluster/account-state.js';
import { addressKey, addressText, TOKEN_2022_PROGRAM } from '../cluster/address-key.js';
import { isMint, isTokenAccount, tokenAmount, tokenMint, uiAmountText } from '../cluster/token-balances.js';

/** A token amount as every method writes it. */
export interface TokenAmountJson {
  readonly amount: string;
  readonly decimals: number;
  readonly uiAmount: number | null;
  readonly uiAmountString: string;
}

export function tokenAmountJson(amount: bigint, decimals: number): TokenAmountJson {
  const uiAmountString = uiAmountText(amount, decimals);
  return { amount: amount.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString };
}

/** Returns the `jsonParsed` form of a token account or mint, or undefined for anything else. */
export function parsedTokenJson(
  state: AccountState,
  decimalsOf: (mint: ReturnType<typeof tokenMint>) => number | undefined,
): unknown {
  const program = state.owner === TOKEN_2022_PROGRAM ? 'spl-token-2022' : 'spl-token';
  const wrap = (type: string, info: unknown): unknown => ({
    parsed: { info, type },
    program,
    space: BigInt(state.data.length),
  });
  if (isMint(state)) return wrap('mint', mintInfo(state.data));
  if (!isTokenAccount(state)) return undefined;
  const decimals = decimalsOf(tokenMint(state));
  return decimals === undefined ? undefined : wrap('account', accountInfo(state, decimals));
}

// Layouts: spl-token interface `state.rs`; optional values are a u32 tag and the value.
function mintInfo(data: Uint8Array): unknown {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const optional = (offset: number): string | null =>
    view.getUint32(offset, true) === 1 ? addressText(addressKey(data, offset + 4)) : null;
  return {
    decimals: data[44] ?? 0,
    freezeAuthority: optional(46),
    isInitialized: data[45] === 1,
    mintAuthority: optional(0),
    supply: view.getBigUint64(36, true).toString(),
  };
}

function accountInfo(state: AccountState, decimals: number): unknown {
  const { data } = state;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const optional = (offset: number): string | undefined =>
    view.getUint32(offset, true) === 1 ? addressText(addressKey(data, offset + 4)) : undefined;
  const isNative = view.getUint32(109, true) === 1;
  const delegate = optional(72);
  return {
    closeAuthority: optional(129),
    delegate,
    delegatedAmount: delegate === undefined ? undefined : tokenAmountJson(view.getBigUint64(121, true), decimals),
    isNative,
    mint: addressText(addressKey(data, 0)),
    owner: addressText(addressKey(data, 32)),
    rentExemptReserve: isNative ? tokenAmountJson(view.getBigUint64(113, true), decimals) : undefined,
    state: data[108] === 2 ? 'frozen' : 'initialized',
    tokenAmount: tokenAmountJson(tokenAmount(state), decimals),
  };
}
