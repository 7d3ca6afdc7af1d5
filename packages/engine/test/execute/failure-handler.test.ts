import { describe, expect, it } from 'vitest';
import { FailureHandler } from '../../src/execute/failure-handler.js';

const handler = new FailureHandler();
const placement = { firstLegInstruction: 2, venues: ['raydium_cpmm', 'raydium_amm_v4'] };
const custom = (instruction: number, code: number) => ({ InstructionError: [instruction, { Custom: code }] });
const CPMM_FAILED = 'Program CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C failed: custom program error: 0x1775';

describe('FailureHandler', () => {
  it.each([
    [custom(2, 6005), [CPMM_FAILED], 'raydium_cpmm ExceededSlippage (6005) in leg 1'],
    [custom(3, 30), [], 'raydium_amm_v4 ExceededSlippage (30) in leg 2'],
    [custom(2, 9_999), [], 'raydium_cpmm custom error (9999) in leg 1'],
    [custom(0, 1), [], 'program custom error (1) in instruction 1'],
    [
      { InstructionError: [3, 'ComputationalBudgetExceeded'] },
      [],
      'raydium_amm_v4 ComputationalBudgetExceeded in leg 2',
    ],
    ['BlockhashNotFound', [], 'BlockhashNotFound'],
  ])('decodes %j', (error, logs, reason) => {
    expect(handler.describe({ error, logs }, placement)).toBe(reason);
  });

  it('names the innermost program: a token program that refuses inside a swap', () => {
    const logs = ['Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA failed: custom program error: 0x1', CPMM_FAILED];
    expect(handler.describe({ error: custom(2, 1), logs }, placement)).toBe('token InsufficientFunds (1) in leg 1');
  });

  it('takes no program log for the word of the runtime', () => {
    const logs = ['Program log: failed: custom program error: 0x1', CPMM_FAILED];
    expect(handler.describe({ error: custom(2, 6005), logs }, placement)).toBe(
      'raydium_cpmm ExceededSlippage (6005) in leg 1',
    );
  });

  it('names the instruction of a send of an earlier run, whose legs nobody remembers', () => {
    expect(handler.describe({ error: custom(2, 6005), logs: [CPMM_FAILED] })).toBe(
      'raydium_cpmm ExceededSlippage (6005) in instruction 3',
    );
  });

  it.each([[42], [{ Odd: { deep: true } }], [{ InstructionError: 'x' }], [[]], [{}]])(
    'never throws, here on %j',
    (error) => {
      expect(handler.describe({ error, logs: [] }, placement)).not.toBe('');
    },
  );
});
