import {
  type ChainClock,
  Direction,
  InstructionSet,
  type Quote,
  SwapMode,
  type SwapOrder,
  Venue,
} from '../../../core-api.js';
import { amountBeforeFee, feeAmount } from '../../math/fee.js';
import { U64_MAX } from '../../math/mul-div.js';
import { AccountReader, sameBytes } from '../account-reader.js';
import { inputFor, marginalRateX64, outputFor } from '../constant-product.js';
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
import { QuoteRefusal, REFUSED, quoteError, quoteFrom } from '../quote.js';
import { SPL_TOKEN_PROGRAM, type VaultBalance, VaultState, decodeVault } from '../token-account.js';

// `raydium-io/raydium-amm`, `program/src/{state,math,processor,instruction}.rs`, release without the order book: reserves
// are the vaults less the profit not taken yet.

/** `675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8` */
export const RAYDIUM_AMM_V4_PROGRAM = Uint8Array.from([
  0x4b, 0xd9, 0x49, 0xc4, 0x36, 0x02, 0xc3, 0x3f, 0x20, 0x77, 0x90, 0xed, 0x16, 0xa3, 0x52, 0x4c, 0xa1, 0xb9, 0x97,
  0x5c, 0xf1, 0x21, 0xa2, 0xa9, 0x0c, 0xff, 0xec, 0x7d, 0xf8, 0xb6, 0x8a, 0xcd,
]);

/** `5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1`, the authority of every pool. */
const AUTHORITY = Uint8Array.from([
  0x41, 0x57, 0xb0, 0x58, 0x0f, 0x31, 0xc5, 0xfc, 0xe4, 0x4a, 0x62, 0x58, 0x2d, 0xbc, 0xf9, 0xd7, 0x8e, 0xe7, 0x59,
  0x43, 0xa0, 0x84, 0xa3, 0x93, 0xb3, 0x50, 0x36, 0x8d, 0x22, 0x89, 0x93, 0x08,
]);

/** `AmmInfo`, `state.rs`: `repr(C, packed)` without a discriminator; coin before pc. */
const OFFSET = {
  status: 0,
  swapFeeNumerator: 176,
  swapFeeDenominator: 184,
  needTakePnl: [192, 200],
  poolOpenTime: 224,
  vaults: [336, 368],
  mints: [400, 432],
} as const;
/** The program owns other kinds of account; its pools are told by their exact length. */
const LENGTH = 752;

/**
 * `AmmStatus`: the two in which the instructions without market accounts swap. Status 1 swaps through the order book only,
 * which those instructions refuse.
 */
const STATUS_SWAP_ONLY = 6n;
const STATUS_WAITING_TRADE = 7n;
const STATUS_MAX = STATUS_WAITING_TRADE;

/** Instruction tags `SwapBaseInV2` and `SwapBaseOutV2`. */
const TAG_SWAP_BASE_IN_V2 = Uint8Array.of(16);
const TAG_SWAP_BASE_OUT_V2 = Uint8Array.of(17);

/** Largest cost seen with the classic token program, and a few percent. */
const COMPUTE_UNITS = 29_000;

type Pair<T> = readonly [T, T];

interface PoolState {
  readonly status: bigint;
  readonly openTime: bigint;
  readonly feeNumerator: bigint;
  readonly feeDenominator: bigint;
  readonly needTakePnl: Pair<bigint>;
}

interface Identity {
  readonly address: Uint8Array;
  readonly vaults: Pair<Uint8Array>;
  readonly mints: Pair<Uint8Array>;
}

/** What a quote in one direction reads. */
interface Terms {
  readonly reserveIn: bigint;
  readonly reserveOut: bigint;
  readonly feeNumerator: bigint;
  readonly feeDenominator: bigint;
}

/** A Raydium AMM v4 pool. */
export class RaydiumAmmV4 implements Pool {
  readonly venue = Venue.RaydiumAmmV4;
  readonly #identity: Identity;
  #state: PoolState;
  readonly #vaults: [VaultBalance | undefined, VaultBalance | undefined] = [undefined, undefined];
  /** Why there is no quote whatever the amount and the time. */
  #gate: QuoteRefusal | undefined = QuoteRefusal.AccountMissing;
  /** First second of trading; zero once the status says it has begun. */
  #openTime = 0n;
  #terms: Pair<Terms> | undefined;

  private constructor(identity: Identity, state: PoolState) {
    this.#identity = identity;
    this.#state = state;
  }

  /** Decodes a pool account. @throws POOL_ACCOUNT_* when the account is not a pool of this venue. */
  static decode(account: AccountView): RaydiumAmmV4 {
    const { identity, state } = decodePoolAccount(account);
    return new RaydiumAmmV4(identity, state);
  }

  get address(): Uint8Array {
    return this.#identity.address;
  }

  watched(): Uint8Array[] {
    return [this.#identity.address, ...this.#identity.vaults];
  }

  clone(): RaydiumAmmV4 {
    const copy = new RaydiumAmmV4(this.#identity, this.#state);
    [copy.#vaults[0], copy.#vaults[1]] = this.#vaults;
    copy.#settle();
    return copy;
  }

  required(): number {
    return this.watched().length;
  }

  apply(account: AccountView): Watch {
    this.#applyPart(account);
    this.#settle();
    return Watch.Same;
  }

  #settle(): void {
    this.#openTime = this.#state.status === STATUS_WAITING_TRADE ? this.#state.openTime : 0n;
    this.#gate = this.#findGate();
    this.#terms = this.#findTerms();
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteFrom(mode, amount, this.tryQuote(direction, mode, amount, clock));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint {
    if (this.#gate !== undefined) return REFUSED[this.#gate];
    if (clock.unixTimestamp < this.#openTime) return REFUSED[QuoteRefusal.NotOpen];
    const terms = this.#terms?.[direction];
    if (terms === undefined) return REFUSED[QuoteRefusal.AccountMissing];
    if (mode === SwapMode.PartialFill) return REFUSED[QuoteRefusal.FeatureUnsupported];
    return mode === SwapMode.ExactIn ? exactIn(terms, amount) : exactOut(terms, amount);
  }

  swap(order: SwapOrder): Quote {
    const { direction, mode, amount, sqrtPriceLimit = 0n, instructions = InstructionSet.Current, clock } = order;
    if (sqrtPriceLimit !== 0n || instructions !== InstructionSet.Current)
      throw quoteError(QuoteRefusal.FeatureUnsupported);
    const quote = this.quote(direction, mode, amount, clock);
    const [input, output] = direction === Direction.AToB ? ([0, 1] as const) : ([1, 0] as const);
    const [vaultIn, vaultOut] = [this.#vaults[input], this.#vaults[output]];
    if (vaultIn === undefined || vaultOut === undefined) throw quoteError(QuoteRefusal.AccountMissing);
    // The token program trusts that no supply passes 64 bits, and so does the quote.
    const sum = vaultIn.amount + quote.amountIn;
    const after = sum > U64_MAX ? U64_MAX : sum;
    if (quote.amountOut > vaultOut.amount) throw quoteError(QuoteRefusal.MathOverflow);
    // The whole fee stays in the vaults, and a pool that waited for its time is open from then on.
    this.#vaults[input] = { ...vaultIn, amount: after };
    this.#vaults[output] = { ...vaultOut, amount: vaultOut.amount - quote.amountOut };
    if (this.#state.status === STATUS_WAITING_TRADE) this.#state = { ...this.#state, status: STATUS_SWAP_ONLY };
    this.#settle();
    return quote;
  }

  bounds(direction: Direction, clock: ChainClock): SwapBounds | undefined {
    const terms = this.#terms?.[direction];
    if (terms === undefined || this.#gate !== undefined || clock.unixTimestamp < this.#openTime) return undefined;
    const { reserveIn, reserveOut, feeNumerator, feeDenominator } = terms;
    const rateX64 = marginalRateX64(reserveIn, reserveOut, feeDenominator - feeNumerator, feeDenominator);
    return rateX64 === undefined ? undefined : { rateX64, maxOut: reserveOut };
  }

  disabled(clock: ChainClock): QuoteRefusal | undefined {
    if (this.#gate === QuoteRefusal.AccountMissing) return undefined;
    if (this.#gate === undefined && clock.unixTimestamp < this.#openTime) return QuoteRefusal.NotOpen;
    return this.#gate;
  }

  swapInstruction(request: SwapRequest): SwapInstruction {
    const [coinVault, pcVault] = this.#identity.vaults;
    // The program tells the direction by the mint of the source account.
    const accounts = [
      readonlyAccount(SPL_TOKEN_PROGRAM),
      writableAccount(this.#identity.address),
      readonlyAccount(AUTHORITY),
      writableAccount(coinVault),
      writableAccount(pcVault),
      writableAccount(request.source),
      writableAccount(request.destination),
      signerAccount(request.owner),
    ];
    const data =
      request.mode === SwapMode.ExactOut
        ? swapData(TAG_SWAP_BASE_OUT_V2, request.limit, request.amount)
        : swapData(TAG_SWAP_BASE_IN_V2, request.amount, request.limit);
    return { program: RAYDIUM_AMM_V4_PROGRAM, accounts, data };
  }

  mints(): [Uint8Array, Uint8Array] {
    return [...this.#identity.mints];
  }

  tokenPrograms(): [Uint8Array, Uint8Array] {
    return [SPL_TOKEN_PROGRAM, SPL_TOKEN_PROGRAM];
  }

  reserves(): [bigint, bigint] | undefined {
    return this.#terms && [this.#terms[0].reserveIn, this.#terms[0].reserveOut];
  }

  computeUnits(): number {
    return COMPUTE_UNITS;
  }

  swapComputeUnits(): number {
    return COMPUTE_UNITS;
  }

  priceMayRecover(): boolean {
    return false;
  }

  #applyPart(account: AccountView): void {
    const { address, vaults, mints } = this.#identity;
    if (sameBytes(account.address, address)) {
      const { identity, state } = decodePoolAccount(account);
      if (!sameIdentity(identity, this.#identity)) throw decodeError(DecodeFailure.RelationMismatch);
      this.#state = state;
      return;
    }
    for (const side of [0, 1] as const) {
      if (!sameBytes(account.address, vaults[side])) continue;
      const relation = { tokenProgram: SPL_TOKEN_PROGRAM, mint: mints[side], authority: AUTHORITY };
      this.#vaults[side] = decodeVault(account, relation);
      return;
    }
    throw decodeError(DecodeFailure.RelationMismatch);
  }

  #findGate(): QuoteRefusal | undefined {
    const [coin, pc] = this.#vaults;
    if (!coin || !pc) return QuoteRefusal.AccountMissing;
    const isOpen = this.#state.status === STATUS_SWAP_ONLY || this.#state.status === STATUS_WAITING_TRADE;
    const isFrozen = coin.state === VaultState.Frozen || pc.state === VaultState.Frozen;
    if (!isOpen || isFrozen) return QuoteRefusal.SwapDisabled;
    const [pnlCoin, pnlPc] = this.#state.needTakePnl;
    if (pnlCoin > coin.amount || pnlPc > pc.amount) return QuoteRefusal.MathOverflow;
    if (pnlCoin === coin.amount || pnlPc === pc.amount) return QuoteRefusal.LiquidityExceeded;
    return undefined;
  }

  #findTerms(): Pair<Terms> | undefined {
    const [coin, pc] = this.#vaults;
    if (!coin || !pc) return undefined;
    const { feeNumerator, feeDenominator, needTakePnl } = this.#state;
    const coinReserve = tradable(coin, needTakePnl[0]);
    const pcReserve = tradable(pc, needTakePnl[1]);
    const fees = { feeNumerator, feeDenominator };
    return [
      { reserveIn: coinReserve, reserveOut: pcReserve, ...fees },
      { reserveIn: pcReserve, reserveOut: coinReserve, ...fees },
    ];
  }
}

function exactIn(terms: Terms, amount: bigint): bigint {
  if (amount === 0n) return REFUSED[QuoteRefusal.AmountZero];
  const fee = feeAmount(amount, terms.feeNumerator, terms.feeDenominator);
  if (fee === undefined || fee > amount) return REFUSED[QuoteRefusal.MathOverflow];
  const output = outputFor(amount - fee, terms.reserveIn, terms.reserveOut);
  return output === 0n ? REFUSED[QuoteRefusal.OutputZero] : output;
}

function exactOut(terms: Terms, amount: bigint): bigint {
  if (amount === 0n) return REFUSED[QuoteRefusal.AmountZero];
  const swapped = inputFor(amount, terms.reserveIn, terms.reserveOut);
  if (swapped < 0n) return swapped;
  return amountBeforeFee(swapped, terms.feeNumerator, terms.feeDenominator) ?? REFUSED[QuoteRefusal.MathOverflow];
}

function tradable(vault: VaultBalance, needTakePnl: bigint): bigint {
  return needTakePnl > vault.amount ? 0n : vault.amount - needTakePnl;
}

function decodePoolAccount(account: AccountView): { identity: Identity; state: PoolState } {
  if (!sameBytes(account.owner, RAYDIUM_AMM_V4_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (reader.length < LENGTH) throw decodeError(DecodeFailure.TooShort);
  if (reader.length > LENGTH) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  const addresses = ([first, second]: Pair<number>): Pair<Uint8Array> => [
    reader.address(first),
    reader.address(second),
  ];
  const identity: Identity = {
    address: account.address.slice(),
    vaults: addresses(OFFSET.vaults),
    mints: addresses(OFFSET.mints),
  };
  const state: PoolState = {
    status: reader.u64(OFFSET.status),
    openTime: reader.u64(OFFSET.poolOpenTime),
    feeNumerator: reader.u64(OFFSET.swapFeeNumerator),
    feeDenominator: reader.u64(OFFSET.swapFeeDenominator),
    needTakePnl: [reader.u64(OFFSET.needTakePnl[0]), reader.u64(OFFSET.needTakePnl[1])],
  };
  const isFeeValid = state.feeDenominator !== 0n && state.feeNumerator <= state.feeDenominator;
  if (sameBytes(...identity.mints) || sameBytes(...identity.vaults) || state.status > STATUS_MAX || !isFeeValid) {
    throw decodeError(DecodeFailure.FieldInvalid);
  }
  return { identity, state };
}

function sameIdentity(left: Identity, right: Identity): boolean {
  return (
    sameBytes(left.address, right.address) &&
    sameBytes(left.vaults[0], right.vaults[0]) &&
    sameBytes(left.vaults[1], right.vaults[1]) &&
    sameBytes(left.mints[0], right.mints[0]) &&
    sameBytes(left.mints[1], right.mints[1])
  );
}
