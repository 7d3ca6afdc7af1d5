import { createNativeBackend } from './backends/native-backend.js';
import { loadNativeBinding } from './backends/native-binding.js';
import { createTypescriptBackend } from './backends/typescript-backend.js';
import type { CoreApi } from './core-api.js';
import { CoreError } from './core-error.js';

const CHOICES = ['auto', 'native', 'typescript'] as const;

/** Which backend is asked for; `auto` takes the native one where it loads. */
export type BackendChoice = (typeof CHOICES)[number];

export interface LoadCoreOptions {
  /** Default: the environment variable TANDEM_CORE, or `auto` where it is not set. */
  readonly backend?: BackendChoice;
}

/** A core, and the facts about how it came to be this one. */
export interface LoadedCore {
  readonly core: CoreApi;
  readonly backend: CoreApi['backend'];
  readonly requested: BackendChoice;
  /** Why the native core could not be loaded; empty where it was loaded or not tried. */
  readonly loadErrors: readonly string[];
}

/** One core a choice and thread, so that every caller sees the same stores. */
const loaded = new Map<BackendChoice, LoadedCore>();

/**
 * Returns the core of this thread. It says nothing on the console: `backend` and `loadErrors` are there to be shown.
 *
 * @throws CORE_BACKEND_INVALID for a value that TANDEM_CORE does not know
 * @throws CORE_NATIVE_MISSING when the native core is asked for and cannot be loaded
 *
 * @example
 * const { core, backend, loadErrors } = loadCore();
 * const store = core.createStore();
 */
export function loadCore(options: LoadCoreOptions = {}): LoadedCore {
  const requested = parseChoice(options.backend ?? process.env['TANDEM_CORE'] ?? 'auto');
  const known = loaded.get(requested);
  if (known !== undefined) return known;
  const result = requested === 'auto' ? loadAny() : loadOnly(requested);
  loaded.set(requested, result);
  return result;
}

function parseChoice(value: string): BackendChoice {
  const choice = CHOICES.find((name) => name === value);
  if (choice !== undefined) return choice;
  throw new CoreError(
    'CORE_BACKEND_INVALID',
    `TANDEM_CORE is "${value}"; set it to one of ${CHOICES.join(', ')}, or leave it unset`,
  );
}

/** Takes the native core, or the TypeScript one with the reasons why. */
function loadAny(): LoadedCore {
  try {
    return Object.freeze({ ...loadCore({ backend: 'native' }), requested: 'auto' });
  } catch (thrown) {
    if (!(thrown instanceof NativeMissing)) throw thrown;
    return Object.freeze({ ...loadCore({ backend: 'typescript' }), requested: 'auto', loadErrors: thrown.reasons });
  }
}

function loadOnly(requested: 'native' | 'typescript'): LoadedCore {
  const core = requested === 'native' ? loadNative() : createTypescriptBackend();
  return Object.freeze({ core, backend: core.backend, requested, loadErrors: [] });
}

function loadNative(): CoreApi {
  const { binding, errors } = loadNativeBinding();
  if (binding === undefined) throw new NativeMissing(errors);
  return createNativeBackend(binding);
}

/** The refusal of `native` where the addon does not load. */
class NativeMissing extends CoreError {
  constructor(readonly reasons: readonly string[]) {
    super(
      'CORE_NATIVE_MISSING',
      'the native core cannot be loaded: run `pnpm build` with a Rust toolchain on PATH, ' +
        `or set TANDEM_CORE=typescript (${reasons.join('; ')})`,
    );
  }
}
