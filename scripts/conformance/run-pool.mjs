import { join } from 'node:path';
import { readAccountFolder } from './account-folder.mjs';
import { addressFromBase58 } from './base58.mjs';
import { ConformanceError } from './conformance-error.mjs';
import { readExpected, readVector } from './vector-file.mjs';

const NO_POOL = 0xffff_ffff;
const ABSENT = { owner: new Uint8Array(32), slot: 0n, data: new Uint8Array() };

/**
 * Quotes vectors of one pool on one backend, over a store of its own: rows of steps, each from the state that the one before
 * left. Returns `{ backend, passed, expected, got }` for each vector of each row: what cannot be opened or read fails the vectors
 * it was for, and none is dropped.
 */
export function runPool({ core, backend, file, key, folder, rows }) {
  const store = backend.createStore();
  try {
    const opened = attempt(() => openPool({ core, backend, store, file, key, folder }));
    return rows.map((row) => runRow({ core, backend, store, file, opened, row }));
  } finally {
    backend.dropStore(store);
  }
}

/** A vector that cannot be read fails itself and, in a row of steps, those after it: they have no state to start from. */
function runRow({ core, backend, store, file, opened, row }) {
  const wishes = row.map((vector) => attempt(() => readVector(vector, file.venue, core)));
  const unreadable = wishes.findIndex(({ error }) => error !== undefined);
  const readable = unreadable === -1 ? wishes : wishes.slice(0, unreadable);
  const answers = attempt(() =>
    ask({ backend, store, state: unwrap(opened), orders: readable.map(({ value }) => value.order) }),
  );
  return row.map((vector, i) => {
    const outcome = attempt(() => {
      if (unreadable !== -1 && i >= unreadable) throw wishes[unreadable].error;
      return judge(file.venue, wishes[i].value, unwrap(answers)[i]);
    });
    return { backend: backend.backend, ...(outcome.value ?? failure(vector, outcome.error)) };
  });
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
  const named = file.pools[key]?.poolPubkey;
  const accounts = readAccountFolder(join(folder, key)).map((account) =>
    file.venue === 'clmm_next' ? withoutOpenTime(account) : account,
  );
  const batch = core.encodeAccountBatch(accounts);
  const { indices, refusals } = backend.addPools(store, batch);
  const address = addressOf(named, accounts, indices);
  const pool = backend.findPool(store, address);
  if (pool >= 0) settle({ core, backend, store, pool, accounts });
  const refusal = refusals.find((candidate) => isSame(candidate.address, address));
  return { pool, refusal };
}

/**
 * The newest CLMM was run below its instruction, which alone asks whether the pool is open, and some of its accounts hold another
 * number where that stands (`PoolState`, 1,544 bytes: open_time at 1080).
 */
function withoutOpenTime(account) {
  if (account.data.length !== 1_544) return account;
  const data = Uint8Array.from(account.data);
  data.fill(0, 1_080, 1_088);
  return { ...account, data };
}

/** Applies what the pool watches, until it watches nothing new. An account that the folder lacks does not exist. */
function settle({ core, backend, store, pool, accounts }) {
  const applied = new Set();
  for (;;) {
    const watched = split(backend.watchedAccounts(store, Uint32Array.of(pool)));
    const next = watched.filter((address) => !applied.has(keyOf(address)));
    if (next.length === 0) return;
    for (const address of next) applied.add(keyOf(address));
    const records = next.map(
      (address) => accounts.find((account) => isSame(account.address, address)) ?? { ...ABSENT, address },
    );
    backend.applyAccounts(store, core.encodeAccountBatch(records));
  }
}

/** A file that does not name its pool's address means the only pool in the folder. */
function addressOf(named, accounts, indices) {
  if (named !== undefined) return addressFromBase58(named);
  const pools = accounts.filter((_, i) => indices[i] !== NO_POOL);
  if (pools.length === 1) return pools[0].address;
  throw new ConformanceError('CONFORMANCE_POOL_NOT_FOUND', `the folder holds ${pools.length} pools and none is named`);
}

/** Asks for the orders in a row and, of the first, for the plain quote too: hot paths use that one. */
function ask({ backend, store, state: { pool, refusal }, orders }) {
  if (pool < 0) {
    if (refusal !== undefined) return orders.map(() => ({ sequence: { code: refusal.code } }));
    throw new ConformanceError('CONFORMANCE_POOL_NOT_FOUND', "the folder lacks the pool's own account");
  }
  const outcomes = refusable(() => backend.quoteSequence(store, pool, orders));
  return orders.map((order, i) => {
    const sequence = outcomes.code === undefined ? (outcomes[i].quote ?? { code: outcomes[i].code }) : outcomes;
    return { sequence, plain: i === 0 && isPlain(order) ? quotePlain(backend, store, pool, order) : undefined };
  });
}

function quotePlain(backend, store, pool, { direction, mode, amount, clock }) {
  return refusable(() => backend.quote(store, pool, direction, mode, amount, clock));
}

function isPlain({ sqrtPriceLimit, instructions }) {
  return sqrtPriceLimit === 0n && instructions === 0;
}

/** A refusal to quote, or a pool whose accounts were refused, is an answer. */
function refusable(step) {
  const { value, error } = attempt(step);
  if (error === undefined) return value;
  if (/^(QUOTE|POOL_ACCOUNT)_/.test(error.code)) return { code: error.code };
  throw error;
}

function judge(venue, { order, expected }, { sequence, plain }) {
  const agrees = plain === undefined || show(plain) === show(sequence) || isPartOf(sequence, plain, order);
  const met = meets(venue, expected, sequence);
  const passed = agrees && met !== 'no';
  return {
    passed,
    gaveNothing: met === 'nothing-given',
    expected: show(expected),
    got: agrees ? show(sequence) : `${show(sequence)} but quoted ${show(plain)}`,
  };
}

/** A plain quote refuses what the program would fill in part. */
function isPartOf(sequence, plain, order) {
  return plain.code !== undefined && sequence.code === undefined && sequence.amountIn < order.amount;
}

/**
 * Says whether an answer is the program's: `yes`, `no`, or `nothing-given` for a swap of the newest CLMM that gave nothing: it was
 * run below the instruction, which refuses that, as the core does.
 */
function meets(venue, expected, got) {
  // A pool that lacks an account refuses whatever it is asked.
  if (expected.isRefused) {
    const isAnswer = got.code?.startsWith('QUOTE_') === true && got.code !== 'QUOTE_ACCOUNT_MISSING';
    return isAnswer ? 'yes' : 'no';
  }
  if (venue === 'clmm_next' && expected.amountOut === 0n && got.code === 'QUOTE_OUTPUT_INVALID') return 'nothing-given';
  return got.amountIn === expected.amountIn && got.amountOut === expected.amountOut ? 'yes' : 'no';
}

function show({ isRefused, code, amountIn, amountOut }) {
  return isRefused || code !== undefined ? (isRefused ? 'refused' : code) : `${amountIn}->${amountOut}`;
}

function split(addresses) {
  return Array.from({ length: addresses.length / 32 }, (_, i) => addresses.subarray(32 * i, 32 * (i + 1)));
}

function keyOf(address) {
  return Buffer.from(address).toString('hex');
}

function isSame(left, right) {
  return Buffer.compare(left, right) === 0;
}
