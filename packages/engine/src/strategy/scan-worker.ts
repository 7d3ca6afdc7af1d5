import { type Candidate, type CoreApi, CoreError, loadCore, type StoreId } from '@tandem/core-native';
import type { ScanTask } from './scan-task.js';

/** An array brings no others into reach, so few rounds suffice. */
const MAX_ROUNDS = 4;

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

/**
 * The accounts come pools first and in index order, so the replica's indices are the main store's. A pool asks for the arrays in reach
 * of its price only once the accounts that tell where it stands are in: the batch is applied until no pool asks for more.
 */
function buildReplica(core: CoreApi, accounts: Uint8Array, poolCount: number): StoreId {
  const store = core.createStore();
  core.addPools(store, accounts);
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    if (core.applyAccounts(store, accounts).rewatched.length === 0) break;
  }
  const found = core.poolCount(store);
  if (found === poolCount) return store;
  core.dropStore(store);
  throw new CoreError('STRATEGY_REPLICA_MISMATCH', `the replica holds ${found} pools, the store ${poolCount}`);
}
