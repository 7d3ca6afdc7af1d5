import type { AccountState } from '../cluster/account-state.js';
import { decodeBase58 } from '../cluster/base58.js';
import { isTokenAccount } from '../cluster/token-balances.js';
import { configOf, listOf, unsignedOf, wordOf } from './rpc/params.js';
import { invalidParams } from './rpc/rpc-error.js';

/** Whether an account is wanted. */
export type AccountFilter = (state: AccountState) => boolean;

/** The most filters of one query (agave `MAX_GET_PROGRAM_ACCOUNT_FILTERS`). */
const MAX_FILTERS = 4;
/** The most bytes one memcmp compares (agave `MAX_DATA_SIZE`). */
const MAX_COMPARED_BYTES = 128;

/** Reads the `filters` of a program query or subscription. @throws RpcError -32602 */
export function accountFilterOf(filters: unknown): AccountFilter {
  if (filters === undefined || filters === null) return () => true;
  const list = listOf(filters);
  if (list.length > MAX_FILTERS) throw invalidParams(`Too many filters provided; max ${MAX_FILTERS}`);
  const tests = list.map(readFilter);
  return (state) => tests.every((test) => test(state));
}

function readFilter(filter: unknown): AccountFilter {
  if (filter === 'tokenAccountState') return isTokenAccount;
  const entries = configOf(filter);
  if ('dataSize' in entries) {
    const size = Number(unsignedOf(entries['dataSize']));
    return (state) => state.data.length === size;
  }
  if ('memcmp' in entries) return readMemcmp(entries['memcmp']);
  throw invalidParams(
    'Invalid params: unknown variant of filter, expected one of `dataSize`, `memcmp`, `tokenAccountState`.',
  );
}

function readMemcmp(value: unknown): AccountFilter {
  const memcmp = configOf(value);
  const offset = Number(unsignedOf(memcmp['offset']));
  const wanted = comparedBytes(memcmp['bytes'], wordOf(memcmp, 'encoding', ['base58', 'base64', 'bytes', 'binary']));
  if (wanted === undefined) throw invalidParams('Invalid param: the memcmp bytes do not decode');
  if (wanted.length > MAX_COMPARED_BYTES)
    throw invalidParams('Invalid param: data too large for memcmp, max 128 bytes');
  return ({ data }) => {
    if (offset + wanted.length > data.length) return false;
    for (let index = 0; index < wanted.length; index += 1) if (data[offset + index] !== wanted[index]) return false;
    return true;
  };
}

function comparedBytes(bytes: unknown, encoding: string | undefined): Uint8Array | undefined {
  if (Array.isArray(bytes)) return Uint8Array.from(bytes.map((byte) => Number(unsignedOf(byte))));
  if (typeof bytes !== 'string') return undefined;
  if (encoding === 'base64') return Buffer.from(bytes, 'base64');
  // 128 bytes are at most 175 digits of base58.
  return bytes.length > 175 ? new Uint8Array(MAX_COMPARED_BYTES + 1) : decodeBase58(bytes);
}
