import { type AddressKey, parseAddress } from '../../cluster/address-key.js';
import { decodeBase58 } from '../../cluster/base58.js';
import type { Commitment } from '../../cluster/block-ledger.js';
import { invalidParams } from './rpc-error.js';

/** The options object that most methods take as their last parameter. */
export type RpcConfig = Readonly<Record<string, unknown>>;

/** Positional parameters of a call; every accessor refuses what agave refuses, in its words. */
export class Params {
  readonly #values: readonly unknown[];

  /** @throws RpcError -32602 when there are too few or too many. */
  constructor(values: unknown, required: number, allowed: number) {
    if (values !== undefined && values !== null && !Array.isArray(values)) {
      throw invalidParams('`params` should be an array');
    }
    this.#values = (values as unknown[] | undefined | null) ?? [];
    if (this.#values.length < required) throw invalidParams(`\`params\` should have at least ${required} argument(s)`);
    if (this.#values.length > allowed) {
      const range = required === allowed ? `${allowed} parameters` : `from ${required} to ${allowed} parameters`;
      throw invalidParams(`Expected ${allowed === 0 ? 'no parameters' : range}.`, `"Got: ${this.#values.length}"`);
    }
  }

  at(index: number): unknown {
    return this.#values[index];
  }

  text(index: number): string {
    return textOf(this.#values[index]);
  }

  address(index: number): AddressKey {
    return addressOf(this.#values[index]);
  }

  addresses(index: number, most: number): AddressKey[] {
    const list = listOf(this.#values[index]);
    if (list.length > most) throw invalidParams(`Too many inputs provided; max ${most}`);
    return list.map(addressOf);
  }

  /** Returns a signature's text. @throws RpcError -32602 when it is not 64 bytes of base58. */
  signature(index: number): string {
    return signatureOf(this.#values[index]);
  }

  unsigned(index: number): bigint {
    return unsignedOf(this.#values[index]);
  }

  /** Returns the options object; absent and null are empty. */
  config(index: number): RpcConfig {
    return configOf(this.#values[index]);
  }
}

/** @throws RpcError -32602 when a method that takes no parameters is given some */
export function expectNone(values: unknown): void {
  if (new Params(values, 0, 0).at(0) !== undefined) throw invalidParams('Expected no parameters.');
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (typeof value === 'number')
    return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  return Array.isArray(value) ? 'sequence' : 'map';
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string')
    throw invalidParams(`Invalid params: invalid type: ${kindOf(value)}, expected a string.`);
  return value;
}

export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value))
    throw invalidParams(`Invalid params: invalid type: ${kindOf(value)}, expected a sequence.`);
  return value;
}

export function configOf(value: unknown): RpcConfig {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw invalidParams(`Invalid params: invalid type: ${kindOf(value)}, expected an options object.`);
  }
  return value as RpcConfig;
}

export function unsignedOf(value: unknown): bigint {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw invalidParams(`Invalid params: invalid type: ${kindOf(value)}, expected u64.`);
  if (value < 0) throw invalidParams(`Invalid params: invalid value: integer \`${value}\`, expected u64.`);
  return BigInt(value);
}

export function addressOf(value: unknown): AddressKey {
  const text = textOf(value);
  const key = parseAddress(text);
  if (key !== undefined) return key;
  const isRightSize = text.length >= 32 && text.length <= 44;
  const reason = isRightSize ? (decodeBase58(text) === undefined ? 'Invalid' : 'WrongSize') : 'WrongSize';
  throw invalidParams(`Invalid param: ${reason}`);
}

export function signatureOf(value: unknown): string {
  const text = textOf(value);
  const bytes = text.length <= 88 ? decodeBase58(text) : new Uint8Array();
  if (bytes === undefined) throw invalidParams('Invalid param: Invalid');
  if (bytes.length !== 64) throw invalidParams('Invalid param: WrongSize');
  return text;
}

/** Returns an optional flag. */
export function flagOf(config: RpcConfig, name: string): boolean {
  const value = config[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean')
    throw invalidParams(`Invalid params: invalid type: ${kindOf(value)}, expected a boolean.`);
  return value;
}

/** Returns one of some words, or undefined when the option is absent. */
export function wordOf<Word extends string>(config: RpcConfig, name: string, words: readonly Word[]): Word | undefined {
  const value = config[name];
  if (value === undefined || value === null) return undefined;
  const text = textOf(value);
  const found = words.find((word) => word === text);
  if (found === undefined) {
    const expected = words.map((word) => `\`${word}\``).join(', ');
    throw invalidParams(`Invalid params: unknown variant \`${text}\`, expected one of ${expected}.`);
  }
  return found;
}

const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

/** Returns the commitment asked for; agave's default is finalized. */
export function commitmentOf(config: RpcConfig, name = 'commitment'): Commitment {
  return wordOf(config, name, COMMITMENTS) ?? 'finalized';
}
