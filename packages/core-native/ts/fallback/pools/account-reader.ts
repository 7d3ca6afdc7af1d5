import { DecodeFailure, decodeError } from './pool.js';

const ADDRESS_BYTES = 32;

/** Reads little-endian fields of an account; every read checks the bounds. */
export class AccountReader {
  readonly #data: Uint8Array;
  readonly #view: DataView;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /** Number of bytes in the account. */
  get length(): number {
    return this.#data.length;
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  u8(offset: number): number {
    this.#require(offset, 1);
    return this.#view.getUint8(offset);
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  u16(offset: number): number {
    this.#require(offset, 2);
    return this.#view.getUint16(offset, true);
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  u32(offset: number): number {
    this.#require(offset, 4);
    return this.#view.getUint32(offset, true);
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  i32(offset: number): number {
    this.#require(offset, 4);
    return this.#view.getInt32(offset, true);
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  i64(offset: number): bigint {
    this.#require(offset, 8);
    return this.#view.getBigInt64(offset, true);
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  u128(offset: number): bigint {
    this.#require(offset, 16);
    return this.#view.getBigUint64(offset, true) | (this.#view.getBigUint64(offset + 8, true) << 64n);
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  i128(offset: number): bigint {
    this.#require(offset, 16);
    return this.#view.getBigUint64(offset, true) | (this.#view.getBigInt64(offset + 8, true) << 64n);
  }

  /** @throws POOL_ACCOUNT_TOO_SHORT */
  u64(offset: number): bigint {
    this.#require(offset, 8);
    return this.#view.getBigUint64(offset, true);
  }

  /** Returns a copy of the bytes at the offset. @throws POOL_ACCOUNT_TOO_SHORT */
  bytes(offset: number, length: number): Uint8Array {
    this.#require(offset, length);
    return this.#data.slice(offset, offset + length);
  }

  /** Returns a copy of the address at the offset. @throws POOL_ACCOUNT_TOO_SHORT */
  address(offset: number): Uint8Array {
    return this.bytes(offset, ADDRESS_BYTES);
  }

  #require(offset: number, length: number): void {
    if (offset + length > this.#data.length) throw decodeError(DecodeFailure.TooShort);
  }
}

/** Returns whether two byte strings are equal. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
