import type { SubscribeRequestFilterAccountsFilter } from '@triton-one/yellowstone-grpc';

import type { AccountState } from '../../cluster/account-state.js';
import { decodeBase58 } from '../../cluster/base58.js';
import { isTokenAccount } from '../../cluster/token-balances.js';
import { FilterRefusal } from './filter-refusal.js';

/** Whether an account's state is wanted. */
export type AccountCondition = (state: AccountState) => boolean;

/** Bounds and wordings of yellowstone-grpc-geyser, src/plugin/filter/filter.rs (`FilterAccountsState`). */
const MAX_CONDITIONS = 4;
const MAX_COMPARED_BYTES = 128;
const MAX_BASE58_TEXT = 175;
const MAX_BASE64_TEXT = 172;

/** Returns the test of all conditions together. @throws FilterRefusal */
export function accountConditions(filters: readonly SubscribeRequestFilterAccountsFilter[]): AccountCondition {
  if (filters.length > MAX_CONDITIONS) throw new FilterRefusal(`Too many filters provided; max ${MAX_CONDITIONS}`);
  if (filters.filter(({ datasize }) => datasize !== undefined).length > 1)
    throw new FilterRefusal('datasize used more than once');
  const conditions = filters.map(conditionOf);
  return (state) => conditions.every((holds) => holds(state));
}

function conditionOf(filter: SubscribeRequestFilterAccountsFilter): AccountCondition {
  const { memcmp, datasize, tokenAccountState, lamports } = filter;
  if (memcmp !== undefined) {
    const wanted = comparedBytes(memcmp);
    const offset = Number(memcmp.offset);
    return ({ data }) =>
      data.length >= offset + wanted.length &&
      Buffer.compare(data.subarray(offset, offset + wanted.length), wanted) === 0;
  }
  if (datasize !== undefined) {
    const size = Number(datasize);
    return ({ data }) => data.length === size;
  }
  if (tokenAccountState !== undefined) {
    if (!tokenAccountState) throw new FilterRefusal('token_account_state only allowed to be true');
    return isTokenAccount;
  }
  if (lamports === undefined) throw new FilterRefusal('filter should be defined');
  return lamportsCondition(lamports);
}

function lamportsCondition({
  eq,
  ne,
  lt,
  gt,
}: NonNullable<SubscribeRequestFilterAccountsFilter['lamports']>): AccountCondition {
  if (eq !== undefined) return ({ lamports }) => lamports === BigInt(eq);
  if (ne !== undefined) return ({ lamports }) => lamports !== BigInt(ne);
  if (lt !== undefined) return ({ lamports }) => lamports < BigInt(lt);
  if (gt !== undefined) return ({ lamports }) => lamports > BigInt(gt);
  throw new FilterRefusal('cmp for lamports should be defined');
}

function comparedBytes(memcmp: NonNullable<SubscribeRequestFilterAccountsFilter['memcmp']>): Uint8Array {
  const { bytes, base58, base64 } = memcmp;
  if ((base58?.length ?? 0) > MAX_BASE58_TEXT || (base64?.length ?? 0) > MAX_BASE64_TEXT)
    throw new FilterRefusal('data too large');
  const wanted =
    bytes ??
    (base58 === undefined
      ? base64 === undefined
        ? undefined
        : Buffer.from(base64, 'base64')
      : (decodeBase58(base58) ?? refuseText('base58')));
  if (wanted === undefined) throw new FilterRefusal('data for memcmp should be defined');
  if (wanted.length > MAX_COMPARED_BYTES) throw new FilterRefusal('data too large');
  return wanted;
}

function refuseText(encoding: string): never {
  throw new FilterRefusal(`invalid ${encoding}`);
}
