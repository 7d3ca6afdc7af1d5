import { type Candidate, type CoreApi, CoreError, loadCore, type StoreId } from '@tandem/core-native';
import type { ScanTask } from './scan-task.js';

/** Runs in a worker thread: searches one share of a full scan, over the shared store or a replica of it. */
export function scanShare(task: ScanTask): Candidate[] {
  const { core } = loadCore({ backend: task.backend });
  if (task.replica === undefined) return core.findCandidates(task.store, task.request);
  const store = buildReplica(core, task.replica, task.poolCount);
  try {
    return core.findCandidates(store, task.request);
  } finally {
    core.dropStore(store);
  }
}

/** The accounts come pools first and in index order, so the replica's indices are the main store's. */
function buildReplica(core: CoreApi, accounts: Uint8Array, poolCount: number): StoreId {
  const store = core.createStore();
  core.addPools(store, accounts);
  core.applyAccounts(store, accounts);
  const found = core.poolCount(store);
  if (found === poolCount) return store;
  core.dropStore(store);
  throw new CoreError('STRATEGY_REPLICA_MISMATCH', `the replica holds ${found} pools, the store ${poolCount}`);
}
