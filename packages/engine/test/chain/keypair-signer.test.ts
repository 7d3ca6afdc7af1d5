import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeypairSigner } from '../../src/chain/keypair-signer.js';

/** Keeps the key it was given, and the very array it came in. */
class KeyholdingCore {
  key: number[] = [];
  array: Uint8Array = new Uint8Array();
  dropped: number[] = [];

  createSigner(secretKey: Uint8Array): number {
    if (secretKey[63] === 255) throw Object.assign(new Error('mismatch'), { code: 'WIRE_SECRET_KEY_INVALID' });
    this.key = [...secretKey];
    this.array = secretKey;
    return 3;
  }

  signerAddress(): Uint8Array {
    return Uint8Array.from(this.key.slice(32));
  }

  dropSigner(signer: number): void {
    this.dropped.push(signer);
  }

  signTransaction(signer: number, message: Uint8Array): Uint8Array {
    return Uint8Array.of(signer, ...message);
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const key = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 64, maxLength: 64 })
  .filter((numbers) => numbers[63] !== 255);

describe('KeypairSigner', () => {
  it('reads every key file as JSON would, and wipes the file and its own copy', () => {
    fc.assert(
      fc.property(key, fc.constantFrom(0, 1, '\t'), (numbers, indent) => {
        const core = new KeyholdingCore();
        const file = bytesOf(`\n${JSON.stringify(numbers, null, indent)} \r\n`);
        const signer = KeypairSigner.fromKeyFile(core, file);
        expect(core.key).toEqual(numbers);
        expect([...signer.address]).toEqual(numbers.slice(32));
        expect(file.every((byte) => byte === 0)).toBe(true);
        expect(core.array.every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  const good = Array<number>(64).fill(7);
  it.each([
    ['an empty file', '', 'it is empty'],
    ['spaces', ' \n', 'it is empty'],
    ['a word', 'secret', 'not a JSON list'],
    ['63 numbers', JSON.stringify(good.slice(1)), '63 numbers'],
    ['65 numbers', JSON.stringify([...good, 1]), 'more than 64'],
    ['no numbers', '[]', 'a number is missing'],
    ['256', JSON.stringify([...good.slice(1), 256]), 'above 255'],
    ['a negative number', JSON.stringify([...good.slice(1), -1]), 'list of numbers'],
    ['a fraction', JSON.stringify([...good.slice(1), 1.5]), 'list of numbers'],
    ['a leading zero', `[01${',7'.repeat(63)}]`, 'list of numbers'],
    ['a gap in a number', `[1 2${',7'.repeat(63)}]`, 'list of numbers'],
    ['a comma too many', `[${'7,'.repeat(64)}]`, 'a number is missing'],
    ['an unfinished list', JSON.stringify(good).slice(0, -1), 'in the middle'],
    ['something behind the list', `${JSON.stringify(good)}x`, 'follows the list'],
    ['a key that does not fit its public key', JSON.stringify([...good.slice(1), 255]), 'do not belong together'],
  ])('refuses %s without showing a number, and wipes it all the same', (_name, text, words) => {
    const file = bytesOf(text);
    let refusal: unknown;
    try {
      KeypairSigner.fromKeyFile(new KeyholdingCore(), file);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({
      code: 'CHAIN_KEY_FILE_INVALID',
      message: expect.stringContaining(words) as string,
      context: {},
    });
    expect((refusal as Error).cause).toBeUndefined();
    expect(file.every((byte) => byte === 0)).toBe(true);
  });

  it('signs until it is closed', () => {
    const core = new KeyholdingCore();
    const signer = KeypairSigner.fromKeyFile(core, bytesOf(JSON.stringify(good)));
    expect([...signer.signTransaction(Uint8Array.of(9))]).toEqual([3, 9]);
    signer.close();
    signer.close();
    expect(core.dropped).toEqual([3]);
    expect(() => signer.signTransaction(Uint8Array.of(9))).toThrow('closed');
  });
});
