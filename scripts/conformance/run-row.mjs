import { join } from 'node:path';
import { readAccountFolder } from './account-folder.mjs';
import { addressFromBase58 } from './base58.mjs';
import { carryOver } from './carry-over.mjs';
import { ConformanceError } from './conformance-error.mjs';
import { readExpected, readVector } from './vector-file.mjs';

const NO_POOL = 0xffff_ffff;

/**
 * Quotes a row of vectors of one pool on one backend, over a store of its own. Returns `{ backend, passed, expected, got }`
 * for each: what cannot be opened or carried over fails the vectors it was for, and none is dropped.
 */
export function runRow({ core, backend, file, key, folder, row }) {
  const store = backend.createStore();
  try {
    let state = attempt(() => openPool({ core, backend, store, file, key, folder }));
    return row.map((vector, i) => {
      const outcome = attempt(() => judge({ core, backend, store, state: unwrap(state), vector }));
      const hasNext = vector.seq !== undefined && i < row.length - 1;
      if (hasNext) {
        const before = state;
        state = attempt(() => advance({ core, backend, store, state: unwrap(before), venue: file.venue, vector }));
      }
      return { backend: backend.backend, ...(outcome.value ?? failure(vector, outcome.error)) };
    });
  } finally {
    backend.dropStore(store);
  }
}

/** Runs a step; a coded failure becomes a value, anything else is a bug and is thrown. */
function attempt(step) {
  try {
    return { value: step() };
  } catch (error) {
    if (typeof error.code !== 'string') throw error;
    return { error };
  }
}

function unwrap({ value, error }) {
  if (error !== undefined) throw error;
  return value;
}

function failure(vector, error) {
  const expected = attempt(() => show(readExpected(vector))).value ?? 'unknown';
  return { passed: false, expected, got: `${error.code} (${error.message})` };
}

function openPool({ core, backend, store, file, key, folder }) {
  const accounts = readAccountFolder(join(folder, key));
  const batch = core.encodeAccountBatch(accounts);
  const { indices, refusals } = backend.addPools(store, batch);
  backend.applyAccounts(store, batch);
  const address = addressOf(file.pools[key]?.poolPubkey, accounts, indices);
  const refusal = refusals.find((candidate) => isSame(candidate.address, address));
  return { accounts, address, slot: 0n, pool: backend.findPool(store, address), refusal };
}

/** A file that does not name its pool's address means the only pool in the folder. */
function addressOf(named, accounts, indices) {
  if (named !== undefined) return addressFromBase58(named);
  const pools = accounts.filter((_, i) => indices[i] !== NO_POOL);
  if (pools.length === 1) return pools[0].address;
  throw new ConformanceError('CONFORMANCE_POOL_NOT_FOUND', `the folder holds ${pools.length} pools and none is named`);
}

function advance({ core, backend, store, state, venue, vector }) {
  const changed = carryOver({ venue, vector, accounts: state.accounts, pool: state.address });
  const slot = state.slot + 1n;
  const accounts = state.accounts.map(
    (account) => changed.find((next) => isSame(next.address, account.address)) ?? account,
  );
  backend.applyAccounts(store, core.encodeAccountBatch(changed.map((account) => ({ ...account, slot }))));
  return { ...state, slot, accounts };
}

function judge({ core, backend, store, state, vector }) {
  const wish = readVector(vector, core);
  const { expected } = wish;
  const got = ask(backend, store, state, wish);
  const passed = expected.isRefused
    ? got.code !== undefined
    : got.amountIn === expected.amountIn && got.amountOut === expected.amountOut;
  return { passed, expected: show(expected), got: show(got) };
}

function ask(backend, store, { pool, refusal }, { direction, mode, amount, clock }) {
  if (pool < 0) {
    if (refusal !== undefined) return { code: refusal.code };
    throw new ConformanceError('CONFORMANCE_POOL_NOT_FOUND', "the folder lacks the pool's own account");
  }
  try {
    return backend.quote(store, pool, direction, mode, amount, clock);
  } catch (error) {
    if (typeof error.code === 'string' && error.code.startsWith('QUOTE_')) return { code: error.code };
    throw error;
  }
}

function show({ isRefused, code, amountIn, amountOut }) {
  return isRefused ? 'refused' : (code ?? `${amountIn}->${amountOut}`);
}

function isSame(left, right) {
  return Buffer.compare(left, right) === 0;
}
