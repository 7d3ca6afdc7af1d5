import { createRequire } from 'node:module';
import type * as binding from '../../native/binding.cjs';

/** What the generated loader exports. */
export type NativeBinding = typeof binding;

/** The outcome of loading the addon: the binding, or each reason why there is none, outermost first. */
export type NativeLoad =
  | { readonly binding: NativeBinding; readonly errors: readonly [] }
  | { readonly binding: undefined; readonly errors: readonly string[] };

/** Every function the backend calls; an addon of an earlier build may lack some. */
const FUNCTIONS = [
  'addPools',
  'applyAccounts',
  'chooseLookupTables',
  'compileMessage',
  'compileMessageV1',
  'createSigner',
  'createStore',
  'describePools',
  'dropSigner',
  'dropStore',
  'exportAccounts',
  'findCandidates',
  'findPool',
  'poolCount',
  'profit',
  'quote',
  'quoteBatch',
  'quoteSequence',
  'signTransaction',
  'signerAddress',
  'swapInstructions',
  'watchedAccounts',
] as const satisfies readonly (keyof NativeBinding)[];

/** Loads the addon through the generated loader. Never throws. */
export function loadNativeBinding(): NativeLoad {
  try {
    return checkBinding(createRequire(import.meta.url)('../../native/binding.cjs') as NativeBinding);
  } catch (thrown) {
    return { binding: undefined, errors: reasonsOf(thrown) };
  }
}

/** Takes a binding only if it has every function. */
export function checkBinding(binding: Partial<NativeBinding>): NativeLoad {
  const missing = FUNCTIONS.filter((name) => typeof binding[name] !== 'function');
  if (missing.length === 0) return { binding: binding as NativeBinding, errors: [] };
  const reason = `the addon is of an earlier build and lacks ${missing.join(', ')}`;
  return { binding: undefined, errors: [reason] };
}

/**
 * Lists the messages of an error and of its causes. Where the loader names causes, its own headline (advice about npm,
 * which does not apply here) and its attempts at WebAssembly builds (there are none) are left out.
 */
function reasonsOf(thrown: unknown): string[] {
  const reasons: string[] = [];
  for (let error = thrown; error instanceof Error; error = error.cause) {
    // Node repeats the chain of requiring files below the first line.
    reasons.push(error.message.split('\n', 1)[0] ?? error.message);
  }
  const causes = reasons.slice(1).filter((reason) => !/wasm32|\.wasi\./.test(reason));
  return causes.length > 0 ? causes : reasons;
}
