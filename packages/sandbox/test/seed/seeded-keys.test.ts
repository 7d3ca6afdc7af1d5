import { createPublicKey, verify, sign, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededBytes, seededKeypair } from '../../src/seed/seeded-keys.js';
import { SeededStream } from '../../src/seed/seeded-stream.js';

describe('seededKeypair', () => {
  it('gives the same keys for the same seed and label, and others for others', () => {
    expect(seededKeypair(7, 'wallet')).toEqual(seededKeypair(7, 'wallet'));
    expect(seededKeypair(7, 'wallet').address).not.toEqual(seededKeypair(8, 'wallet').address);
    expect(seededBytes(7, 'a')).not.toEqual(seededBytes(7, 'b'));
  });

  it('gives a public key that verifies what its secret key signs', () => {
    const { address, secretKey } = seededKeypair(7, 'wallet');
    expect(secretKey.subarray(32)).toEqual(address);
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secretKey.subarray(0, 32)]);
    const signature = sign(null, Buffer.from('hello'), createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), address]);
    expect(
      verify(null, Buffer.from('hello'), createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature),
    ).toBe(true);
  });
});

describe('SeededStream', () => {
  const draw = (seed: number, label: string): number[] => {
    const stream = new SeededStream(seed, label);
    return Array.from({ length: 50 }, () => stream.nextInt(1_000));
  };

  it('repeats itself for a seed and a label, and for nothing else', () => {
    expect(draw(1, 'walk')).toEqual(draw(1, 'walk'));
    expect(draw(1, 'walk')).not.toEqual(draw(2, 'walk'));
    expect(draw(1, 'walk')).not.toEqual(draw(1, 'rival'));
  });

  it('spreads evenly below the bound', () => {
    const stream = new SeededStream(3, 'spread');
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 7_000; i += 1) {
      const drawn = stream.nextInt(7);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    // Six deviations of a binomial with 7,000 draws at 1/7.
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(6 * Math.sqrt(1_000 * (6 / 7)));
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 33])('refuses the bound %s', (bound) => {
    expect(() => new SeededStream(1, 'x').nextInt(bound)).toThrow(RangeError);
  });
});
