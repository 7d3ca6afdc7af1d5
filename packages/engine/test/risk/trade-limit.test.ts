import { describe, expect, test } from 'vitest';
import { TradeLimit } from '../../src/risk/trade-limit.js';

describe('trade limit', () => {
  test('counts what is in flight as if it had executed', () => {
    const limit = new TradeLimit(3);
    expect(limit.check(2).kind).toBe('passed');
    expect(limit.check(3)).toMatchObject({ kind: 'refusal', stage: 'risk', reason: 'RISK_TRADE_COUNT_EXCEEDED' });
    limit.recordExecuted();
    expect(limit.check(1).kind).toBe('passed');
    expect(limit.check(2).kind).toBe('refusal');
  });

  test('lets everything through where there is none', () => {
    expect(new TradeLimit(undefined).check(1_000_000).kind).toBe('passed');
  });
});
