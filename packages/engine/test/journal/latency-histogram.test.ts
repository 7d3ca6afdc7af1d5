import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/journal/latency-histogram.js';

describe('LatencyHistogram', () => {
  it('gives 0 before anything was recorded', () => {
    expect(new LatencyHistogram().percentile(0.5)).toBe(0);
  });

  it('is exact below 64 microseconds', () => {
    const histogram = new LatencyHistogram();
    for (const value of [5, 7, 9, 50]) histogram.record(value);
    expect([histogram.percentile(0.5), histogram.percentile(0.99)]).toEqual([7, 50]);
  });

  it('is never below the true percentile and less than 1/32 above it', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 1), (latencies, share) => {
        const histogram = new LatencyHistogram();
        for (const latency of latencies) histogram.record(latency);
        const sorted = [...latencies].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        expect(histogram.percentile(share)).toBeGreaterThanOrEqual(exact);
        expect(histogram.percentile(share)).toBeLessThanOrEqual(exact + exact / 32);
      }),
    );
  });

  it('counts a negative latency, as of a clock that was set back, as 0', () => {
    const histogram = new LatencyHistogram();
    histogram.record(-3);
    expect([histogram.count, histogram.percentile(1)]).toEqual([1, 0]);
  });
});
