/** Writes little-endian fields at fixed offsets, as account layouts want them. */
export class AccountWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(offset: number, value: number): this {
    this.#view.setUint8(offset, value);
    return this;
  }

  u16(offset: number, value: number): this {
    this.#view.setUint16(offset, value, true);
    return this;
  }

  u32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this;
  }

  u64(offset: number, value: bigint): this {
    this.#view.setBigUint64(offset, value, true);
    return this;
  }

  raw(offset: number, value: Uint8Array): this {
    this.bytes.set(value, offset);
    return this;
  }
}

/** Lamports per byte and the overhead per account of the rent before SIMD-0437; any later rent is lower, so this is always enough. */
const RENT_LAMPORTS_PER_BYTE = 6_960n;
const RENT_OVERHEAD_BYTES = 128n;

/** Returns the lamports that make an account of this size rent-exempt on every cluster. */
export function rentExemptLamports(dataLength: number): bigint {
  return (RENT_OVERHEAD_BYTES + BigInt(dataLength)) * RENT_LAMPORTS_PER_BYTE;
}
