import {
  type ChainClock,
  Direction,
  InstructionSet,
  type Quote,
  type SwapMode,
  type SwapOrder,
  Venue,
} from '../../../core-api.js';
import { sameBytes } from '../account-reader.js';
import {
  type AccountView,
  DecodeFailure,
  type Pool,
  type SwapBounds,
  type SwapInstruction,
  type SwapRequest,
  Watch,
  decodeError,
  isAbsent,
} from '../pool.js';
import { QuoteRefusal, quoteError, quoteFrom } from '../quote.js';
import { TOKEN_2022_PROGRAM } from '../token-account.js';
import { type MintTerms, PLAIN_MINT, decodeMint } from '../token-mint.js';
import { type Bin, binAfter } from './meteora-dlmm/bin.js';
import { baseUnitsOf, computeUnitsOf } from './meteora-dlmm/compute-units.js';
import { signedSeconds } from './meteora-dlmm/fee.js';
import { buildInstruction } from './meteora-dlmm/instruction.js';
import {
  type BitmapExtension,
  METEORA_DLMM_PROGRAM,
  decodeExtension,
  decodePair,
  sameIdentity,
} from './meteora-dlmm/layout.js';
import { type Parts, findBounds, findGate, findSchedule, gateAt, walk } from './meteora-dlmm/quote.js';
import { Window, extensionAddress } from './meteora-dlmm/window.js';

// Meteora DLMM (`lb_clmm` 0.12.0, with limit orders and fees in Y only). Accounts in `layout`, the arrays in reach in `window` and
// `bitmap`, one bin in `bin` and `fee`, whole swaps in `quote`, the instruction in `instruction`, what it
// takes in `compute-units`.

export { METEORA_DLMM_PROGRAM };

/** A Meteora DLMM pool. */
export class MeteoraDlmm implements Pool {
  readonly venue = Venue.MeteoraDlmm;
  #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Decodes a pool account. @throws POOL_ACCOUNT_* when the account is not a pool of this venue. */
  static decode(account: AccountView): MeteoraDlmm {
    const { identity, state } = decodePair(account);
    // A classic mint changes nothing about a swap, so it is not waited for.
    const known = (program: Uint8Array): MintTerms | undefined =>
      sameBytes(program, TOKEN_2022_PROGRAM) ? undefined : PLAIN_MINT;
    const mints = [known(identity.tokenPrograms[0]), known(identity.tokenPrograms[1])] as const;
    const window = new Window();
    window.follow(identity, state, undefined);
    return new MeteoraDlmm({
      identity,
      state,
      mints,
      window,
      extensionAddress: extensionAddress(identity.address),
      extension: undefined,
      gate: findGate({ mints, state }),
    });
  }

  get address(): Uint8Array {
    return this.#parts.identity.address;
  }

  clone(): MeteoraDlmm {
    return new MeteoraDlmm({ ...this.#parts, window: this.#parts.window.clone() });
  }

  watched(): Uint8Array[] {
    const { identity, extensionAddress: extension, window } = this.#parts;
    return [identity.address, ...this.#extendedMints(), extension, ...window.addresses()];
  }

  required(): number {
    return 1 + this.#extendedMints().length;
  }

  apply(account: AccountView): Watch {
    const { identity, state, window, mints } = this.#parts;
    if (sameBytes(account.address, identity.address)) {
      const pair = decodePair(account);
      if (!sameIdentity(pair.identity, identity)) throw decodeError(DecodeFailure.RelationMismatch);
      this.#parts = { ...this.#parts, state: pair.state, gate: findGate({ mints, state: pair.state }) };
      return this.#follow();
    }
    if (window.apply(account, identity, state.activeId)) return Watch.Same;
    if (sameBytes(account.address, this.#parts.extensionAddress)) {
      const extension: BitmapExtension | undefined = isAbsent(account)
        ? undefined
        : decodeExtension(account, identity.address);
      this.#parts = { ...this.#parts, extension };
      return this.#follow();
    }
    this.#applyMint(account);
    return Watch.Same;
  }

  #applyMint(account: AccountView): void {
    const { identity, state, mints } = this.#parts;
    const isMint = (side: 0 | 1): boolean =>
      sameBytes(account.address, identity.mints[side]) && sameBytes(identity.tokenPrograms[side], TOKEN_2022_PROGRAM);
    if (!isMint(0) && !isMint(1)) throw decodeError(DecodeFailure.RelationMismatch);
    const terms = decodeMint(account);
    const known = isMint(0) ? ([terms, mints[1]] as const) : ([mints[0], terms] as const);
    this.#parts = { ...this.#parts, mints: known, gate: findGate({ mints: known, state }) };
  }

  #follow(): Watch {
    const { identity, state, window, extension } = this.#parts;
    return window.follow(identity, state, extension) ? Watch.Changed : Watch.Same;
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteFrom(mode, amount, this.tryQuote(direction, mode, amount, clock));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint {
    return walk(this.#parts, { direction, mode, amount, clock });
  }

  swap(order: SwapOrder): Quote {
    const { direction, mode, amount, sqrtPriceLimit = 0n, instructions = InstructionSet.Current, clock } = order;
    const { state, window } = this.#parts;
    // The older instructions know the classic token program alone; otherwise they answer as the newer ones.
    const isTooOld = instructions === InstructionSet.Legacy && this.#extendedMints().length > 0;
    if (sqrtPriceLimit !== 0n || isTooOld) throw quoteError(QuoteRefusal.FeatureUnsupported);
    const terms = state.terms[direction];
    const moved = new Map<number, Bin>();
    let lastId = state.activeId;
    const result = walk(this.#parts, { direction, mode, amount, clock }, (bin, fill) => {
      moved.set(bin.id, binAfter(bin, terms, fill));
      lastId = bin.id;
    });
    const quote = quoteFrom(mode, amount, result);
    const schedule = findSchedule(this.#parts, clock);
    if (typeof schedule === 'number') throw quoteError(schedule);
    window.replaceBins(moved);
    // The time of the last swap is that of the last one which left the active bin.
    const lastUpdate = lastId === state.activeId ? state.volatility.lastUpdate : signedSeconds(clock.unixTimestamp);
    const { reference, indexReference } = schedule;
    const volatility = { accumulator: schedule.accumulator(lastId), reference, indexReference, lastUpdate };
    this.#parts = { ...this.#parts, state: { ...state, volatility, activeId: lastId } };
    this.#follow();
    return quote;
  }

  bounds(direction: Direction, clock: ChainClock): SwapBounds | undefined {
    return findBounds(this.#parts, direction, clock);
  }

  disabled(clock: ChainClock): QuoteRefusal | undefined {
    const gate = gateAt(this.#parts, clock);
    return gate === QuoteRefusal.AccountMissing ? undefined : gate;
  }

  swapInstruction(request: SwapRequest): SwapInstruction {
    return buildInstruction(this.#parts, request);
  }

  mints(): [Uint8Array, Uint8Array] {
    return [...this.#parts.identity.mints];
  }

  tokenPrograms(): [Uint8Array, Uint8Array] {
    return [...this.#parts.identity.tokenPrograms];
  }

  reserves(): [bigint, bigint] | undefined {
    const { gate, state, window } = this.#parts;
    if (gate === QuoteRefusal.AccountMissing) return undefined;
    return [window.depth(state.terms[Direction.BToA]), window.depth(state.terms[Direction.AToB])];
  }

  computeUnits(): number {
    return baseUnitsOf(this.#parts);
  }

  swapComputeUnits(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): number {
    return computeUnitsOf(this.#parts, { direction, mode, amount, clock });
  }

  priceMayRecover(): boolean {
    const hasTransferFee = this.#parts.mints.some((mint) => mint?.transferFee !== undefined);
    return hasTransferFee || this.#parts.state.fees.variableFactor !== 0n;
  }

  /** The mints whose terms are waited for. */
  #extendedMints(): Uint8Array[] {
    const { mints, tokenPrograms } = this.#parts.identity;
    return mints.filter((_, side) => sameBytes(tokenPrograms[side as 0 | 1], TOKEN_2022_PROGRAM));
  }
}

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeMeteoraDlmm(account: AccountView): MeteoraDlmm {
  return MeteoraDlmm.decode(account);
}
