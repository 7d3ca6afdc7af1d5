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
  type SwapBounds,
  type SwapInstruction,
  type SwapRequest,
  Watch,
  decodeError,
  readonlyAccount,
  signerAccount,
  swapData,
  writableAccount,
} from '../pool.js';
import { QuoteRefusal, REFUSED, quoteError } from '../quote.js';
import { TOKEN_2022_PROGRAM } from '../token-account.js';
import { type MintTerms, PLAIN_MINT, decodeMint } from '../token-mint.js';
import { computeUnitsOf } from './meteora-damm-v2/compute-units.js';
import type { Fill } from './meteora-damm-v2/fill.js';
import {
  type Identity,
  METEORA_DAMM_V2_PROGRAM,
  type PoolState,
  decodePoolAccount,
  sameIdentity,
} from './meteora-damm-v2/layout.js';
import { type Terms, findBounds, findClosed, findFill, findHeld, findTerms } from './meteora-damm-v2/quote.js';
import { bookFill } from './meteora-damm-v2/transition.js';

export { METEORA_DAMM_V2_PROGRAM } from './meteora-damm-v2/layout.js';

// `MeteoraAg/damm-v2` (cp-amm), release 0.2.1: the account in `layout`, prices without fees in `curve`, fees in `base-fee`,
// `rate-limiter` and `dynamic-fee`, quotes in `quote` and `fill`, the state after a swap in `transition`, the swap instruction
// here.

/** `HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC`, the PDA of seed `pool_authority`. */
const POOL_AUTHORITY = Uint8Array.from([
  0xf2, 0xcc, 0xd5, 0x35, 0xac, 0xa5, 0xf1, 0x73, 0x6a, 0xc8, 0x22, 0xdd, 0x07, 0x73, 0xe4, 0xd9, 0x2f, 0xbd, 0x8a,
  0x59, 0xb2, 0x94, 0x03, 0x50, 0x02, 0x95, 0xa9, 0x01, 0x1c, 0x73, 0xa9, 0xe5,
]);

/** `3rmHSu74h1ZcmAisVcWerTCiRDQbUrBKmcwptYGjHfet`, the PDA of seed `__event_authority`. */
const EVENT_AUTHORITY = Uint8Array.from([
  0x2a, 0x76, 0xe7, 0xb3, 0x44, 0x64, 0x0a, 0x1c, 0xfc, 0x59, 0x4c, 0x8b, 0xca, 0xd0, 0xa0, 0x91, 0x01, 0x1c, 0xac,
  0x7d, 0xd1, 0x56, 0xbf, 0x83, 0xa8, 0x33, 0xfb, 0x22, 0x08, 0xeb, 0x77, 0xad,
]);

/** `Sysvar1nstructions1111111111111111111111111`, by which a rate limiter sees that it swaps once a transaction. */
const INSTRUCTIONS_SYSVAR = Uint8Array.from([
  0x06, 0xa7, 0xd5, 0x17, 0x18, 0x7b, 0xd1, 0x66, 0x35, 0xda, 0xd4, 0x04, 0x55, 0xfd, 0xc2, 0xc0, 0xc1, 0x24, 0xc6,
  0x8f, 0x21, 0x56, 0x75, 0xa5, 0xdb, 0xba, 0xcb, 0x5f, 0x08, 0x00, 0x00, 0x00,
]);

/** Anchor discriminator of `swap2`, which takes any mode, and the program's numbers of the modes by ours. */
const SWAP2 = Uint8Array.of(0x41, 0x4b, 0x3f, 0x4c, 0xeb, 0x5b, 0x5b, 0x88);
const MODES = [0, 2, 1] as const satisfies Record<SwapMode, number>;

/** A Meteora DAMM v2 pool. */
export class MeteoraDammV2 implements Pool {
  readonly venue = Venue.MeteoraDammV2;
  readonly #identity: Identity;
  #state: PoolState;
  readonly #mints: [MintTerms | undefined, MintTerms | undefined];
  #terms: Terms;

  private constructor(identity: Identity, state: PoolState, mints: [MintTerms | undefined, MintTerms | undefined]) {
    this.#identity = identity;
    this.#state = state;
    this.#mints = mints;
    this.#terms = findTerms(state, mints);
  }

  /** Decodes a pool account. @throws POOL_ACCOUNT_* when the account is not a pool of this venue. */
  static decode(account: AccountView): MeteoraDammV2 {
    const { identity, state } = decodePoolAccount(account);
    // A classic mint changes nothing about a swap, so it is not waited for.
    const known = (program: Uint8Array): MintTerms | undefined =>
      sameBytes(program, TOKEN_2022_PROGRAM) ? undefined : PLAIN_MINT;
    return new MeteoraDammV2(identity, state, [known(identity.tokenPrograms[0]), known(identity.tokenPrograms[1])]);
  }

  get address(): Uint8Array {
    return this.#identity.address;
  }

  clone(): MeteoraDammV2 {
    return new MeteoraDammV2(this.#identity, this.#state, [...this.#mints]);
  }

  watched(): Uint8Array[] {
    const { address, mints, tokenPrograms } = this.#identity;
    const extended = mints.filter((_, side) => sameBytes(tokenPrograms[side as 0 | 1], TOKEN_2022_PROGRAM));
    return [address, ...extended];
  }

  required(): number {
    return this.watched().length;
  }

  apply(account: AccountView): Watch {
    this.#applyPart(account);
    this.#terms = findTerms(this.#state, this.#mints);
    return Watch.Same;
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteOf(findFill(this.#terms, { direction, mode, amount, clock }));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint {
    const fill = findFill(this.#terms, { direction, mode, amount, clock });
    if (typeof fill === 'number') return REFUSED[fill];
    return mode === SwapMode.ExactOut ? fill.paid : fill.received;
  }

  swap(order: SwapOrder): Quote {
    const { direction, mode, amount, sqrtPriceLimit = 0n, instructions = InstructionSet.Current, clock } = order;
    if (sqrtPriceLimit !== 0n || instructions !== InstructionSet.Current)
      throw quoteError(QuoteRefusal.FeatureUnsupported);
    const fill = findFill(this.#terms, { direction, mode, amount, clock });
    if (typeof fill === 'number') throw quoteError(fill);
    const state = bookFill(this.#state, this.#terms, { direction, fill, clock });
    if (state === undefined) throw quoteError(QuoteRefusal.MathOverflow);
    this.#state = state;
    this.#terms = findTerms(state, this.#mints);
    return quoteOf(fill);
  }

  bounds(direction: Direction, clock: ChainClock): SwapBounds | undefined {
    return findClosed(this.#terms, clock) === undefined ? findBounds(this.#terms, direction, clock) : undefined;
  }

  disabled(clock: ChainClock): QuoteRefusal | undefined {
    const closed = findClosed(this.#terms, clock);
    return closed === QuoteRefusal.AccountMissing ? undefined : closed;
  }

  swapInstruction(request: SwapRequest): SwapInstruction {
    const { address, vaults, mints, tokenPrograms } = this.#identity;
    const accounts = [
      readonlyAccount(POOL_AUTHORITY),
      writableAccount(address),
      writableAccount(request.source),
      writableAccount(request.destination),
      writableAccount(vaults[0]),
      writableAccount(vaults[1]),
      readonlyAccount(mints[0]),
      readonlyAccount(mints[1]),
      signerAccount(request.owner),
      readonlyAccount(tokenPrograms[0]),
      readonlyAccount(tokenPrograms[1]),
      // No referral: the program's own address stands for none.
      readonlyAccount(METEORA_DAMM_V2_PROGRAM),
      readonlyAccount(EVENT_AUTHORITY),
      readonlyAccount(METEORA_DAMM_V2_PROGRAM),
    ];
    // The program asks for it while the limiter applies, and ignores one that it does not need.
    const mayBeLimited = this.#state.baseFee.kind === 'limited' && request.direction === Direction.BToA;
    if (mayBeLimited) accounts.push(readonlyAccount(INSTRUCTIONS_SYSVAR));
    const data = Uint8Array.of(...swapData(SWAP2, request.amount, request.limit), MODES[request.mode]);
    return { program: METEORA_DAMM_V2_PROGRAM, accounts, data };
  }

  mints(): [Uint8Array, Uint8Array] {
    return [...this.#identity.mints];
  }

  tokenPrograms(): [Uint8Array, Uint8Array] {
    return [...this.#identity.tokenPrograms];
  }

  reserves(): [bigint, bigint] | undefined {
    return this.#terms.gate === QuoteRefusal.AccountMissing ? undefined : findHeld(this.#terms);
  }

  computeUnits(): number {
    return this.swapComputeUnits(Direction.BToA, SwapMode.ExactIn);
  }

  swapComputeUnits(direction: Direction, mode: SwapMode): number {
    return computeUnitsOf({ identity: this.#identity, state: this.#state }, direction, mode);
  }

  priceMayRecover(): boolean {
    return this.#mints.some((mint) => mint?.transferFee !== undefined);
  }

  #applyPart(account: AccountView): void {
    const { address, mints, tokenPrograms } = this.#identity;
    if (sameBytes(account.address, address)) {
      const { identity, state } = decodePoolAccount(account);
      if (!sameIdentity(identity, this.#identity)) throw decodeError(DecodeFailure.RelationMismatch);
      this.#state = state;
      return;
    }
    for (const side of [0, 1] as const) {
      if (!sameBytes(account.address, mints[side]) || !sameBytes(tokenPrograms[side], TOKEN_2022_PROGRAM)) continue;
      this.#mints[side] = decodeMint(account);
      return;
    }
    throw decodeError(DecodeFailure.RelationMismatch);
  }
}

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeMeteoraDammV2(account: AccountView): MeteoraDammV2 {
  return MeteoraDammV2.decode(account);
}

function quoteOf(fill: Fill | QuoteRefusal): Quote {
  if (typeof fill === 'number') throw quoteError(fill);
  return { amountIn: fill.paid, amountOut: fill.received };
}
