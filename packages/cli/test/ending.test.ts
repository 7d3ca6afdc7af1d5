import type { EngineEvent } from '@tandem/engine/events';
import { describe, expect, test } from 'vitest';
import { Ending } from '../src/ending.js';

const STAMP = { at: '2026-01-01T00:00:00.000Z', seq: 1 };
const started = { ...STAMP, type: 'started' } as EngineEvent;
const executed = { ...STAMP, type: 'executed' } as EngineEvent;
const halted: EngineEvent = { ...STAMP, type: 'state', from: 'ACTIVE', to: 'HALTED', trigger: 'operator' };

async function isReached(ending: Ending): Promise<boolean> {
  return Promise.race([ending.reached.then(() => true), Promise.resolve().then(() => false)]);
}

describe('the end of a run', () => {
  test('is reached after so many trades of its own, not by what an earlier run left open', async () => {
    const ending = new Ending(2);
    for (const event of [executed, executed, started, executed]) ending.observe(event);
    expect(await isReached(ending)).toBe(false);
    ending.observe(executed);
    expect(await isReached(ending)).toBe(true);
    expect(ending.halted).toBe(false);
  });

  test('is reached by a halt, also before the start', async () => {
    const ending = new Ending(undefined);
    ending.observe(halted);
    expect(await isReached(ending)).toBe(true);
    expect(ending.halted).toBe(true);
  });
});
