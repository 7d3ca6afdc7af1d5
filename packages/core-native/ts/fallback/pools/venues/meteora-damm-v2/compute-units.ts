import { Direction, SwapMode } from '../../../../core-api.js';
import { sameBytes } from '../../account-reader.js';
import { TOKEN_2022_PROGRAM } from '../../token-account.js';
import { CollectFeeMode, type Identity, type PoolState } from './layout.js';

// What a swap takes: bounds over what the real program took in `vectors/venues/meteora_damm_v2.json` and in captured swaps.
// Those were measured with a token program of about 100 units a transfer; the costs of the usual ones are added.

/** A swap within a range at a constant fee: 18,400 were seen. */
const PLAIN = 19_000;
/** `TransferChecked` of the classic token program, and of Token-2022 with a transfer fee. */
const CLASSIC_TRANSFER = 6_400;
const EXTENDED_TRANSFER = 10_000;
/** The square root that follows the reserves goes bit by bit: 14,700 for reserves alike, half as much again at the ends. */
const COMPOUNDING = 22_000;
/** Volatility of both sides of the swap: 4,500 were seen. */
const DYNAMIC_FEE = 5_500;
/** Counting the reserves of an old pool: 5,100 were seen. */
const FIRST_LAYOUT = 6_000;
/** Powers or price steps: 2,800 were seen. */
const SCHEDULE = 5_000;
/** Looking through the transaction, whose earlier instructions it reads, and the stepped fee. */
const LIMITER = 8_000;
/** A rate limiter that is asked backwards takes a square root of up to 194 bits: 18,000 were seen for 102. */
const LIMITER_INVERSE = 36_000;

/** Returns the compute units a swap may take. */
export function computeUnitsOf(
  pool: { readonly identity: Identity; readonly state: PoolState },
  direction: Direction,
  mode: SwapMode,
): number {
  const { state } = pool;
  let units = PLAIN + feeUnits(state, direction, mode);
  if (state.collectFeeMode === CollectFeeMode.Compounding) units += COMPOUNDING;
  if (state.dynamicFee !== undefined) units += DYNAMIC_FEE;
  if (state.tokenAmounts === undefined) units += FIRST_LAYOUT;
  for (const program of pool.identity.tokenPrograms)
    units += sameBytes(program, TOKEN_2022_PROGRAM) ? EXTENDED_TRANSFER : CLASSIC_TRANSFER;
  return units;
}

function feeUnits({ baseFee }: PoolState, direction: Direction, mode: SwapMode): number {
  if (baseFee.kind === 'constant') return 0;
  if (baseFee.kind !== 'limited') return SCHEDULE;
  if (direction === Direction.AToB) return 0;
  return mode === SwapMode.ExactIn ? LIMITER : LIMITER + LIMITER_INVERSE;
}
