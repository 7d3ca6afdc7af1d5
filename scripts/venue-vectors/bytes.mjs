import { createHash } from 'node:crypto';

/** Returns bytes of a length with little-endian fields written: `[offset, value]`, where a value is bytes, a bigint (u64) or a number (u8). */
export function withFields(length, fields) {
  const data = new Uint8Array(length);
  const view = new DataView(data.buffer);
  for (const [offset, value] of fields) {
    if (typeof value === 'bigint') view.setBigUint64(offset, value, true);
    else if (typeof value === 'number') view.setUint8(offset, value);
    else data.set(value, offset);
  }
  return data;
}

export function hex(bytes) {
  return Buffer.from(bytes).toString('hex');
}

export function bytesOf(text) {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An address that belongs to a name, so that the same script makes the same files. */
export function addressOf(name) {
  return Uint8Array.from(createHash('sha256').update(`tandem fixture ${name}`).digest());
}
