/** Fields of `SubscribeRequest` that are maps from a name to a filter (geyser.proto). */
const MAP_FIELDS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 8, 10]);
const LENGTH_DELIMITED = 2;
const VALUE_FIELD = 2;
/** The value field of a map entry, of no bytes: a filter without any condition. */
const EMPTY_VALUE = Buffer.from([(VALUE_FIELD << 3) | LENGTH_DELIMITED, 0]);

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Where the field starts, where its contents start, and where it ends. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/**
 * Returns a `SubscribeRequest` with its empty filters written out. Clients of prost, the native one among them, leave out a map value
 * that is all defaults; the protocol means an empty message by that, but the package's decoder drops the entry, name and all.
 * @throws RangeError when the bytes are no protobuf
 */
export function writeOutMapValues(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (const field of fieldsOf(bytes)) {
    const entry = bytes.subarray(field.body, field.end);
    const isBare =
      field.wire === LENGTH_DELIMITED &&
      MAP_FIELDS.has(field.number) &&
      [...fieldsOf(entry)].every(({ number }) => number !== VALUE_FIELD);
    if (!isBare) parts.push(bytes.subarray(field.start, field.end));
    else
      parts.push(
        Buffer.from([(field.number << 3) | LENGTH_DELIMITED]),
        varint(entry.length + EMPTY_VALUE.length),
        entry,
        EMPTY_VALUE,
      );
  }
  return Buffer.concat(parts);
}

function* fieldsOf(bytes: Buffer): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const start = at;
    const tag = readVarint(bytes, at);
    const wire = tag.value & 7;
    const length = wire === LENGTH_DELIMITED ? readVarint(bytes, tag.end) : { value: 0, end: tag.end };
    const end = wire === 0 ? readVarint(bytes, tag.end).end : length.end + (FIXED_BYTES[wire] ?? length.value);
    if (end > bytes.length) throw new RangeError('a field reaches beyond the message');
    yield { number: tag.value >>> 3, wire, start, body: length.end, end };
    at = end;
  }
}

/** Bytes of the wire types of fixed width. */
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Reads a varint; bits above 32 matter to no field that is looked into. */
function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) throw new RangeError('a varint reaches beyond the message');
    if (index < 5) value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value: value >>> 0, end: at + index + 1 };
  }
  throw new RangeError('a varint of more than ten bytes');
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}
