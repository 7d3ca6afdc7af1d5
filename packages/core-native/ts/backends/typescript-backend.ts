import type { CoreApi } from '../core-api.js';
import { createStoreApi } from '../fallback/search/store-api.js';
import { createWireApi } from '../fallback/wire/wire-api.js';

/** Returns the core in TypeScript. Its stores and signers belong to the thread that made them. */
export function createTypescriptBackend(): CoreApi {
  return Object.freeze({
    backend: 'typescript',
    sharesStoresAcrossThreads: false,
    ...createStoreApi(),
    ...createWireApi(),
  }) satisfies CoreApi;
}
