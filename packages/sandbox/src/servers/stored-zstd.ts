/** Magic number and the header of a frame that is one segment with a content size of four bytes (RFC 8878 §3.1.1). */
const FRAME_HEADER = [0x28, 0xb5, 0x2f, 0xfd, 0xa0];
const SIZE_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
/** The largest block a decoder must take. */
const MAX_BLOCK_BYTES = 128 * 1024;
/** A block header is size, two bits of type (0: stored) and whether the block is the last. */
const BLOCK_SIZE_SHIFT = 3;

/**
 * Returns a Zstandard frame whose blocks are stored, not compressed: on loopback nothing is won by compressing, and Node offers it from
 * version 22.15 only. Every decoder reads it.
 */
export function storedZstdFrame(data: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(data.length / MAX_BLOCK_BYTES));
  const frame = Buffer.alloc(FRAME_HEADER.length + SIZE_BYTES + blocks * BLOCK_HEADER_BYTES + data.length);
  frame.set(FRAME_HEADER, 0);
  let at = frame.writeUInt32LE(data.length, FRAME_HEADER.length);
  for (let block = 0; block < blocks; block += 1) {
    const bytes = data.subarray(block * MAX_BLOCK_BYTES, (block + 1) * MAX_BLOCK_BYTES);
    const isLast = block === blocks - 1 ? 1 : 0;
    at = frame.writeUIntLE((bytes.length << BLOCK_SIZE_SHIFT) | isLast, at, BLOCK_HEADER_BYTES);
    frame.set(bytes, at);
    at += bytes.length;
  }
  return frame;
}
