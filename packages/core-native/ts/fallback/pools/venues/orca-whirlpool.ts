import {
  type ChainClock,
  Direction,
  InstructionSet,
  type Quote,
  SwapMode,
  type SwapOrder,
  Venue,
} from '../../../core-api.js';
import type { ProgramAddress } from '../../math/program-address.js';
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
  writableAccount,
} from '../pool.js';
import { QuoteRefusal, REFUSED, quoteError, quoteFrom } from '../quote.js';
import { TOKEN_2022_PROGRAM } from '../token-account.js';
import { type Mint, decodeAnyMint } from '../token-mint.js';
import type { Oracle } from './orca-whirlpool/adaptive-fee.js';
import {
  type Identity,
  ORCA_WHIRLPOOL_PROGRAM,
  type PoolState,
  decodeOracle,
  decodePoolAccount,
  sameIdentity,
} from './orca-whirlpool/layout.js';
import {
  type Order,
  type Parts,
  findGate,
  isBeforeOpening,
  swapTime,
  transferFees,
  walkOrder,
} from './orca-whirlpool/quote.js';
import { type Depth, computeUnits, findBounds, findDepth, findTickArrays } from './orca-whirlpool/reach.js';
import { decodeTickArray } from './orca-whirlpool/tick-array.js';
import { Window, deriveAddress } from './orca-whirlpool/window.js';

// `orca-so/whirlpools`, commit 630c0e0. Accounts in `layout` and `tick-array`, the arrays within reach in `window`, prices in
// `tick-math`, `swap-step`, `adaptive-fee`, `walk` and `quote`, limits and costs in `reach`, the swap instruction here.

export { ORCA_WHIRLPOOL_PROGRAM };

/** `MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr`: notes a transfer where the receiver asks for it. */
const MEMO_PROGRAM = Uint8Array.from([
  0x05, 0x4a, 0x53, 0x5a, 0x99, 0x29, 0x21, 0x06, 0x4d, 0x24, 0xe8, 0x71, 0x60, 0xda, 0x38, 0x7c, 0x7c, 0x35, 0xb5,
  0xdd, 0xbc, 0x92, 0xbb, 0x81, 0xe4, 0x1f, 0xa8, 0x40, 0x41, 0x05, 0x44, 0x8d,
]);

/** Anchor discriminator of `swap_v2`. */
const SWAP_V2 = Uint8Array.of(0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62);
/** With amount, limit, price limit (none), what is fixed, direction and no remaining accounts. */
const SWAP_V2_LENGTH = 43;

/** Stands for the token program of a mint that has not been applied: the pool account does not name them. */
const NO_PROGRAM = new Uint8Array(32);

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeOrcaWhirlpool(account: AccountView): OrcaWhirlpool {
  return OrcaWhirlpool.decode(account);
}

/** An Orca Whirlpool pool. */
export class OrcaWhirlpool implements Pool {
  readonly venue = Venue.OrcaWhirlpool;
  readonly #identity: Identity;
  readonly #window: Window;
  #state: PoolState;
  #oracle: Oracle | undefined;
  #mints: Parts['mints'] = [undefined, undefined];
  /** Where the oracle stands, or would; derived when first asked for. */
  #oracleAddress: ProgramAddress | undefined;
  #parts: Parts;
  /** Why there is no quote whatever the amount and the time. */
  #gate: QuoteRefusal | undefined = QuoteRefusal.AccountMissing;
  /** Found when first asked for. */
  #depth: Depth | undefined;
  #leastUnits: number | undefined;

  private constructor(identity: Identity, state: PoolState, window: Window) {
    this.#identity = identity;
    this.#state = state;
    this.#window = window;
    this.#parts = this.#settle();
  }

  /** Decodes a pool account. @throws POOL_ACCOUNT_* when the account is not a pool of this venue. */
  static decode(account: AccountView): OrcaWhirlpool {
    const { identity, state } = decodePoolAccount(account);
    return new OrcaWhirlpool(identity, state, new Window(identity.address, identity.tickSpacing, state));
  }

  get address(): Uint8Array {
    return this.#identity.address;
  }

  clone(): OrcaWhirlpool {
    const copy = new OrcaWhirlpool(this.#identity, this.#state, this.#window.clone(this.#state));
    copy.#oracle = this.#oracle;
    copy.#mints = this.#mints;
    copy.#oracleAddress = this.#oracleAddress;
    copy.#parts = copy.#settle();
    return copy;
  }

  watched(): Uint8Array[] {
    const { address, mints, isAdaptive } = this.#identity;
    const oracle = isAdaptive ? [this.#oracleDerived().address] : [];
    return [address, ...mints, ...oracle, ...this.#window.addresses()];
  }

  required(): number {
    return this.#identity.isAdaptive ? 4 : 3;
  }

  apply(account: AccountView): Watch {
    const { address, mints, isAdaptive } = this.#identity;
    let watch: Watch = Watch.Same;
    if (sameBytes(account.address, address)) {
      watch = this.#applyPool(account);
    } else if (sameBytes(account.address, mints[0])) {
      this.#mints = [decodeAnyMint(account), this.#mints[1]];
    } else if (sameBytes(account.address, mints[1])) {
      this.#mints = [this.#mints[0], decodeAnyMint(account)];
    } else if (isAdaptive && sameBytes(account.address, this.#oracleDerived().address)) {
      this.#oracle = decodeOracle(account, this.#identity);
    } else {
      this.#applyTickArray(account);
    }
    this.#parts = this.#settle();
    return watch;
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteFrom(mode, amount, this.tryQuote(direction, mode, amount, clock));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint {
    const refusal = this.#refusal(clock);
    if (refusal !== undefined) return REFUSED[refusal];
    const walked = walkOrder(this.#parts, { direction, mode, amount, sqrtPriceLimit: 0n, clock });
    if (typeof walked === 'number') return REFUSED[walked];
    // Exact in, the program keeps what the whole range of prices cannot take with the user.
    if (walked.walk.remaining > 0n) return REFUSED[QuoteRefusal.LiquidityExceeded];
    return mode === SwapMode.ExactIn ? walked.quote.amountOut : walked.quote.amountIn;
  }

  swap(order: SwapOrder): Quote {
    const { direction, mode, amount, sqrtPriceLimit = 0n, instructions = InstructionSet.Current, clock } = order;
    // The older instruction knows the classic token program alone; otherwise it answers as the newer one.
    const isTooOld =
      instructions === InstructionSet.Legacy &&
      this.tokenPrograms().some((program) => sameBytes(program, TOKEN_2022_PROGRAM));
    const refusal = isTooOld ? QuoteRefusal.FeatureUnsupported : this.#refusal(clock);
    const asked: Order = { direction, mode, amount, sqrtPriceLimit, clock };
    const walked = refusal ?? walkOrder(this.#parts, asked);
    if (typeof walked === 'number') throw quoteError(walked);
    const { walk, variables } = walked;
    const { sqrtPrice, liquidity } = walk;
    const tick = walk.tick(this.#state.tick);
    const updatedAt = swapTime(this.#parts, clock);
    this.#state = { ...this.#state, tick, sqrtPrice, liquidity, updatedAt };
    if (this.#oracle !== undefined && variables !== undefined) this.#oracle = { ...this.#oracle, variables };
    this.#window.moveTo(this.#state);
    this.#parts = this.#settle();
    return walked.quote;
  }

  bounds(direction: Direction, clock: ChainClock): SwapBounds | undefined {
    if (this.#refusal(clock) !== undefined) return undefined;
    return findBounds(this.#parts, this.#findDepth(), direction, clock);
  }

  disabled(clock: ChainClock): QuoteRefusal | undefined {
    const refusal = this.#refusal(clock);
    return refusal === QuoteRefusal.AccountMissing ? undefined : refusal;
  }

  swapInstruction(request: SwapRequest): SwapInstruction {
    const { address, mints, vaults } = this.#identity;
    const { direction, mode, amount, source, destination } = request;
    const [programA, programB] = this.tokenPrograms();
    const [ownedA, ownedB] = direction === Direction.AToB ? [source, destination] : [destination, source];
    const accounts = [
      readonlyAccount(programA),
      readonlyAccount(programB),
      readonlyAccount(MEMO_PROGRAM),
      signerAccount(request.owner),
      writableAccount(address),
      readonlyAccount(mints[0]),
      readonlyAccount(mints[1]),
      writableAccount(ownedA),
      writableAccount(vaults[0]),
      writableAccount(ownedB),
      writableAccount(vaults[1]),
      ...findTickArrays(this.#parts, direction, mode, amount).map(writableAccount),
      writableAccount(this.#oracleDerived().address),
    ];
    return { program: ORCA_WHIRLPOOL_PROGRAM, accounts, data: swapData(request) };
  }

  mints(): [Uint8Array, Uint8Array] {
    return [...this.#identity.mints];
  }

  /** Zeros for a mint that has not been applied: the pool account does not name them. */
  tokenPrograms(): [Uint8Array, Uint8Array] {
    const program = (mint: Mint | undefined): Uint8Array => mint?.tokenProgram ?? NO_PROGRAM;
    return [program(this.#mints[0]), program(this.#mints[1])];
  }

  reserves(): [bigint, bigint] | undefined {
    return this.#gate === QuoteRefusal.AccountMissing ? undefined : [...this.#findDepth()];
  }

  computeUnits(): number {
    this.#leastUnits ??= computeUnits(this.#parts, this.#oracleDerived().bump, 1);
    return this.#leastUnits;
  }

  swapComputeUnits(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): number {
    const order = { direction, mode, amount, sqrtPriceLimit: 0n, clock };
    const walked = this.#refusal(clock) ?? walkOrder(this.#parts, order);
    const steps = typeof walked === 'number' ? 1 : walked.walk.steps;
    return computeUnits(this.#parts, this.#oracleDerived().bump, steps);
  }

  priceMayRecover(): boolean {
    return transferFees(this.#mints).some((config) => config !== undefined) || this.#identity.isAdaptive;
  }

  /** Brings what follows from the accounts up to date. */
  #settle(): Parts {
    const parts = {
      identity: this.#identity,
      state: this.#state,
      window: this.#window,
      oracle: this.#oracle,
      mints: this.#mints,
    };
    this.#gate = findGate(parts);
    this.#depth = undefined;
    this.#leastUnits = undefined;
    return parts;
  }

  /** Returns why no swap can succeed at this time. */
  #refusal(clock: ChainClock): QuoteRefusal | undefined {
    return this.#gate ?? (isBeforeOpening(this.#parts, clock) ? QuoteRefusal.NotOpen : undefined);
  }

  #applyPool(account: AccountView): Watch {
    const { identity, state } = decodePoolAccount(account);
    if (!sameIdentity(identity, this.#identity)) throw decodeError(DecodeFailure.RelationMismatch);
    this.#state = state;
    return this.#window.moveTo(state) ? Watch.Changed : Watch.Same;
  }

  #applyTickArray(account: AccountView): void {
    const found = this.#window.find(account.address);
    if (found === undefined) throw decodeError(DecodeFailure.RelationMismatch);
    const { slot, start, known } = found;
    const { address: pool, tickSpacing } = this.#identity;
    this.#window.set(slot, decodeTickArray(account, { pool, start, tickSpacing, known }), this.#state);
  }

  #findDepth(): Depth {
    this.#depth ??= findDepth(this.#parts);
    return this.#depth;
  }

  #oracleDerived(): ProgramAddress {
    this.#oracleAddress ??= deriveAddress(['oracle', this.#identity.address]);
    return this.#oracleAddress;
  }
}

function swapData({ direction, mode, amount, limit }: SwapRequest): Uint8Array {
  const data = new Uint8Array(SWAP_V2_LENGTH);
  data.set(SWAP_V2);
  const view = new DataView(data.buffer);
  view.setBigUint64(8, amount, true);
  view.setBigUint64(16, limit, true);
  data[40] = mode === SwapMode.ExactOut ? 0 : 1;
  data[41] = direction === Direction.AToB ? 1 : 0;
  return data;
}
