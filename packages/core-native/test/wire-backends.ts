import { createNativeWireApi } from '../ts/backends/native-wire.js';
import { loadNativeBinding } from '../ts/backends/native-binding.js';
import { createWireApi, type WireApi } from '../ts/fallback/wire/wire-api.js';

const { binding, errors } = loadNativeBinding();

/** Why the native core takes no part in a test; empty when it does. */
export const nativeAbsence: string = errors.join('; ');

/** Every backend's wire part that can be loaded here. */
export const wireBackends: readonly (readonly [name: string, api: WireApi])[] = [
  ['typescript', createWireApi()],
  ...(binding === undefined ? [] : [['native', createNativeWireApi(binding)] as const]),
];

/** What a call gave: its bytes, or the refusal's code and text. */
export type Outcome = { readonly bytes: string } | { readonly code: unknown; readonly message: string };

/** Runs a call so that its result and its refusal can be compared between backends. */
export function outcomeOf(call: () => Uint8Array | Uint32Array): Outcome {
  try {
    const result = call();
    return { bytes: Buffer.from(result.buffer, result.byteOffset, result.byteLength).toString('hex') };
  } catch (thrown) {
    const error = thrown as Error & { code?: unknown };
    return { code: error.code, message: error.message };
  }
}
