import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

/** A key pair of the sandbox; it signs for worthless tokens only. */
export interface SeededKeypair {
  readonly address: Uint8Array;
  /** 64 bytes: the ed25519 seed, then the public key. */
  readonly secretKey: Uint8Array;
}

/** Head of the PKCS #8 document that wraps a raw ed25519 seed (RFC 8410 section 7). */
const PKCS8_ED25519_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Length of the SPKI head before the 32 public key bytes (RFC 8410 section 4). */
const SPKI_ED25519_HEAD_BYTES = 12;

/** Returns 32 bytes that depend on nothing but the seed and the label. */
export function seededBytes(seed: number, label: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(`tandem sandbox|${seed}|${label}`).digest());
}

/** Returns the key pair of a label; the same seed gives the same keys on every machine. */
export function seededKeypair(seed: number, label: string): SeededKeypair {
  const secret = seededBytes(seed, label);
  const document = Buffer.concat([PKCS8_ED25519_HEAD, secret]);
  const privateKey = createPrivateKey({ key: document, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const address = Uint8Array.from(spki.subarray(SPKI_ED25519_HEAD_BYTES));
  const secretKey = new Uint8Array(64);
  secretKey.set(secret, 0);
  secretKey.set(address, 32);
  return { address, secretKey };
}
