import { addressBytes } from '../../seed/addresses.js';
import { badParameter } from './router-error.js';

const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** The parameters of a request, out of its query or its JSON body: absent, null and empty are the same. */
export class RequestFields {
  readonly #values: Readonly<Record<string, unknown>>;

  private constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Reads a query; a repeated parameter becomes a list with commas, as the package and the documents write one. */
  static ofQuery(query: URLSearchParams): RequestFields {
    return new RequestFields(Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name).join(',')])));
  }

  /** Reads a JSON object. */
  static ofJson(name: string, value: unknown): RequestFields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badParameter(name, 'not an object');
    return new RequestFields(value as Record<string, unknown>);
  }

  has(name: string): boolean {
    const value = this.#values[name];
    return value !== undefined && value !== null && value !== '';
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  fields(name: string): RequestFields {
    return RequestFields.ofJson(name, this.#values[name]);
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== 'string' || value === '') throw badParameter(name, 'missing');
    return value;
  }

  address(name: string): Uint8Array {
    const text = this.text(name);
    try {
      return addressBytes(text);
    } catch {
      throw badParameter(name, 'not an address');
    }
  }

  optionalAddress(name: string): Uint8Array | undefined {
    return this.has(name) ? this.address(name) : undefined;
  }

  /** A raw amount: a decimal string, as JSON numbers lose what is above 2^53; whole numbers are taken too. */
  amount(name: string): bigint {
    const value = this.#values[name];
    const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) throw badParameter(name, 'not a whole number');
    const amount = BigInt(text);
    if (amount > MAX_U64) throw badParameter(name, 'number too large to fit in target type');
    return amount;
  }

  optionalAmount(name: string): bigint | undefined {
    return this.has(name) ? this.amount(name) : undefined;
  }

  /** A small whole number. */
  integer(name: string, fallback: number): number {
    return this.has(name) ? Number(this.amount(name)) : fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    if (!this.has(name)) return fallback;
    const value = String(this.#values[name]);
    if (value !== 'true' && value !== 'false') throw badParameter(name, 'not a boolean');
    return value === 'true';
  }

  /** Names with commas between them. */
  list(name: string): readonly string[] {
    if (!this.has(name)) return [];
    return this.text(name)
      .split(',')
      .map((entry) => entry.trim());
  }
}
