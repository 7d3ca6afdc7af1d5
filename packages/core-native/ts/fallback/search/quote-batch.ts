import { type ChainClock, Direction, type QuoteBatch, SwapMode } from '../../core-api.js';
import { QuoteRefusal, REFUSED } from '../pools/quote.js';
import { poolNotFound, quoteBatchInvalid } from './error.js';
import type { PoolTable } from './pool-table.js';

/** Where the answers to a batch go; the arrays have its length. */
interface Answers {
  readonly out: BigUint64Array;
  readonly codes: Uint8Array;
}

/** No index of a pool. */
const NO_POOL = -1;

/** Quotes many legs and returns how many quotes were given. @throws STORE_BATCH_INVALID, STORE_POOL_NOT_FOUND */
export function quoteLegs(table: PoolTable, batch: QuoteBatch, clock: ChainClock, { out, codes }: Answers): number {
  const { pools, directions, modes, amounts } = batch;
  const lengths = [directions, modes, amounts, out, codes];
  if (lengths.some((array) => array.length !== pools.length)) throw quoteBatchInvalid();
  let given = 0;
  for (let i = 0; i < pools.length; i++) {
    const [direction, mode] = [directions[i], modes[i]];
    if (direction !== Direction.AToB && direction !== Direction.BToA) throw quoteBatchInvalid();
    if (mode !== SwapMode.ExactIn && mode !== SwapMode.ExactOut && mode !== SwapMode.PartialFill)
      throw quoteBatchInvalid();
    const record = table.at(pools[i] ?? NO_POOL);
    if (record === undefined) throw poolNotFound();
    const result = record.isReady
      ? record.state.tryQuote(direction, mode, amounts[i] ?? 0n, clock)
      : REFUSED[QuoteRefusal.AccountMissing];
    const isGiven = result >= 0n;
    out[i] = isGiven ? result : 0n;
    codes[i] = isGiven ? 0 : Number(-result);
    if (isGiven) given++;
  }
  return given;
}
