import { createRequire } from 'node:module';

/** What the generated loader exports. */
export type NativeBinding = typeof import('../../native/binding.cjs');

/** The outcome of loading the addon: the binding, or each reason why there is none, outermost first. */
export type NativeLoad =
  | { readonly binding: NativeBinding; readonly errors: readonly [] }
  | { readonly binding: undefined; readonly errors: readonly string[] };

/** Loads the addon through the generated loader. Never throws. */
export function loadNativeBinding(): NativeLoad {
  try {
    const binding = createRequire(import.meta.url)('../../native/binding.cjs') as NativeBinding;
    return { binding, errors: [] };
  } catch (thrown) {
    return { binding: undefined, errors: reasonsOf(thrown) };
  }
}

/** Lists the messages of an error and of its causes. */
function reasonsOf(thrown: unknown): string[] {
  const reasons: string[] = [];
  for (let error = thrown; error !== undefined; error = error instanceof Error ? error.cause : undefined) {
    const message = error instanceof Error ? error.message : String(error);
    // Node repeats the chain of requiring files below the first line.
    reasons.push(message.split('\n', 1)[0] ?? message);
  }
  return reasons;
}
