import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

import { addressBytes, addressKey, type AddressKey, SYSTEM_PROGRAM } from './address-key.js';

/** DER prefix of an ed25519 private key in PKCS#8 (RFC 8410); the 32-byte seed follows. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Lamports of a fresh faucet: more than a sandbox ever asks for. */
export const FAUCET_LAMPORTS = 500_000_000_000_000_000n;

/** The account that airdrops come from; its worthless key is derived from the cluster's seed. */
export class Faucet {
  readonly address: AddressKey;
  readonly #key: KeyObject;
  #count = 0;

  constructor(seed: string) {
    const secret = createHash('sha256').update(`tandem sandbox faucet/${seed}`).digest();
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#key).export({ format: 'der', type: 'spki' });
    this.address = addressKey(spki.subarray(spki.length - 32));
  }

  /** Returns what has left the faucet, given what it still holds. */
  issued(remainingLamports: bigint): bigint {
    return remainingLamports < FAUCET_LAMPORTS ? FAUCET_LAMPORTS - remainingLamports : 0n;
  }

  /** Returns a signed transaction that pays lamports to an address; no two are equal. */
  transfer(to: AddressKey, lamports: bigint, blockhash: AddressKey): Uint8Array {
    this.#count += 1;
    const data = Buffer.alloc(12);
    data.writeUInt32LE(2, 0);
    data.writeBigUInt64LE(lamports, 4);
    // The price, in micro-lamports, makes the n-th request differ from an earlier one of the same amount.
    const price = Buffer.alloc(9);
    price[0] = 3;
    price.writeBigUInt64LE(BigInt(this.#count), 1);
    const budget = Buffer.from('0306466fe5211732ffecadba72c39be7bc8ce5bbc5f7126b2c439b3a40000000', 'hex');
    const message = Buffer.concat([
      Buffer.from([1, 0, 2, 4]),
      addressBytes(this.address),
      addressBytes(to),
      addressBytes(SYSTEM_PROGRAM),
      budget,
      addressBytes(blockhash),
      Buffer.from([2, 3, 0, price.length]),
      price,
      Buffer.from([2, 2, 0, 1, data.length]),
      data,
    ]);
    return Buffer.concat([Buffer.from([1]), sign(null, message, this.#key), message]);
  }
}
