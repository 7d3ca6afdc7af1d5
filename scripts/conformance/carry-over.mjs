import { ConformanceError } from './conformance-error.mjs';

const AMOUNT_OFFSET = 64;

// Where the state that a swap changes lies: vaults first, then the pool's own fields (see the venues' layouts in
// packages/core-native/crates/pools/src/venues).
const CPMM = { vaults: [72, 104], protocol: [341, 349], fund: [357, 365], creator: [397, 405] };
const AMM_V4 = { status: 0, vaults: [336, 368], pnlCoin: 192, pnlPc: 200 };

/**
 * Returns the accounts that a swap in a row changed, with the bytes the next step starts from, taken from the state that the
 * vector recorded after its swap. A refused swap changes nothing.
 */
export function carryOver({ venue, vector, accounts, pool }) {
  if (vector.error) return [];
  const own = find(accounts, pool);
  if (venue === 'cpmm') return carryCpmm(vector, accounts, own);
  if (venue === 'amm_v4') return carryAmmV4(vector, accounts, own);
  throw missing(venue);
}

function carryCpmm({ vaultIn, vaultOut, fees, inputSide }, accounts, own) {
  if (!vaultIn || !vaultOut || !fees) throw missing('cpmm');
  const [vault0, vault1] = CPMM.vaults.map((offset) => find(accounts, own.data.subarray(offset, offset + 32)));
  const [after0, after1] = inputSide === 'A' ? [vaultIn[1], vaultOut[1]] : [vaultOut[1], vaultIn[1]];
  const owed = ['protocol', 'fund', 'creator'].flatMap((kind) => CPMM[kind].map((at, side) => [at, fees[kind][side]]));
  return [
    withFields(own, owed),
    withFields(vault0, [[AMOUNT_OFFSET, after0]]),
    withFields(vault1, [[AMOUNT_OFFSET, after1]]),
  ];
}

function carryAmmV4({ vaults, post }, accounts, own) {
  if (!vaults || !post) throw missing('amm_v4');
  const [coin, pc] = AMM_V4.vaults.map((offset) => find(accounts, own.data.subarray(offset, offset + 32)));
  const fields = ['status', 'pnlCoin', 'pnlPc'].map((name) => [AMM_V4[name], post[name]]);
  return [
    withFields(own, fields),
    withFields(coin, [[AMOUNT_OFFSET, vaults[0]]]),
    withFields(pc, [[AMOUNT_OFFSET, vaults[1]]]),
  ];
}

function withFields(account, fields) {
  const data = Uint8Array.from(account.data);
  const view = new DataView(data.buffer);
  for (const [offset, value] of fields) view.setBigUint64(offset, BigInt(value), true);
  return { ...account, data };
}

function find(accounts, address) {
  const found = accounts.find((account) => Buffer.compare(account.address, address) === 0);
  if (found === undefined)
    throw new ConformanceError('CONFORMANCE_ACCOUNTS_NOT_FOUND', 'the folder lacks a vault of the pool');
  return found;
}

function missing(venue) {
  return new ConformanceError(
    'CONFORMANCE_SEQUENCE_UNSUPPORTED',
    `a step of venue ${venue} does not record the state after it, so the next step has nothing to start from`,
  );
}
