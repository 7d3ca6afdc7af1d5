import type { Candidate, PoolDescription } from '../core-api.js';
import type { StoreApi } from '../fallback/search/store-api.js';
import { coreFailure, guarded } from './core-failure.js';
import type { NativeSearchRequest } from '../../native/binding.cjs';
import type { NativeBinding } from './native-binding.js';

// The addon gives enum numbers as plain numbers. Their values are the Rust discriminants, which the contract repeats.

/** Returns the store, quote and search part of the native backend; its stores are seen by every thread. */
export function createNativeStoreApi(binding: NativeBinding): StoreApi {
  return {
    createStore: guarded(binding.createStore),
    dropStore: guarded(binding.dropStore),
    addPools: guarded(binding.addPools),
    applyAccounts: guarded(binding.applyAccounts),
    watchedAccounts: guarded(binding.watchedAccounts),
    exportAccounts: guarded(binding.exportAccounts),
    poolCount: guarded(binding.poolCount),
    findPool: guarded(binding.findPool),
    describePools: guarded((store, pools) => binding.describePools(store, pools) as PoolDescription[]),
    quote: guarded(binding.quote),
    quoteSequence: guarded((store, pool, orders) => binding.quoteSequence(store, pool, [...orders])),
    quoteBatch(store, batch, clock, out, codes) {
      try {
        const { pools, directions, modes, amounts } = batch;
        return binding.quoteBatch(store, pools, directions, modes, amounts, clock, out, codes);
      } catch (thrown) {
        throw coreFailure(thrown);
      }
    },
    findCandidates(store, request) {
      try {
        // The addon only reads the request, but napi's types know no readonly arrays.
        const found = binding.findCandidates(store, request.touched, request as NativeSearchRequest);
        return found as Candidate[];
      } catch (thrown) {
        throw coreFailure(thrown);
      }
    },
    profit: guarded(binding.profit),
    swapInstructions: guarded((store, owner, legs) => binding.swapInstructions(store, owner, [...legs])),
  };
}
