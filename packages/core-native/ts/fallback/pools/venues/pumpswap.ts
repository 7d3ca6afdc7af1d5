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
  swapData,
  writableAccount,
} from '../pool.js';
import { QuoteRefusal, REFUSED, quoteError, quoteFrom } from '../quote.js';
import { SPL_TOKEN_PROGRAM } from '../token-account.js';
import { type Mint, decodeAnyMint } from '../token-mint.js';
import {
  EVENT_AUTHORITY,
  FEE_CONFIG,
  GLOBAL_CONFIG,
  type Origin,
  SYSTEM_PROGRAM,
  associatedAccount,
  findOrigin,
  userVolumeAccumulator,
} from './pumpswap/addresses.js';
import { type FeeSchedule, decodeFeeSchedule, tierCount } from './pumpswap/fee-schedule.js';
import {
  type GlobalConfig,
  type Identity,
  PUMPSWAP_PROGRAM,
  type PoolState,
  type PoolVault,
  decodeConfig,
  decodePoolAccount,
  decodePoolVault,
  sameIdentity,
} from './pumpswap/layout.js';
import { type Terms, buy, findBounds, findTerms, pricedQuote, sell, spend } from './pumpswap/quote.js';
import { book, findTrade } from './pumpswap/transition.js';

// `pump_amm`: accounts in `layout` and `fee-schedule`, prices in `quote`, the swap instruction here.
//
// Two sets of instructions trade: `buy`, `buy_exact_quote_in` and `sell` (23 accounts and more, which no transaction of two such
// swaps has room for), and the same with `_v2` (17 accounts, two thirds of the compute units), which is the current set. They
// differ in what of the fees stays in the vault, in what the older set does with accounts that a trade turns out not to need,
// and in that only the older set knows cashback coins.

export { PUMPSWAP_PROGRAM } from './pumpswap/layout.js';

/** Anchor discriminators of `sell_v2`, `buy_exact_quote_in_v2` and `buy_v2`. */
const SELL = Uint8Array.of(0x5d, 0xf6, 0x82, 0x3c, 0xe7, 0xe9, 0x40, 0xb2);
const SPEND = Uint8Array.of(0xc2, 0xab, 0x1c, 0x46, 0x68, 0x4d, 0x5b, 0x2f);
const BUY = Uint8Array.of(0xb8, 0x17, 0xee, 0x61, 0x67, 0xc5, 0xd3, 0x3d);

/**
 * Compute units of the dearest `_v2` swap on the dump (`buy_exact_quote_in_v2`) without what follows, three transfers of the
 * classic token program in it, and the volume account that a wallet's first swap makes.
 */
const BASE_COMPUTE_UNITS = 47_700 + 3 * 6_100 + 3_000;
const COMPUTE_UNITS_PER_TIER = 60;
/** A first `_v2` swap lengthens a pool account that is older than them. */
const SHORT_POOL_COMPUTE_UNITS = 3_000;
/** Each try of an address search. The pool authority's are known; the wallet's volume account may take so many. */
const COMPUTE_UNITS_PER_TRY = 1_500;
const WALLET_TRIES = 10;

/** A `PumpSwap` pool: base is A, quote is B. */
export class Pumpswap implements Pool {
  readonly venue = Venue.Pumpswap;
  readonly #identity: Identity;
  #state: PoolState;
  #config: GlobalConfig | undefined;
  #schedules: FeeSchedule | undefined;
  readonly #vaults: [PoolVault | undefined, PoolVault | undefined] = [undefined, undefined];
  readonly #mints: [Mint | undefined, Mint | undefined] = [undefined, undefined];
  /** Derived when every account is there: it costs more than decoding all of them. */
  #origin: Origin | undefined;
  /** The account that gets the buyback share, with the recipient it was derived for. */
  #buyback: { readonly recipient: Uint8Array; readonly account: Uint8Array } | undefined;
  /** The last wallet's volume account; the search takes a third of a millisecond. */
  #volume: { readonly owner: Uint8Array; readonly account: Uint8Array } | undefined;
  #terms: Terms | QuoteRefusal = QuoteRefusal.AccountMissing;

  private constructor(identity: Identity, state: PoolState) {
    this.#identity = identity;
    this.#state = state;
  }

  /** Decodes a pool account. @throws POOL_ACCOUNT_* when the account is not a pool of this venue. */
  static decode(account: AccountView): Pumpswap {
    const { identity, state } = decodePoolAccount(account);
    return new Pumpswap(identity, state);
  }

  get address(): Uint8Array {
    return this.#identity.address;
  }

  clone(): Pumpswap {
    const copy = new Pumpswap(this.#identity, this.#state);
    [copy.#config, copy.#schedules, copy.#origin] = [this.#config, this.#schedules, this.#origin];
    [copy.#buyback, copy.#volume, copy.#terms] = [this.#buyback, this.#volume, this.#terms];
    for (const side of [0, 1] as const)
      [copy.#vaults[side], copy.#mints[side]] = [this.#vaults[side], this.#mints[side]];
    return copy;
  }

  watched(): Uint8Array[] {
    const { address, vaults, mints } = this.#identity;
    return [address, ...vaults, GLOBAL_CONFIG, FEE_CONFIG, ...mints];
  }

  required(): number {
    return this.watched().length;
  }

  apply(account: AccountView): Watch {
    this.#applyPart(account);
    this.#settle();
    return Watch.Same;
  }

  /** Derives what is missing of the addresses once every account is there, and computes the terms. */
  #settle(): void {
    const quoteMint = this.#mints[1];
    if (this.#config !== undefined && this.#schedules !== undefined && this.#mints[0] !== undefined && quoteMint) {
      const recipient = this.#config.buybackRecipient;
      this.#origin ??= findOrigin(this.#identity);
      if (this.#buyback === undefined || !sameBytes(this.#buyback.recipient, recipient)) {
        const account = associatedAccount(recipient, quoteMint.tokenProgram, this.#identity.mints[1]);
        this.#buyback = { recipient, account };
      }
    }
    this.#terms = findTerms({
      identity: this.#identity,
      state: this.#state,
      config: this.#config,
      schedules: this.#schedules,
      vaults: this.#vaults,
      mints: this.#mints,
      origin: this.#origin,
    });
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteFrom(mode, amount, this.tryQuote(direction, mode, amount, clock));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, _clock?: ChainClock): bigint {
    const terms = this.#termsFor(direction, InstructionSet.Current);
    if (typeof terms === 'number') return REFUSED[terms];
    if (direction === Direction.AToB) {
      return mode === SwapMode.ExactIn ? sell(terms, amount) : REFUSED[QuoteRefusal.FeatureUnsupported];
    }
    if (mode === SwapMode.ExactOut) return buy(terms, amount);
    if (mode === SwapMode.PartialFill) return REFUSED[QuoteRefusal.FeatureUnsupported];
    const spending = spend(terms, amount);
    if (typeof spending === 'number') return REFUSED[spending];
    // Else the program would leave a unit unspent.
    return spending.paid === amount ? spending.base : REFUSED[QuoteRefusal.LiquidityExceeded];
  }

  swap(order: SwapOrder): Quote {
    const { direction, instructions = InstructionSet.Current, sqrtPriceLimit = 0n } = order;
    if (sqrtPriceLimit !== 0n) throw quoteError(QuoteRefusal.FeatureUnsupported);
    const terms = this.#termsFor(direction, instructions);
    if (typeof terms === 'number') throw quoteError(terms);
    const trade = findTrade(terms, order, instructions);
    // The older instructions take the account that belongs to a creator's fee for the buyback recipient where the fee is zero,
    // and refuse it (`BuybackFeeRecipientNotAuthorized`).
    const isMistaken = this.#state.hasCoinCreator && trade.fees.creator === 0n;
    if (instructions === InstructionSet.Legacy && isMistaken) throw quoteError(QuoteRefusal.FeatureUnsupported);
    const [base, quote] = this.#vaults;
    if (base === undefined || quote === undefined || this.#config === undefined)
      throw quoteError(QuoteRefusal.AccountMissing);
    const before = { base: base.amount, quote: quote.amount, state: this.#state };
    const after = book(before, this.#config, trade);
    if (after === undefined) throw quoteError(QuoteRefusal.MathOverflow);
    this.#vaults[0] = { ...base, amount: after.base };
    this.#vaults[1] = { ...quote, amount: after.quote };
    this.#state = after.state;
    this.#settle();
    const fees = trade.fees.lp + trade.fees.protocol + trade.fees.creator;
    return direction === Direction.AToB
      ? { amountIn: trade.base, amountOut: trade.quote - fees }
      : { amountIn: trade.quote + fees, amountOut: trade.base };
  }

  bounds(direction: Direction, _clock?: ChainClock): SwapBounds | undefined {
    const terms = this.#termsFor(direction, InstructionSet.Current);
    return typeof terms === 'number' ? undefined : findBounds(terms, direction);
  }

  disabled(_clock?: ChainClock): QuoteRefusal | undefined {
    const gate = (direction: Direction): QuoteRefusal | undefined => {
      const terms = this.#termsFor(direction, InstructionSet.Current);
      return typeof terms === 'number' ? terms : undefined;
    };
    const [sale, purchase] = [gate(Direction.AToB), gate(Direction.BToA)];
    return sale === QuoteRefusal.AccountMissing || purchase === undefined ? undefined : sale;
  }

  /** Returns the terms of a direction, or why these instructions quote nothing in it. */
  #termsFor(direction: Direction, instructions: InstructionSet): Terms | QuoteRefusal {
    const terms = this.#terms;
    if (typeof terms === 'number') return terms;
    const isUnknown = instructions === InstructionSet.Current && this.#state.isCashbackCoin;
    return terms.gates[direction] ?? (isUnknown ? QuoteRefusal.FeatureUnsupported : terms);
  }

  /** A sale with a fixed output sells the whole limit for at least that output: no instruction does more. */
  swapInstruction(request: SwapRequest): SwapInstruction {
    const { address, vaults, mints } = this.#identity;
    const [baseProgram, quoteProgram] = this.tokenPrograms();
    const isSale = request.direction === Direction.AToB;
    const [baseAccount, quoteAccount] = isSale
      ? [request.source, request.destination]
      : [request.destination, request.source];
    const accounts = [
      writableAccount(address),
      { address: request.owner, isSigner: true, isWritable: true },
      readonlyAccount(GLOBAL_CONFIG),
      readonlyAccount(mints[0]),
      readonlyAccount(mints[1]),
      writableAccount(baseAccount),
      writableAccount(quoteAccount),
      writableAccount(vaults[0]),
      writableAccount(vaults[1]),
      readonlyAccount(baseProgram),
      readonlyAccount(quoteProgram),
      readonlyAccount(SYSTEM_PROGRAM),
      writableAccount(this.#volumeAccount(request.owner)),
      readonlyAccount(FEE_CONFIG),
      writableAccount(this.#buyback?.account ?? SYSTEM_PROGRAM),
      readonlyAccount(EVENT_AUTHORITY),
      readonlyAccount(PUMPSWAP_PROGRAM),
    ];
    return { program: PUMPSWAP_PROGRAM, accounts, data: instructionData(request) };
  }

  #volumeAccount(owner: Uint8Array): Uint8Array {
    if (this.#volume === undefined || !sameBytes(this.#volume.owner, owner)) {
      this.#volume = { owner: owner.slice(), account: userVolumeAccumulator(owner) };
    }
    return this.#volume.account;
  }

  mints(): [Uint8Array, Uint8Array] {
    return [...this.#identity.mints];
  }

  /** The pool account names none: until mint or vault is there, the classic one stands in. */
  tokenPrograms(): [Uint8Array, Uint8Array] {
    const of = (side: 0 | 1): Uint8Array =>
      this.#mints[side]?.tokenProgram ?? this.#vaults[side]?.tokenProgram ?? SPL_TOKEN_PROGRAM;
    return [of(0), of(1)];
  }

  reserves(): [bigint, bigint] | undefined {
    const [base, quote] = this.#vaults;
    if (this.#terms === QuoteRefusal.AccountMissing || base === undefined || quote === undefined) return undefined;
    return [base.amount, pricedQuote(this.#state, quote.amount) ?? 0n];
  }

  computeUnits(): number {
    const tiers = this.#schedules === undefined ? 0 : tierCount(this.#schedules);
    const searches = (this.#origin?.bumpTries ?? 0) + WALLET_TRIES;
    const growth = this.#state.waiting === undefined ? SHORT_POOL_COMPUTE_UNITS : 0;
    return BASE_COMPUTE_UNITS + tiers * COMPUTE_UNITS_PER_TIER + searches * COMPUTE_UNITS_PER_TRY + growth;
  }

  swapComputeUnits(): number {
    return this.computeUnits();
  }

  priceMayRecover(): boolean {
    return this.#mints.some((mint) => mint?.terms.transferFee !== undefined);
  }

  #applyPart(account: AccountView): void {
    const { address, vaults, mints } = this.#identity;
    if (sameBytes(account.address, address)) {
      const { identity, state } = decodePoolAccount(account);
      if (!sameIdentity(identity, this.#identity)) throw decodeError(DecodeFailure.RelationMismatch);
      this.#state = state;
      return;
    }
    if (sameBytes(account.address, GLOBAL_CONFIG)) {
      this.#config = decodeConfig(account);
      return;
    }
    if (sameBytes(account.address, FEE_CONFIG)) {
      this.#schedules = decodeFeeSchedule(account);
      return;
    }
    for (const side of [0, 1] as const) {
      if (sameBytes(account.address, vaults[side])) {
        const vault = decodePoolVault(account, address, mints[side]);
        requireSame(vault.tokenProgram, this.#mints[side]?.tokenProgram);
        this.#vaults[side] = vault;
        return;
      }
      if (sameBytes(account.address, mints[side])) {
        const mint = decodeAnyMint(account);
        requireSame(mint.tokenProgram, this.#vaults[side]?.tokenProgram);
        this.#mints[side] = mint;
        return;
      }
    }
    throw decodeError(DecodeFailure.RelationMismatch);
  }
}

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodePumpswap(account: AccountView): Pumpswap {
  return Pumpswap.decode(account);
}

/** A vault and its mint have one token program. */
function requireSame(program: Uint8Array, known: Uint8Array | undefined): void {
  if (known !== undefined && !sameBytes(program, known)) throw decodeError(DecodeFailure.RelationMismatch);
}

function instructionData({ direction, mode, amount, limit }: SwapRequest): Uint8Array {
  const isExactOut = mode === SwapMode.ExactOut;
  if (direction === Direction.AToB) return isExactOut ? swapData(SELL, limit, amount) : swapData(SELL, amount, limit);
  if (isExactOut) return swapData(BUY, amount, limit);
  // A minimum of zero is refused; one unit says the same, for nothing is never given.
  return swapData(SPEND, amount, limit === 0n ? 1n : limit);
}
