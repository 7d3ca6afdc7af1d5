import { describe, expect, it } from 'vitest';
import { coreFailure, guarded } from '../ts/backends/core-failure.js';
import { CoreError } from '../ts/core-error.js';

function nativeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

describe('what the addon throws', () => {
  it('keeps the code of a core refusal', () => {
    const refusal = coreFailure(nativeError('WIRE_SIGNER_NOT_FOUND', 'no signer'));
    expect(refusal).toBeInstanceOf(CoreError);
    expect(refusal).toMatchObject({ code: 'WIRE_SIGNER_NOT_FOUND', message: 'no signer' });
  });

  it('becomes CORE_PANIC when Rust panicked', () => {
    const thrown = nativeError('GenericFailure', 'index out of bounds');
    const failure = coreFailure(thrown);
    expect(failure.code).toBe('CORE_PANIC');
    expect(failure.message).toContain('index out of bounds');
    expect(failure.cause).toBe(thrown);
  });

  it('becomes CORE_ARGUMENT_INVALID when an argument has the wrong type', () => {
    expect(coreFailure(nativeError('InvalidArg', 'Expected Uint8Array')).code).toBe('CORE_ARGUMENT_INVALID');
    expect(coreFailure(new TypeError('no code')).code).toBe('CORE_ARGUMENT_INVALID');
    expect(coreFailure('text').message).toContain('text');
  });

  it('is renamed by a guarded call, which hands arguments and results through', () => {
    expect(guarded((left: number, right: number) => left - right)(5, 3)).toBe(2);
    const failing = guarded(() => {
      throw nativeError('GenericFailure', 'boom');
    });
    expect(failing).toThrow(expect.objectContaining({ code: 'CORE_PANIC' }));
  });
});
