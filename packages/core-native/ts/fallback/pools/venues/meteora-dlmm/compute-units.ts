import { SwapMode } from '../../../../core-api.js';
import { sameBytes } from '../../account-reader.js';
import { TOKEN_2022_PROGRAM } from '../../token-account.js';
import { BINS_PER_ARRAY, arrayOfBin } from './layout.js';
import { type Parts, type WalkOrder, walk } from './quote.js';

// What a swap takes on the real program: fitted to the captured swaps and to those of `fixtures/meteora_dlmm` on the dump of release
// 0.12.0 (`dlmm-sdk` fb02e51, `commons/tests/artifacts/lb_clmm_prod.so`), with the classic token program's transfers.

/**
 * A swap inside one bin, some spare arrays and the one behind the price (each takes 900), and two classic transfers, which may cost
 * 6,100 more each (`TransferChecked`) than those of LiteSVM's light token program.
 */
const BASE_UNITS = 55_500;
/** What a fixed output adds, and each mint of Token-2022. */
const EXACT_OUT = 4_000;
const EXTENDED_MINT = 6_000;
/** What each further bin adds, and for a fixed output more; each layer of limit orders, and each bin that gives nothing. */
const BIN = 6_500;
const EXACT_OUT_BIN = 1_200;
const ORDER_LAYER = 1_600;
const EMPTY_BIN = 220;
/** What the change to another array adds. */
const ARRAY = 6_000;

/** Returns the compute units that a swap inside one bin may take, whatever its mode. */
export function baseUnitsOf(parts: Parts): number {
  return unitsOfMode(parts, SwapMode.ExactOut);
}

function unitsOfMode({ identity }: Parts, mode: SwapMode): number {
  const extended = identity.tokenPrograms.filter((program) => sameBytes(program, TOKEN_2022_PROGRAM)).length;
  return BASE_UNITS + (mode === SwapMode.ExactOut ? EXACT_OUT : 0) + extended * EXTENDED_MINT;
}

/** Returns the compute units of a swap; a refused one costs what it came to, and nobody sends it. */
export function computeUnitsOf(parts: Parts, order: WalkOrder): number {
  const { state, window } = parts;
  let units = unitsOfMode(parts, order.mode);
  const bin = order.mode === SwapMode.ExactOut ? BIN + EXACT_OUT_BIN : BIN;
  let lastId = state.activeId;
  let isFirst = true;
  walk(parts, order, ({ id }, { processed, open }) => {
    const arrays = window.arraysBetween(arrayOfBin(lastId), arrayOfBin(id));
    // Arrays without liquidity are jumped over, so that no more bins are passed than the arrays in between have.
    units += Math.min(Math.abs(id - lastId), (arrays + 1) * BINS_PER_ARRAY) * EMPTY_BIN + arrays * ARRAY;
    if (!isFirst) units += bin;
    if (processed > 0n) units += ORDER_LAYER;
    if (open > 0n) units += ORDER_LAYER;
    lastId = id;
    isFirst = false;
  });
  return units;
}
