import { CoreError } from '../core-error.js';

const STABLE_CODE = /^[A-Z0-9]+(_[A-Z0-9]+)+$/;

/**
 * Returns what the addon threw as the error of the contract: core refusals keep their code, a caught Rust panic
 * (napi calls it `GenericFailure`) becomes `CORE_PANIC`, and an argument of the wrong type `CORE_ARGUMENT_INVALID`.
 */
export function coreFailure(thrown: unknown): CoreError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (STABLE_CODE.test(code)) return new CoreError(code, message, { cause: thrown });
  if (code === 'GenericFailure') {
    const advice = 'the native core panicked, which is a bug: stop, and report it with this text';
    return new CoreError('CORE_PANIC', `${advice}: ${message}`, { cause: thrown });
  }
  return new CoreError('CORE_ARGUMENT_INVALID', `an argument has the wrong type: ${message}`, { cause: thrown });
}

/** Returns the function with everything it throws turned into a `CoreError`. */
export function guarded<Arguments extends readonly unknown[], Result>(
  call: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  return (...args) => {
    try {
      return call(...args);
    } catch (thrown) {
      throw coreFailure(thrown);
    }
  };
}
