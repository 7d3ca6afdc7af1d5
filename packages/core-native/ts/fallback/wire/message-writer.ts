/** Appends to a buffer that is large enough from the start. */
export class MessageWriter {
  private at = 0;
  private readonly buffer: Uint8Array;

  constructor(capacity: number) {
    this.buffer = new Uint8Array(capacity);
  }

  byte(value: number): void {
    this.buffer[this.at] = value;
    this.at += 1;
  }

  bytes(source: Uint8Array, from = 0, count = source.length): void {
    for (let index = 0; index < count; index += 1) this.buffer[this.at + index] = source[from + index] ?? 0;
    this.at += count;
  }

  /** Writes four bytes, low ones first. */
  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  /** Writes eight bytes, low ones first. */
  u64(value: bigint): void {
    this.u32(Number(value & 0xffff_ffffn));
    this.u32(Number(value >> 32n));
  }

  /** Writes a compact-u16: 7 bits a byte, low bits first, the high bit says that more follow. */
  length(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest);
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.at);
  }
}
