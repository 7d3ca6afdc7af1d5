import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/chain/backoff.js';
import { decodeAddress, encodeBase58, findAddressBytes } from '../../src/chain/base58.js';
import { redactUrl } from '../../src/chain/redact-url.js';
import { SlotClock } from '../../src/chain/slot-clock.js';

describe('SlotClock', () => {
  it('expects slots at the pace it has measured', () => {
    const slots = new SlotClock();
    expect(slots.expectedSlot(5_000_000)).toBe(0n);
    for (let slot = 1; slot <= 100; slot += 1) slots.observe(BigInt(slot), slot * 50_000);
    expect(slots.slotMicros()).toBe(50_000);
    expect(slots.expectedSlot(5_000_000 + 49_999)).toBe(100n);
    expect(slots.expectedSlot(5_000_000 + 500_000)).toBe(110n);
  });

  it('ignores slots that go back or repeat', () => {
    const slots = new SlotClock();
    slots.observe(10n, 1_000);
    slots.observe(9n, 2_000);
    slots.observe(10n, 3_000);
    expect(slots.currentSlot()).toBe(10n);
    expect(slots.slotMicros()).toBe(210_000);
  });

  it('reckons skipped slots in', () => {
    const slots = new SlotClock();
    for (let step = 1; step <= 200; step += 1) slots.observe(BigInt(step * 4), step * 800_000);
    expect(slots.slotMicros()).toBe(200_000);
  });
});

describe('Backoff', () => {
  it('doubles up to its cap, never below half, and starts over after a success', () => {
    const longest = new Backoff({ random: { nextInt: (bound) => bound - 1 }, firstMs: 100, capMs: 1_000 });
    const shortest = new Backoff({ random: { nextInt: () => 0 }, firstMs: 100, capMs: 1_000 });
    expect(Array.from({ length: 6 }, () => longest.nextMs())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(Array.from({ length: 6 }, () => shortest.nextMs())).toEqual([50, 100, 200, 400, 500, 500]);
    for (let attempt = 0; attempt < 5_000; attempt += 1) longest.nextMs();
    expect(longest.nextMs()).toBe(1_000);
    longest.reset();
    expect(longest.nextMs()).toBe(100);
  });
});

describe('addresses', () => {
  it('go there and back', () => {
    const text = 'So11111111111111111111111111111111111111112';
    expect(encodeBase58(decodeAddress(text))).toBe(text);
  });

  it.each([
    '',
    '0',
    'So1111111111111111111111111111111111111111O',
    '1'.repeat(33),
    'z'.repeat(44),
    `${'1'.repeat(32)} `,
  ])('%j is none', (text) => {
    expect(findAddressBytes(text)).toBeNull();
    expect(() => decodeAddress(text)).toThrow(expect.objectContaining({ code: 'CHAIN_ADDRESS_INVALID' }) as Error);
  });
});

describe('redactUrl', () => {
  it.each([
    ['https://me:do@node.example:1/token?x', 'https://node.example:1/…'],
    ['http://127.0.0.1:8899', 'http://127.0.0.1:8899'],
    ['nonsense', 'an invalid URL'],
  ])('shows no more than the origin of %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});
