import { loadNativeBinding } from '../ts/backends/native-binding.js';
import { createNativeStoreApi } from '../ts/backends/native-store.js';
import { createStoreApi, type StoreApi } from '../ts/fallback/search/store-api.js';

const { binding, errors } = loadNativeBinding();

/** Why the native core takes no part in a test; empty when it does. */
export const nativeStoreAbsence: string = errors.join('; ');

/** Every backend's store part that can be loaded here. */
export const storeBackends: readonly (readonly [name: string, api: StoreApi])[] = [
  ['typescript', createStoreApi()],
  ...(binding === undefined ? [] : [['native', createNativeStoreApi(binding)] as const]),
];

/** Returns the stable code that a call is refused with, or undefined when it is not. */
export function codeOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (thrown) {
    return (thrown as { code?: unknown }).code;
  }
}
