import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import { findAddressBytes } from './base58.js';

const U64_MAX = (1n << 64n) - 1n;
const DIGITS = /^\d{1,20}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A value of a node's answer with its path: every read checks, and a failure names the place. */
export class JsonField {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  /** Returns a member of an object. */
  get(key: string): JsonField {
    const object = this.object();
    return new JsonField(Object.hasOwn(object, key) ? object[key] : undefined, `${this.path}.${key}`);
  }

  /** Returns whether the value is null or absent. */
  isNull(): boolean {
    return this.value === null || this.value === undefined;
  }

  /** Returns the elements of a list. */
  list(): JsonField[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((element: unknown, index) => new JsonField(element, `${this.path}[${index}]`));
  }

  /** Returns the elements of a list, none when it is null or absent. */
  listOrNone(): JsonField[] {
    return this.isNull() ? [] : this.list();
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('a text');
    return this.value;
  }

  /** Returns an unsigned 64-bit integer exactly. */
  u64(): bigint {
    const { value } = this;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
    if (typeof value === 'string' && DIGITS.test(value)) {
      const integer = BigInt(value);
      if (integer <= U64_MAX) return integer;
    }
    throw this.wrong('an unsigned 64-bit integer');
  }

  /** Returns a small unsigned integer, as positions and counts are. */
  index(): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.wrong('an index');
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  /** Returns the 32 bytes of a base58 address. */
  address(): Uint8Array {
    const bytes = typeof this.value === 'string' ? findAddressBytes(this.value) : null;
    if (bytes === null) throw this.wrong('a base58 address');
    return bytes;
  }

  /** Returns the bytes of an account's data as `[base64, "base64"]`. */
  base64Data(): Uint8Array {
    const [text, encoding] = this.list();
    const bytes = text === undefined || encoding?.value !== 'base64' ? null : decodeBase64(text.value);
    if (bytes === null) throw this.wrong('base64 data');
    return bytes;
  }

  /** Returns the error that names this place and what should stand there. */
  wrong(expected: string): EngineError {
    const given = JSON.stringify(this.value)?.slice(0, 80) ?? 'nothing';
    return createEngineError(
      'CHAIN_RESPONSE_INVALID',
      `the node's answer has ${given} at ${this.path}, not ${expected}`,
      {
        context: { path: this.path, expected },
      },
    );
  }

  private object(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.wrong('an object');
    return this.value as Record<string, unknown>;
  }
}

/** Returns the bytes of canonical base64; `null` for anything else. Node's decoder alone skips what it does not know. */
function decodeBase64(text: unknown): Uint8Array | null {
  if (typeof text !== 'string' || text.length % 4 !== 0) return null;
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (bytes.length !== (text.length / 4) * 3 - padding || !BASE64.test(text)) return null;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
