import { expect, it } from 'vitest';
import type { AlertThrottle } from '../../src/journal/alert-throttle.js';
import type { FeedSilence } from '../../src/market/feed-watch.js';
import { StallReport } from '../../src/market/stall-report.js';

it('tells the beginning and the end of a silence once each', () => {
  const rules: string[] = [];
  let silence: FeedSilence | null = null;
  const alerts = { raise: ({ rule }) => void rules.push(rule) } as Pick<AlertThrottle, 'raise'> as AlertThrottle;
  const report = new StallReport({ feedSilence: () => silence }, alerts);
  report.tell();
  silence = { cause: 'silent', forMs: 420, slotMs: 200 };
  report.tell();
  report.tell();
  silence = null;
  report.tell();
  report.tell();
  expect(rules).toEqual(['MARKET_FEED_TIMEOUT', 'MARKET_FEED_RECOVERED']);
});
