import { afterEach, describe, expect, it } from 'vitest';
import { BlockhashCache } from '../../src/chain/blockhash-cache.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import type { Commitment, LatestBlockhash } from '../../src/ports/chain-reader.js';
import { SteppedClock } from './stepped-clock.js';

/** Gives a new hash at each call, or fails while told to. */
class HashReader {
  calls: Commitment[] = [];
  isDead = false;
  height = 1_000n;

  lifeBlocks = 150n;

  async getBlockHeight(): Promise<bigint> {
    return this.height;
  }

  async getLatestBlockhash(commitment: Commitment): Promise<LatestBlockhash> {
    this.calls.push(commitment);
    if (this.isDead) throw createEngineError('CHAIN_UNREACHABLE', 'dead');
    return { blockhash: `hash-${this.height}`, lastValidBlockHeight: this.height + this.lifeBlocks, slot: this.height };
  }
}

let cache: BlockhashCache;
afterEach(async () => await cache.stop());

describe('BlockhashCache', () => {
  it('has a hash after the start and a new one every second, at confirmed', async () => {
    const [reader, clock] = [new HashReader(), new SteppedClock()];
    cache = new BlockhashCache({ reader, clock });
    await cache.start();
    expect(cache.latest()).toMatchObject({ blockhash: 'hash-1000', lastValidBlockHeight: 1_150n });
    reader.height = 1_005n;
    await clock.advance(999);
    expect(cache.latest().blockhash).toBe('hash-1000');
    await clock.advance(1);
    expect(cache.latest().blockhash).toBe('hash-1005');
    expect(reader.calls).toEqual(['confirmed', 'confirmed']);
  });

  it('does not start without a first hash', async () => {
    const reader = new HashReader();
    reader.isDead = true;
    cache = new BlockhashCache({ reader, clock: new SteppedClock() });
    await expect(cache.start()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    expect(() => cache.latest()).toThrow('no blockhash has been loaded');
  });

  it('refuses to give out an old hash, with the failure behind it, and recovers', async () => {
    const [reader, clock] = [new HashReader(), new SteppedClock()];
    cache = new BlockhashCache({ reader, clock, maxAgeMs: 3_500 });
    await cache.start();
    reader.isDead = true;
    for (let second = 0; second < 3; second += 1) await clock.advance(1_000);
    expect(cache.latest().blockhash).toBe('hash-1000');
    await clock.advance(1_000);
    expect(() => cache.latest()).toThrow(
      expect.objectContaining({
        code: 'CHAIN_BLOCKHASH_EXPIRED',
        cause: expect.objectContaining({ code: 'CHAIN_UNREACHABLE' }) as unknown,
      }) as Error,
    );
    reader.isDead = false;
    await clock.advance(1_000);
    expect(cache.latest().blockhash).toBe('hash-1000');
  });

  it('counts age in slots too, where slots are fast', async () => {
    let slot = 1_075n;
    cache = new BlockhashCache({ reader: new HashReader(), clock: new SteppedClock(), currentSlot: () => slot });
    await cache.start();
    expect(cache.latest().slot).toBe(1_000n);
    slot = 1_076n;
    expect(() => cache.latest()).toThrow('76 slots old');
  });

  it('reads how long a hash lives, and gives it out for half of that', async () => {
    const reader = new HashReader();
    reader.lifeBlocks = 40n;
    let slot = 1_020n;
    cache = new BlockhashCache({ reader, clock: new SteppedClock(), currentSlot: () => slot });
    await cache.start();
    expect(cache.latest().slot).toBe(1_000n);
    slot = 1_021n;
    expect(() => cache.latest()).toThrow('21 slots old');
  });

  it('keeps the hash that lives longer when a lagging node answers', async () => {
    const [reader, clock] = [new HashReader(), new SteppedClock()];
    cache = new BlockhashCache({ reader, clock });
    await cache.start();
    reader.height = 900n;
    await clock.advance(1_000);
    expect(cache.latest().blockhash).toBe('hash-1000');
  });
});
