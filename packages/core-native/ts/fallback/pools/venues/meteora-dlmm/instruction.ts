import { SwapMode } from '../../../../core-api.js';
import {
  type SwapInstruction,
  type SwapRequest,
  readonlyAccount,
  signerAccount,
  swapData,
  writableAccount,
} from '../../pool.js';
import { METEORA_DLMM_PROGRAM } from './layout.js';
import { type Parts, arraysFor } from './quote.js';

// The swap instructions of Meteora DLMM: the IDL of `@meteora-ag/dlmm` 1.9.14, `swap2` and `swap_exact_out2`.

/** Anchor discriminators. */
const SWAP2 = Uint8Array.of(0x41, 0x4b, 0x3f, 0x4c, 0xeb, 0x5b, 0x5b, 0x88);
const SWAP_EXACT_OUT2 = Uint8Array.of(0x2b, 0xd7, 0xf7, 0x84, 0x89, 0x3c, 0xf3, 0x51);

/** `D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6`, the PDA of seed `__event_authority`. */
const EVENT_AUTHORITY = Uint8Array.from([
  0xb2, 0x70, 0xd6, 0x7f, 0xa9, 0x8c, 0x51, 0xcf, 0x02, 0x13, 0x05, 0x13, 0x58, 0x96, 0x2b, 0xaf, 0x35, 0x74, 0x2b,
  0xed, 0x59, 0xc9, 0xd9, 0x44, 0x5e, 0x9c, 0x0d, 0x0c, 0x85, 0xc7, 0xcd, 0x91,
]);
/** `MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr`. */
const MEMO_PROGRAM = Uint8Array.from([
  0x05, 0x4a, 0x53, 0x5a, 0x99, 0x29, 0x21, 0x06, 0x4d, 0x24, 0xe8, 0x71, 0x60, 0xda, 0x38, 0x7c, 0x7c, 0x35, 0xb5,
  0xdd, 0xbc, 0x92, 0xbb, 0x81, 0xe4, 0x1f, 0xa8, 0x40, 0x41, 0x05, 0x44, 0x8d,
]);
/** No transfer hook is called, so the list of slices of the remaining accounts is empty: a `u32` zero. */
const NO_SLICES_BYTES = 4;

export function buildInstruction(parts: Parts, request: SwapRequest): SwapInstruction {
  const { identity, state, window, extension, extensionAddress } = parts;
  const base =
    request.mode === SwapMode.ExactOut
      ? swapData(SWAP_EXACT_OUT2, request.limit, request.amount)
      : swapData(SWAP2, request.amount, request.limit);
  const data = new Uint8Array(base.length + NO_SLICES_BYTES);
  data.set(base);
  // The program's own address stands for an account that is not given.
  const none = readonlyAccount(METEORA_DLMM_PROGRAM);
  const count = arraysFor(parts, request.direction, request.mode, request.amount);
  // The program passes over an array that it does not need, but fails (3005) without the one that the price has gone back to.
  const behind = window.arrayBehind(request.direction, state.activeId);
  const ahead = window.arrays(request.direction).slice(0, count);
  const accounts = [
    writableAccount(identity.address),
    extension === undefined ? none : writableAccount(extensionAddress),
    writableAccount(identity.reserves[0]),
    writableAccount(identity.reserves[1]),
    writableAccount(request.source),
    writableAccount(request.destination),
    readonlyAccount(identity.mints[0]),
    readonlyAccount(identity.mints[1]),
    writableAccount(identity.oracle),
    none,
    signerAccount(request.owner),
    readonlyAccount(identity.tokenPrograms[0]),
    readonlyAccount(identity.tokenPrograms[1]),
    readonlyAccount(MEMO_PROGRAM),
    readonlyAccount(EVENT_AUTHORITY),
    none,
    ...(behind === undefined ? ahead : [behind, ...ahead]).map(({ address }) => writableAccount(address)),
  ];
  return { program: METEORA_DLMM_PROGRAM, accounts, data };
}
