import {
  type ChainClock,
  Direction,
  InstructionSet,
  type Quote,
  SwapMode,
  type SwapOrder,
  Venue,
} from '../../../core-api.js';
import { U64_MAX } from '../../math/mul-div.js';
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
import { QuoteRefusal, REFUSED, quoteError, quoteFrom } from '../quote.js';
import { TOKEN_2022_PROGRAM, type VaultBalance, decodeVault } from '../token-account.js';
import { type MintTerms, PLAIN_MINT, decodeMint } from '../token-mint.js';
import {
  type ConfigRates,
  type Identity,
  type Pair,
  type PoolState,
  RAYDIUM_CPMM_PROGRAM,
  decodeConfig,
  decodePoolAccount,
  sameIdentity,
} from './raydium-cpmm/layout.js';
import { type Terms, exactIn, exactOut, findBounds, findGate, findTerms, tradable } from './raydium-cpmm/quote.js';
import { findMovement } from './raydium-cpmm/transition.js';

// `raydium-io/raydium-cp-swap`: accounts in `layout`, prices in `quote`, the swap instruction here.

/** `GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL`, the PDA of seed `vault_and_lp_mint_auth_seed`. */
const AUTHORITY = Uint8Array.from([
  0xeb, 0x00, 0xd9, 0xf5, 0xb2, 0x92, 0xb4, 0x21, 0x4a, 0xc7, 0xd0, 0x37, 0xb4, 0xd6, 0xf0, 0x64, 0x50, 0xb9, 0x64,
  0x60, 0x0d, 0xf3, 0x73, 0x05, 0x2b, 0xb5, 0xe8, 0x4f, 0x2f, 0x8e, 0x9a, 0x67,
]);

/** Anchor discriminators of `swap_base_input` and `swap_base_output`. */
const SWAP_BASE_INPUT = Uint8Array.of(0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde);
const SWAP_BASE_OUTPUT = Uint8Array.of(0x37, 0xd9, 0x62, 0x56, 0xa3, 0x4a, 0xb4, 0xad);

/**
 * Largest cost seen with the classic token program or Token-2022 transfer fees on either side, and a tenth for longer
 * address searches.
 */
const COMPUTE_UNITS = 36_000;

/** A Raydium CPMM pool. */
export class RaydiumCpmm implements Pool {
  readonly venue = Venue.RaydiumCpmm;
  readonly #identity: Identity;
  #state: PoolState;
  #config: ConfigRates | undefined;
  readonly #vaults: [VaultBalance | undefined, VaultBalance | undefined] = [undefined, undefined];
  readonly #mints: [MintTerms | undefined, MintTerms | undefined];
  /** Why there is no quote whatever the amount and the time. */
  #gate: QuoteRefusal | undefined = QuoteRefusal.AccountMissing;
  #terms: Pair<Terms> | undefined;

  private constructor(identity: Identity, state: PoolState) {
    this.#identity = identity;
    this.#state = state;
    // A classic mint changes nothing about a swap, so it is not waited for.
    const known = (program: Uint8Array): MintTerms | undefined =>
      sameBytes(program, TOKEN_2022_PROGRAM) ? undefined : PLAIN_MINT;
    this.#mints = [known(identity.tokenPrograms[0]), known(identity.tokenPrograms[1])];
  }

  /** Decodes a pool account. @throws POOL_ACCOUNT_* when the account is not a pool of this venue. */
  static decode(account: AccountView): RaydiumCpmm {
    const { identity, state } = decodePoolAccount(account);
    return new RaydiumCpmm(identity, state);
  }

  get address(): Uint8Array {
    return this.#identity.address;
  }

  watched(): Uint8Array[] {
    const { address, config, vaults, mints, tokenPrograms } = this.#identity;
    const extended = mints.filter((_, side) => sameBytes(tokenPrograms[side as 0 | 1], TOKEN_2022_PROGRAM));
    return [address, config, ...vaults, ...extended];
  }

  clone(): RaydiumCpmm {
    const copy = new RaydiumCpmm(this.#identity, this.#state);
    copy.#config = this.#config;
    for (const side of [0, 1] as const)
      [copy.#vaults[side], copy.#mints[side]] = [this.#vaults[side], this.#mints[side]];
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
    const parts = {
      identity: this.#identity,
      state: this.#state,
      config: this.#config,
      vaults: this.#vaults,
      mints: this.#mints,
    };
    this.#gate = findGate(parts);
    this.#terms = findTerms(parts);
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteFrom(mode, amount, this.tryQuote(direction, mode, amount, clock));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint {
    if (this.#gate !== undefined) return REFUSED[this.#gate];
    if (clock.unixTimestamp < this.#state.openTime) return REFUSED[QuoteRefusal.NotOpen];
    const terms = this.#terms?.[direction];
    if (terms === undefined) return REFUSED[QuoteRefusal.AccountMissing];
    if (mode === SwapMode.PartialFill) return REFUSED[QuoteRefusal.FeatureUnsupported];
    return mode === SwapMode.ExactIn ? exactIn(terms, amount, clock.epoch) : exactOut(terms, amount, clock.epoch);
  }

  swap(order: SwapOrder): Quote {
    const { direction, mode, amount, sqrtPriceLimit = 0n, instructions = InstructionSet.Current, clock } = order;
    if (sqrtPriceLimit !== 0n || instructions !== InstructionSet.Current)
      throw quoteError(QuoteRefusal.FeatureUnsupported);
    const quote = this.quote(direction, mode, amount, clock);
    const [terms, config] = [this.#terms?.[direction], this.#config];
    if (terms === undefined || config === undefined) throw quoteError(QuoteRefusal.AccountMissing);
    const movement = findMovement({ terms, config, direction, mode, quote, epoch: clock.epoch });
    const [input, output] = direction === Direction.AToB ? ([0, 1] as const) : ([1, 0] as const);
    const [vaultIn, vaultOut] = [this.#vaults[input], this.#vaults[output]];
    if (vaultIn === undefined || vaultOut === undefined) throw quoteError(QuoteRefusal.AccountMissing);
    if (movement === undefined || vaultOut.amount < movement.leaving) throw quoteError(QuoteRefusal.MathOverflow);
    // The classic token program trusts that no supply passes 64 bits, and so does the quote.
    const after = vaultIn.amount + movement.arriving;
    this.#vaults[input] = { ...vaultIn, amount: after > U64_MAX ? U64_MAX : after };
    this.#vaults[output] = { ...vaultOut, amount: vaultOut.amount - movement.leaving };
    const owed: [bigint, bigint] = [...this.#state.owed];
    owed[input] += movement.owedIn;
    owed[output] += movement.owedOut;
    this.#state = { ...this.#state, owed };
    this.#settle();
    return quote;
  }

  bounds(direction: Direction, clock: ChainClock): SwapBounds | undefined {
    if (this.#gate !== undefined || clock.unixTimestamp < this.#state.openTime) return undefined;
    const terms = this.#terms?.[direction];
    return terms && findBounds(terms);
  }

  disabled(clock: ChainClock): QuoteRefusal | undefined {
    if (this.#gate === QuoteRefusal.AccountMissing) return undefined;
    if (this.#gate === undefined && clock.unixTimestamp < this.#state.openTime) return QuoteRefusal.NotOpen;
    return this.#gate;
  }

  swapInstruction(request: SwapRequest): SwapInstruction {
    const { address, config, vaults, mints, tokenPrograms, observation } = this.#identity;
    const [input, output] = request.direction === Direction.AToB ? ([0, 1] as const) : ([1, 0] as const);
    const accounts = [
      signerAccount(request.owner),
      readonlyAccount(AUTHORITY),
      readonlyAccount(config),
      writableAccount(address),
      writableAccount(request.source),
      writableAccount(request.destination),
      writableAccount(vaults[input]),
      writableAccount(vaults[output]),
      readonlyAccount(tokenPrograms[input]),
      readonlyAccount(tokenPrograms[output]),
      readonlyAccount(mints[input]),
      readonlyAccount(mints[output]),
      writableAccount(observation),
    ];
    const data =
      request.mode === SwapMode.ExactOut
        ? swapData(SWAP_BASE_OUTPUT, request.limit, request.amount)
        : swapData(SWAP_BASE_INPUT, request.amount, request.limit);
    return { program: RAYDIUM_CPMM_PROGRAM, accounts, data };
  }

  mints(): [Uint8Array, Uint8Array] {
    return [...this.#identity.mints];
  }

  tokenPrograms(): [Uint8Array, Uint8Array] {
    return [...this.#identity.tokenPrograms];
  }

  reserves(): [bigint, bigint] | undefined {
    const [vault0, vault1] = this.#vaults;
    if (this.#gate === QuoteRefusal.AccountMissing || vault0 === undefined || vault1 === undefined) return undefined;
    const [owed0, owed1] = this.#state.owed;
    return [tradable(vault0, owed0), tradable(vault1, owed1)];
  }

  computeUnits(): number {
    return COMPUTE_UNITS;
  }

  swapComputeUnits(): number {
    return COMPUTE_UNITS;
  }

  priceMayRecover(): boolean {
    return this.#mints.some((mint) => mint?.transferFee !== undefined);
  }

  #applyPart(account: AccountView): void {
    const { address, config, vaults, mints, tokenPrograms } = this.#identity;
    if (sameBytes(account.address, address)) {
      const { identity, state } = decodePoolAccount(account);
      if (!sameIdentity(identity, this.#identity)) throw decodeError(DecodeFailure.RelationMismatch);
      this.#state = state;
      return;
    }
    if (sameBytes(account.address, config)) {
      this.#config = decodeConfig(account);
      return;
    }
    for (const side of [0, 1] as const) {
      const tokenProgram = tokenPrograms[side];
      if (sameBytes(account.address, vaults[side])) {
        this.#vaults[side] = decodeVault(account, { tokenProgram, mint: mints[side], authority: AUTHORITY });
        return;
      }
      if (sameBytes(account.address, mints[side]) && sameBytes(tokenProgram, TOKEN_2022_PROGRAM)) {
        this.#mints[side] = decodeMint(account);
        return;
      }
    }
    throw decodeError(DecodeFailure.RelationMismatch);
  }
}
