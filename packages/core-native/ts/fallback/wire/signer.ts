import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { SignerId } from '../../core-api.js';
import { secretKeyInvalid, signerNotFound } from './error.js';

/** PKCS#8 header of an Ed25519 seed (RFC 8410, section 7). */
const PKCS8_HEADER = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);
/** Length of the SPKI header before an Ed25519 public key (RFC 8410, section 4). */
const SPKI_HEADER_BYTES = 12;

/** A key that can sign but not be read. */
export class Signer {
  readonly #privateKey: KeyObject;

  constructor(
    privateKey: KeyObject,
    readonly address: Uint8Array,
  ) {
    this.#privateKey = privateKey;
  }

  /** Returns the Ed25519 signature of the bytes. */
  sign(message: Uint8Array): Uint8Array {
    return sign(null, message, this.#privateKey);
  }
}

/** The keys of this thread by id. */
export class SignerRegistry {
  private readonly signers = new Map<SignerId, Signer>();
  private next: SignerId = 1;

  /**
   * Takes a 64-byte secret key (seed and public key) and returns its id.
   *
   * @throws WIRE_SECRET_KEY_INVALID when the length is another or the halves do not belong together
   */
  create(secretKey: Uint8Array): SignerId {
    if (secretKey.length !== 64) throw secretKeyInvalid();
    const privateKey = importSeed(secretKey.subarray(0, 32));
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    const address = Uint8Array.from(publicKey.subarray(SPKI_HEADER_BYTES));
    if (!address.every((byte, index) => byte === secretKey[32 + index])) throw secretKeyInvalid();
    const id = this.next;
    this.next += 1;
    this.signers.set(id, new Signer(privateKey, address));
    return id;
  }

  /** @throws WIRE_SIGNER_NOT_FOUND for an id that was never given out or is dropped */
  find(id: SignerId): Signer {
    const signer = this.signers.get(id);
    if (signer === undefined) throw signerNotFound();
    return signer;
  }

  /** Forgets a key; its id is never given out again. @throws WIRE_SIGNER_NOT_FOUND */
  drop(id: SignerId): void {
    if (!this.signers.delete(id)) throw signerNotFound();
  }
}

function importSeed(seed: Uint8Array): KeyObject {
  const der = Buffer.alloc(PKCS8_HEADER.length + seed.length);
  der.set(PKCS8_HEADER);
  der.set(seed, PKCS8_HEADER.length);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    // The only copy of the seed made here.
    der.fill(0);
  }
}
