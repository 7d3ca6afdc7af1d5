import {
  type ChainClock,
  Direction,
  InstructionSet,
  type Quote,
  SwapMode,
  type SwapOrder,
  Venue,
} from '../../../core-api.js';
import { sameBytes } from '../account-reader.js';
import {
  type AccountView,
  DecodeFailure,
  type Pool,
  type SwapAccount,
  type SwapBounds,
  type SwapInstruction,
  type SwapRequest,
  Watch,
  decodeError,
  isAbsent,
  readonlyAccount,
  signerAccount,
  writableAccount,
} from '../pool.js';
import { QuoteRefusal, REFUSED, quoteError, quoteFrom } from '../quote.js';
import { SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM } from '../token-account.js';
import { type Mint, decodeAnyMint } from '../token-mint.js';
import { Bitmaps, type Extension, arrayOf, extensionOfSpacing, flipped, isOwn } from './raydium-clmm/bitmap.js';
import {
  type Identity,
  type Pair,
  type PoolState,
  RAYDIUM_CLMM_PROGRAM,
  decodeConfig,
  decodeExtension,
  decodePoolAccount,
  decodeTickArray,
  sameIdentity,
} from './raydium-clmm/layout.js';
import {
  type Fill,
  Filled,
  type Parts,
  farthestTick,
  fillOf,
  findAvailable,
  findBounds,
  findGate,
  findGateAt,
  tryFill,
} from './raydium-clmm/quote.js';
import { type RouteArray, Window, extensionAddress } from './raydium-clmm/window.js';

// `raydium-io/raydium-clmm`: accounts in `layout`, which tick arrays matter in `bitmap` and `window`, prices from `walk` up to
// `quote`, the swap instruction here.

export { RAYDIUM_CLMM_PROGRAM } from './raydium-clmm/layout.js';

/** `MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr` */
const MEMO_PROGRAM = Uint8Array.from([
  0x05, 0x4a, 0x53, 0x5a, 0x99, 0x29, 0x21, 0x06, 0x4d, 0x24, 0xe8, 0x71, 0x60, 0xda, 0x38, 0x7c, 0x7c, 0x35, 0xb5,
  0xdd, 0xbc, 0x92, 0xbb, 0x81, 0xe4, 0x1f, 0xa8, 0x40, 0x41, 0x05, 0x44, 0x8d,
]);

/** Anchor discriminator of `swap_v2`. */
const SWAP_V2 = Uint8Array.of(0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62);
const SWAP_DATA_LENGTH = 41;

/** Pool, configuration and mints. */
const REQUIRED = 4;

/**
 * What swaps take on the program of before dynamic fees (2026-04) with the classic token program, rounded up: the newer program
 * takes less for the same.
 */
const COMPUTE_UNITS = {
  /** A swap that ends before the first tick, the longest address search seen included. */
  base: 92_000,
  /** Each further tick. */
  tick: 18_000,
  /** Each further step of a dynamic fee, and each tick's limit orders: less than a tick, which the newer program also writes. */
  step: 12_000,
  /** The outer bitmaps, whose address is searched for. */
  extension: 12_000,
} as const;

/** A Raydium CLMM pool. */
export class RaydiumClmm implements Pool {
  readonly venue = Venue.RaydiumClmm;
  readonly #identity: Identity;
  #state: PoolState;
  #baseRate: number | undefined;
  #mints: Pair<Mint | undefined> = [undefined, undefined];
  #extension: Extension;
  #extensionAddress: Uint8Array | undefined;
  #window = new Window();
  #parts: Parts;
  #available: Pair<bigint> = [0n, 0n];

  private constructor(identity: Identity, state: PoolState) {
    this.#identity = identity;
    this.#state = state;
    this.#extension = extensionOfSpacing(identity.tickSpacing);
    this.#parts = this.#gather();
    this.#follow();
  }

  /** Decodes a pool account. @throws POOL_ACCOUNT_* when the account is not a pool of this venue. */
  static decode(account: AccountView): RaydiumClmm {
    const { identity, state } = decodePoolAccount(account);
    return new RaydiumClmm(identity, state);
  }

  get address(): Uint8Array {
    return this.#identity.address;
  }

  clone(): RaydiumClmm {
    const copy = new RaydiumClmm(this.#identity, this.#state);
    copy.#baseRate = this.#baseRate;
    copy.#mints = this.#mints;
    copy.#extension = this.#extension;
    copy.#extensionAddress = this.#extensionAddress;
    copy.#window = this.#window.clone();
    copy.#available = this.#available;
    copy.#parts = copy.#gather();
    return copy;
  }

  watched(): Uint8Array[] {
    const { address, config, mints } = this.#identity;
    const extension = this.#outerBitmaps();
    return [address, config, ...mints, ...(extension ? [extension] : []), ...this.#window.addresses(this.#identity)];
  }

  required(): number {
    return REQUIRED;
  }

  apply(account: AccountView): Watch {
    const { address, config, mints } = this.#identity;
    if (sameBytes(account.address, address)) return this.#applyPool(account);
    if (sameBytes(account.address, config)) {
      this.#baseRate = decodeConfig(account);
      this.#parts = this.#gather();
      return Watch.Same;
    }
    const side = mints.findIndex((mint) => sameBytes(account.address, mint));
    if (side !== -1) {
      const mint = decodeAnyMint(account);
      this.#mints = side === 0 ? [mint, this.#mints[1]] : [this.#mints[0], mint];
      this.#parts = this.#gather();
      return Watch.Same;
    }
    const extension = this.#outerBitmaps();
    if (extension !== undefined && sameBytes(account.address, extension)) {
      this.#extension = isAbsent(account) ? 'absent' : decodeExtension(account, address);
      return this.#follow();
    }
    this.#applyTickArray(account);
    return Watch.Same;
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteFrom(mode, amount, this.tryQuote(direction, mode, amount, clock));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint {
    const fill = fillOf(direction, mode, amount, clock);
    return fill === undefined ? REFUSED[QuoteRefusal.FeatureUnsupported] : tryFill(this.#parts, fill);
  }

  swap(order: SwapOrder): Quote {
    const { direction, mode, amount, sqrtPriceLimit = 0n, instructions = InstructionSet.Current, clock } = order;
    const plain = fillOf(direction, mode, amount, clock);
    if (plain === undefined || instructions !== InstructionSet.Current) {
      throw quoteError(QuoteRefusal.FeatureUnsupported);
    }
    const matches: { readonly place: number; readonly unfilled: bigint }[] = [];
    const onMatch = (place: number, unfilled: bigint): void => void matches.push({ place, unfilled });
    const filled = new Filled();
    const refusal = filled.fill(this.#parts, { ...plain, sqrtPriceLimit, onMatch });
    const { walk, amountIn, amountOut } = filled;
    if (refusal !== 0) throw quoteError(refusal);
    if (walk !== undefined) {
      const { sqrtPrice, liquidity, tick, dynamicFee } = walk;
      this.#state = { ...this.#state, sqrtPrice, liquidity, tick, dynamicFee };
    }
    const emptied = matches.flatMap(
      ({ place, unfilled }) => this.#window.setUnfilled(place, unfilled, this.#identity) ?? [],
    );
    for (const array of emptied) {
      const { own, extension } = flipped(array, this.#state.bitmap, this.#extension);
      this.#state = { ...this.#state, bitmap: own };
      this.#extension = extension;
    }
    if (matches.length !== 0) this.#window.dropUsedUp(emptied);
    this.#settle();
    return { amountIn, amountOut };
  }

  bounds(direction: Direction, clock: ChainClock): SwapBounds | undefined {
    return findBounds(this.#parts, this.#available, direction, clock);
  }

  disabled(clock: ChainClock): QuoteRefusal | undefined {
    const gate = findGateAt(this.#parts, clock);
    return gate === QuoteRefusal.AccountMissing ? undefined : gate;
  }

  swapInstruction(request: SwapRequest): SwapInstruction {
    const { address, config, vaults, mints, observation } = this.#identity;
    const [input, output] = request.direction === Direction.AToB ? ([0, 1] as const) : ([1, 0] as const);
    const accounts = [
      signerAccount(request.owner),
      readonlyAccount(config),
      writableAccount(address),
      writableAccount(request.source),
      writableAccount(request.destination),
      writableAccount(vaults[input]),
      writableAccount(vaults[output]),
      writableAccount(observation),
      readonlyAccount(SPL_TOKEN_PROGRAM),
      readonlyAccount(TOKEN_2022_PROGRAM),
      readonlyAccount(MEMO_PROGRAM),
      readonlyAccount(mints[input]),
      readonlyAccount(mints[output]),
      ...this.#remainingAccounts(request),
    ];
    return { program: RAYDIUM_CLMM_PROGRAM, accounts, data: swapV2Data(request) };
  }

  mints(): [Uint8Array, Uint8Array] {
    return [...this.#identity.mints];
  }

  /** Zeros for a mint that is not applied yet: the pool account does not name the programs. */
  tokenPrograms(): [Uint8Array, Uint8Array] {
    const [mint0, mint1] = this.#mints;
    return [mint0?.tokenProgram ?? new Uint8Array(32), mint1?.tokenProgram ?? new Uint8Array(32)];
  }

  reserves(): [bigint, bigint] | undefined {
    return findGate(this.#parts) === QuoteRefusal.AccountMissing ? undefined : [...this.#available];
  }

  computeUnits(): number {
    return COMPUTE_UNITS.base;
  }

  swapComputeUnits(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): number {
    const fill = fillOf(direction, mode, amount, clock);
    const filled = new Filled();
    if (fill === undefined || filled.fill(this.#parts, fill) !== 0) return COMPUTE_UNITS.base;
    const { targets = 1, steps = 1, matches = 0 } = filled.walk ?? {};
    const outer = this.#needsExtension(this.#route(fill)) ? COMPUTE_UNITS.extension : 0;
    const units =
      COMPUTE_UNITS.base +
      COMPUTE_UNITS.tick * (targets - 1) +
      COMPUTE_UNITS.step * (steps - targets + matches) +
      outer;
    return Math.min(units, 0xffff_ffff);
  }

  priceMayRecover(): boolean {
    const hasTransferFee = this.#mints.some((mint) => mint?.terms.transferFee !== undefined);
    return hasTransferFee || this.#state.dynamicFee !== undefined;
  }

  #applyPool(account: AccountView): Watch {
    const { identity, state } = decodePoolAccount(account);
    if (!sameIdentity(identity, this.#identity)) throw decodeError(DecodeFailure.RelationMismatch);
    this.#state = state;
    return this.#follow();
  }

  #applyTickArray(account: AccountView): void {
    const position = this.#window.position(this.#identity, account.address);
    if (position === -1) throw decodeError(DecodeFailure.RelationMismatch);
    const { start, known } = this.#window.knownOf(position, this.#identity);
    // An array that the pool's bitmap tells of exists; where it is read as absent, one of the two is older.
    const ticks = isAbsent(account) ? undefined : decodeTickArray(account, this.#identity, start, known);
    this.#window.setArray(position, this.#identity, ticks);
    this.#settle();
  }

  /** Looks which arrays are in reach now, and works out what follows from them. */
  #follow(): Watch {
    const bitmaps = new Bitmaps(this.#identity, this.#state, this.#extension);
    const watch = this.#window.follow(bitmaps, this.#identity, this.#state.tick);
    this.#settle();
    return watch;
  }

  #settle(): void {
    this.#window.settle(this.#identity, this.#state.tick, this.#state.liquidity);
    this.#parts = this.#gather();
    this.#available = findAvailable(this.#parts);
  }

  #gather(): Parts {
    return {
      identity: this.#identity,
      state: this.#state,
      baseRate: this.#baseRate,
      mints: this.#mints,
      meeting: this.#window.meeting(),
    };
  }

  /** Returns the address of the account with the outer bitmaps, where the spacing leaves room for any. */
  #outerBitmaps(): Uint8Array | undefined {
    if (this.#extension === 'unused') return undefined;
    this.#extensionAddress ??= extensionAddress(this.#identity.address);
    return this.#extensionAddress;
  }

  /** Returns the arrays that the instruction of an order passes. */
  #route(fill: Pick<Fill, 'direction' | 'isExactIn' | 'amount'>): RouteArray[] {
    return this.#window.route(this.#identity, this.#state.tick, fill.direction, farthestTick(this.#parts, fill));
  }

  /** Returns whether a swap comes to an array outside the pool's bitmap, with outer bitmaps to find it in. */
  #needsExtension(route: readonly RouteArray[]): boolean {
    const startsOutside = !isOwn(arrayOf(this.#state.tick, this.#identity.arraySpan));
    return typeof this.#extension !== 'string' && (startsOutside || route.some(({ array }) => !isOwn(array)));
  }

  /**
   * Returns the accounts after the instruction's own: the outer bitmaps where the swap can come to an array outside the pool's
   * bitmap, then the tick arrays in the order the swap meets them.
   */
  #remainingAccounts({ direction, mode, amount }: SwapRequest): SwapAccount[] {
    const route =
      mode === SwapMode.PartialFill
        ? this.#window.route(this.#identity, this.#state.tick, direction, undefined)
        : this.#route({ direction, isExactIn: mode === SwapMode.ExactIn, amount });
    const outer = this.#needsExtension(route) ? this.#outerBitmaps() : undefined;
    return [...(outer ? [outer] : []), ...route.map(({ address }) => address)].map(writableAccount);
  }
}

/** No price limit: then the program takes the whole amount or refuses. */
function swapV2Data({ mode, amount, limit }: SwapRequest): Uint8Array {
  const data = new Uint8Array(SWAP_DATA_LENGTH);
  data.set(SWAP_V2);
  const view = new DataView(data.buffer);
  view.setBigUint64(8, amount, true);
  view.setBigUint64(16, limit, true);
  data[SWAP_DATA_LENGTH - 1] = mode === SwapMode.ExactOut ? 0 : 1;
  return data;
}

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeRaydiumClmm(account: AccountView): RaydiumClmm {
  return RaydiumClmm.decode(account);
}
