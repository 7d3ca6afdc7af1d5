import type { AccountState } from '../cluster/account-state.js';
import { addressText, type AddressKey } from '../cluster/address-key.js';
import { encodeBase58 } from '../cluster/base58.js';
import { configOf, type RpcConfig, unsignedOf, wordOf } from './rpc/params.js';
import { RpcCode, RpcError } from './rpc/rpc-error.js';
import { storedZstdFrame } from './stored-zstd.js';
import { parsedTokenJson } from './token-json.js';

const ENCODINGS = ['binary', 'base58', 'base64', 'jsonParsed', 'base64+zstd'] as const;

/** How account data is written. `binary` is the old form: base58 text without the name of its encoding. */
export type AccountEncoding = (typeof ENCODINGS)[number];

/** A window of account data. */
interface DataSlice {
  readonly offset: number;
  readonly length: number;
}

/** How a client wants accounts. */
export interface AccountFormat {
  readonly encoding: AccountEncoding;
  readonly slice: DataSlice | undefined;
  /** What becomes of data too long for base58: calls are refused, which a notification cannot be. Default `refuse`. */
  readonly oversize?: 'refuse' | 'explain';
}

/** The most bytes that base58 may carry (agave `MAX_BASE58_BYTES`). */
const MAX_BASE58_BYTES = 128;
/** What agave writes for accounts exempt from rent. */
const RENT_EPOCH = 0xffff_ffff_ffff_ffffn;

/** Reads `encoding` and `dataSlice` of an options object. */
export function accountFormatOf(config: RpcConfig, fallback: AccountEncoding = 'binary'): AccountFormat {
  const encoding = wordOf(config, 'encoding', ENCODINGS) ?? fallback;
  const slice = config['dataSlice'];
  if (slice === undefined || slice === null) return { encoding, slice: undefined };
  const window = configOf(slice);
  return {
    encoding,
    slice: { offset: Number(unsignedOf(window['offset'])), length: Number(unsignedOf(window['length'])) },
  };
}

/** Finds the decimals of a mint at the state that is written. */
export type DecimalsReader = (mint: AddressKey) => number | undefined;

/** Returns an account as RPC and notifications write it. @throws RpcError -32600 when the data is too long for base58. */
export function accountJson(state: AccountState, format: AccountFormat, decimalsOf: DecimalsReader): unknown {
  return {
    data: dataJson(state, format, decimalsOf),
    executable: state.executable,
    lamports: state.lamports,
    owner: addressText(state.owner),
    rentEpoch: RENT_EPOCH,
    space: BigInt(state.data.length),
  };
}

function dataJson(
  state: AccountState,
  { encoding, slice, oversize }: AccountFormat,
  decimalsOf: DecimalsReader,
): unknown {
  if (encoding === 'jsonParsed') {
    const parsed = parsedTokenJson(state, decimalsOf);
    if (parsed !== undefined) return parsed;
  }
  const data = slice === undefined ? state.data : state.data.subarray(slice.offset, slice.offset + slice.length);
  if (encoding === 'base64' || encoding === 'jsonParsed') {
    return [Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64'), 'base64'];
  }
  if (encoding === 'base64+zstd') return [storedZstdFrame(data).toString('base64'), 'base64+zstd'];
  if (data.length > MAX_BASE58_BYTES && oversize === 'explain') {
    const explanation = 'error: data too large for bs58 encoding';
    return encoding === 'binary' ? explanation : [explanation, 'base58'];
  }
  if (data.length > MAX_BASE58_BYTES) {
    throw new RpcError(
      RpcCode.InvalidRequest,
      'Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.',
    );
  }
  return encoding === 'binary' ? encodeBase58(data) : [encodeBase58(data), 'base58'];
}
