import type { CoreApi } from '../core-api.js';
import type { NativeBinding } from './native-binding.js';
import { createNativeStoreApi } from './native-store.js';
import { createNativeWireApi } from './native-wire.js';

/** Returns the core in Rust. Its stores and signers are process-global: every thread opens the same ones by id. */
export function createNativeBackend(binding: NativeBinding): CoreApi {
  return Object.freeze({
    backend: 'native',
    sharesStoresAcrossThreads: true,
    ...createNativeStoreApi(binding),
    ...createNativeWireApi(binding),
  }) satisfies CoreApi;
}
