import { describe, expect, it } from 'vitest';
import { ENGINE_CODES, type EngineCode } from '../../src/errors/codes.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';

const ENDINGS =
  '_INVALID _MISSING _NOT_FOUND _EXCEEDED _OUT_OF_RANGE _MISMATCH _EXPIRED _TIMEOUT _UNSUPPORTED _TOO_SHORT _TOO_LARGE _PANIC'.split(
    ' ',
  );
/** Named by the ports; kept although its ending is not on the list. */
const OUTSIDE_THE_LIST = /_UNREACHABLE$/;

describe('the table of engine codes', () => {
  const codes = Object.keys(ENGINE_CODES) as EngineCode[];

  it.each(codes)('%s ends as the house list says', (code) => {
    expect(ENDINGS.some((ending) => code.endsWith(ending)) || OUTSIDE_THE_LIST.test(code)).toBe(true);
  });

  it.each(codes)('%s tells the user what to do in one sentence', (code) => {
    expect(ENGINE_CODES[code].action).toMatch(/^[A-Z].{10,160}\.$/);
  });

  it('gives an error its severity and action from the table', () => {
    const error = createEngineError('CHAIN_UNREACHABLE', 'no answer');
    expect(error).toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      severity: 'recoverable',
      action: ENGINE_CODES.CHAIN_UNREACHABLE.action,
    });
  });

  it('lets the thrower name a better action and severity', () => {
    const error = createEngineError('CHAIN_UNREACHABLE', 'no answer', {
      action: 'Start the sandbox.',
      severity: 'fatal',
    });
    expect(error).toMatchObject({ action: 'Start the sandbox.', severity: 'fatal' });
  });
});
