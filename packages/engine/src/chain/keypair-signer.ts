import type { CoreApi, SignerId } from '@tandem/core-native';
import { createEngineError } from '../errors/create-engine-error.js';
import type { Signer } from '../ports/signer.js';

const SECRET_KEY_BYTES = 64;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;
const WHITESPACE: ReadonlySet<number> = new Set([9, 10, 13, 32]);

type SigningCore = Pick<CoreApi, 'createSigner' | 'signerAddress' | 'dropSigner' | 'signTransaction'>;

/** Signs with a key that is held by the core; TypeScript keeps its number, never its bytes. */
export class KeypairSigner implements Signer {
  readonly address: Uint8Array;
  readonly #core: SigningCore;
  #signer: SignerId | null;

  private constructor(core: SigningCore, signer: SignerId) {
    this.#core = core;
    this.#signer = signer;
    this.address = core.signerAddress(signer);
  }

  /**
   * Hands a Solana CLI key file (`[n, n, …]`, 64 numbers: seed and public key) to the core. The bytes given are wiped, whether they
   * are good or not.
   * @throws CHAIN_KEY_FILE_INVALID
   */
  static fromKeyFile(core: SigningCore, file: Uint8Array): KeypairSigner {
    const secretKey = new Uint8Array(SECRET_KEY_BYTES);
    try {
      parseKeyFile(file, secretKey);
      return new KeypairSigner(core, core.createSigner(secretKey));
    } catch (error) {
      const { code } = (error ?? {}) as { code?: unknown };
      if (code !== 'WIRE_SECRET_KEY_INVALID') throw error;
      // No cause: an error that has seen key bytes goes no further.
      throw createEngineError(
        'CHAIN_KEY_FILE_INVALID',
        'the key file holds a seed and a public key that do not belong together',
      );
    } finally {
      secretKey.fill(0);
      file.fill(0);
    }
  }

  signTransaction(message: Uint8Array): Uint8Array {
    if (this.#signer === null) throw new Error('the signer has been closed');
    return this.#core.signTransaction(this.#signer, message);
  }

  /** Drops the key from the core. */
  close(): void {
    if (this.#signer !== null) this.#core.dropSigner(this.#signer);
    this.#signer = null;
  }
}

/** Reads the numbers byte by byte: a string or a parsed list would leave copies of the key that nothing can wipe. */
function parseKeyFile(file: Uint8Array, secretKey: Uint8Array): void {
  let count = 0;
  let value = -1;
  let state: 'start' | 'inside' | 'end' = 'start';
  let gap = false;
  for (const byte of file) {
    if (WHITESPACE.has(byte)) {
      gap = value !== -1;
      continue;
    }
    if (state === 'end') throw notAKeyFile('something follows the list');
    if (state === 'start') {
      if (byte !== OPEN) throw notAKeyFile('it is not a JSON list');
      state = 'inside';
    } else if (byte >= DIGIT_0 && byte <= DIGIT_9) {
      if (gap || value === 0) throw notAKeyFile('it is not a JSON list of numbers');
      value = (value === -1 ? 0 : value * 10) + (byte - DIGIT_0);
      if (value > 255) throw notAKeyFile('a number is above 255');
    } else if (byte === COMMA || byte === CLOSE) {
      if (value === -1) throw notAKeyFile('a number is missing');
      if (count === SECRET_KEY_BYTES) throw notAKeyFile('it has more than 64 numbers');
      secretKey[count] = value;
      count += 1;
      value = -1;
      gap = false;
      if (byte === CLOSE) state = 'end';
    } else throw notAKeyFile('it is not a JSON list of numbers');
  }
  if (state === 'start') throw notAKeyFile('it is empty');
  if (state !== 'end') throw notAKeyFile('it ends in the middle of the list');
  if (count !== SECRET_KEY_BYTES) throw notAKeyFile(`it has ${count} numbers, not 64`);
}

function notAKeyFile(why: string): Error {
  return createEngineError('CHAIN_KEY_FILE_INVALID', `the key file cannot be read: ${why}`);
}
