import { type ChainClock, Direction, type Quote, SwapMode, Venue } from '../../../core-api.js';
import { MILLIONTHS, amountBeforeFee, feeAmount } from '../../math/fee.js';
import { U64_MAX } from '../../math/mul-div.js';
import {
  type TransferFee,
  type TransferFeeConfig,
  afterTransferFee,
  beforeTransferFee,
  transferFeeAt,
} from '../../math/transfer-fee.js';
import { AccountReader, sameBytes } from '../account-reader.js';
import { inputFor, outputFor } from '../constant-product.js';
import {
  type AccountView,
  DecodeFailure,
  type Pool,
  type SwapInstruction,
  type SwapRequest,
  decodeError,
  readonlyAccount,
  signerAccount,
  swapData,
  writableAccount,
} from '../pool.js';
import { QuoteRefusal, REFUSED, quoteFrom } from '../quote.js';
import {
  SPL_TOKEN_PROGRAM,
  TOKEN_2022_PROGRAM,
  type VaultBalance,
  VaultState,
  decodeVault,
} from '../token-account.js';
import { type MintTerms, PLAIN_MINT, decodeMint } from '../token-mint.js';

// `raydium-io/raydium-cp-swap`, `programs/cp-swap/src/{states/pool.rs,states/config.rs,curve,instructions}`.

/** `CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C` */
export const RAYDIUM_CPMM_PROGRAM = Uint8Array.from([
  0xa9, 0x2a, 0x5a, 0x8b, 0x4f, 0x29, 0x59, 0x52, 0x84, 0x25, 0x50, 0xaa, 0x93, 0xfd, 0x5b, 0x95, 0xb5, 0xac, 0xe6, 0xa8,
  0xeb, 0x92, 0x0c, 0x93, 0x94, 0x2e, 0x43, 0x69, 0x0c, 0x20, 0xec, 0x73,
]);

/** `GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL`, the PDA of seed `vault_and_lp_mint_auth_seed`. */
const AUTHORITY = Uint8Array.from([
  0xeb, 0x00, 0xd9, 0xf5, 0xb2, 0x92, 0xb4, 0x21, 0x4a, 0xc7, 0xd0, 0x37, 0xb4, 0xd6, 0xf0, 0x64, 0x50, 0xb9, 0x64, 0x60,
  0x0d, 0xf3, 0x73, 0x05, 0x2b, 0xb5, 0xe8, 0x4f, 0x2f, 0x8e, 0x9a, 0x67,
]);

/** Anchor discriminators of `PoolState` and `AmmConfig`. */
const POOL_DISCRIMINATOR = Uint8Array.of(0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46);
const CONFIG_DISCRIMINATOR = Uint8Array.of(0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f);
/** Anchor discriminators of `swap_base_input` and `swap_base_output`. */
const SWAP_BASE_INPUT = Uint8Array.of(0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde);
const SWAP_BASE_OUTPUT = Uint8Array.of(0x37, 0xd9, 0x62, 0x56, 0xa3, 0x4a, 0xb4, 0xad);

/** `PoolState`, `states/pool.rs`: packed, token 0 before token 1. */
const POOL_OFFSET = {
  ammConfig: 8,
  vaults: [72, 104],
  mints: [168, 200],
  tokenPrograms: [232, 264],
  observation: 296,
  status: 329,
  protocolFees: [341, 349],
  fundFees: [357, 365],
  openTime: 373,
  creatorFeeOn: 389,
  enableCreatorFee: 390,
  creatorFees: [397, 405],
} as const;
const POOL_LENGTH = 637;

/** `AmmConfig`, `states/config.rs`. */
const CONFIG_OFFSET = { tradeFeeRate: 12, creatorFeeRate: 108 } as const;
const CONFIG_LENGTH = 236;

/** `PoolStatusBitIndex::Swap`: set means swaps are off. */
const STATUS_SWAP_DISABLED = 1 << 2;

/** `CreatorFeeOn`: the input whichever it is, only token 0, only token 1. */
const CREATOR_FEE_ON_TOKEN_0 = 1;
const CREATOR_FEE_ON_TOKEN_1 = 2;

/**
 * Largest cost seen with the classic token program or Token-2022 transfer fees on either side, and a tenth for longer
 * address searches.
 */
const COMPUTE_UNITS = 36_000;

type Pair<T> = readonly [T, T];

interface PoolState {
  readonly status: number;
  readonly openTime: bigint;
  readonly creatorFeeOn: number;
  readonly isCreatorFeeEnabled: boolean;
  /** Fees that lie in the vaults but are owed: protocol, fund and creator. May pass 64 bits. */
  readonly owed: Pair<bigint>;
}

interface Identity {
  readonly address: Uint8Array;
  readonly config: Uint8Array;
  readonly vaults: Pair<Uint8Array>;
  readonly mints: Pair<Uint8Array>;
  readonly tokenPrograms: Pair<Uint8Array>;
  readonly observation: Uint8Array;
}

/** Fee rates in millionths. */
interface ConfigRates {
  readonly trade: bigint;
  readonly creator: bigint;
}

/** What a quote in one direction reads. */
interface Terms {
  readonly reserveIn: bigint;
  readonly reserveOut: bigint;
  /** What the input vault can still take before its balance passes 64 bits. */
  readonly room: bigint;
  /** Millionths taken from the input and from the output. */
  readonly inputRate: bigint;
  readonly outputRate: bigint;
  readonly inputTransferFee: TransferFeeConfig | undefined;
  readonly outputTransferFee: TransferFeeConfig | undefined;
}

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

  apply(account: AccountView): void {
    this.#applyPart(account);
    this.#gate = this.#findGate();
    this.#terms = this.#findTerms();
  }

  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    return quoteFrom(mode, amount, this.tryQuote(direction, mode, amount, clock));
  }

  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint {
    if (this.#gate !== undefined) return REFUSED[this.#gate];
    if (clock.unixTimestamp < this.#state.openTime) return REFUSED[QuoteRefusal.NotOpen];
    const terms = this.#terms?.[direction];
    if (terms === undefined) return REFUSED[QuoteRefusal.AccountMissing];
    return mode === SwapMode.ExactIn ? exactIn(terms, amount, clock.epoch) : exactOut(terms, amount, clock.epoch);
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
      request.mode === SwapMode.ExactIn
        ? swapData(SWAP_BASE_INPUT, request.amount, request.limit)
        : swapData(SWAP_BASE_OUTPUT, request.limit, request.amount);
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

  #findGate(): QuoteRefusal | undefined {
    const [vault0, vault1] = this.#vaults;
    const [mint0, mint1] = this.#mints;
    if (!vault0 || !vault1 || !mint0 || !mint1 || !this.#config) return QuoteRefusal.AccountMissing;
    if (mint0.hasUnsupportedExtension || mint1.hasUnsupportedExtension) return QuoteRefusal.FeatureUnsupported;
    const isFrozen = vault0.state === VaultState.Frozen || vault1.state === VaultState.Frozen;
    if ((this.#state.status & STATUS_SWAP_DISABLED) !== 0 || isFrozen) return QuoteRefusal.SwapDisabled;
    const [owed0, owed1] = this.#state.owed;
    if (owed0 > vault0.amount || owed1 > vault1.amount) return QuoteRefusal.MathOverflow;
    if (owed0 === vault0.amount || owed1 === vault1.amount) return QuoteRefusal.LiquidityExceeded;
    return undefined;
  }

  #findTerms(): Pair<Terms> | undefined {
    const [vault0, vault1] = this.#vaults;
    if (this.#config === undefined || vault0 === undefined || vault1 === undefined) return undefined;
    const [owed0, owed1] = this.#state.owed;
    const reserves: Pair<bigint> = [tradable(vault0, owed0), tradable(vault1, owed1)];
    const vaults: Pair<VaultBalance> = [vault0, vault1];
    const config = this.#config;
    const terms = (direction: Direction, input: 0 | 1, output: 0 | 1): Terms => ({
      reserveIn: reserves[input],
      reserveOut: reserves[output],
      room: U64_MAX - vaults[input].amount,
      ...findRates(this.#state, config, direction),
      inputTransferFee: this.#mints[input]?.transferFee,
      outputTransferFee: this.#mints[output]?.transferFee,
    });
    return [terms(Direction.AToB, 0, 1), terms(Direction.BToA, 1, 0)];
  }
}

function exactIn(terms: Terms, amount: bigint, epoch: bigint): bigint {
  if (amount === 0n) return REFUSED[QuoteRefusal.AmountZero];
  const inputFee = feeOf(terms.inputTransferFee, epoch);
  const arriving = inputFee === undefined ? amount : afterTransferFee(inputFee, amount);
  if (arriving === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  if (arriving === 0n) return REFUSED[QuoteRefusal.AmountZero];
  if (arriving > terms.room) return REFUSED[QuoteRefusal.MathOverflow];
  const fee = feeAmount(arriving, terms.inputRate, MILLIONTHS);
  if (fee === undefined || fee > arriving) return REFUSED[QuoteRefusal.MathOverflow];
  let output = outputFor(arriving - fee, terms.reserveIn, terms.reserveOut);
  if (output < 0n) return output;
  if (terms.outputRate !== 0n) {
    const outputFee = feeAmount(output, terms.outputRate, MILLIONTHS);
    if (outputFee === undefined || outputFee > output) return REFUSED[QuoteRefusal.MathOverflow];
    output -= outputFee;
  }
  const transferFee = feeOf(terms.outputTransferFee, epoch);
  const received = transferFee === undefined ? output : afterTransferFee(transferFee, output);
  if (received === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  return received === 0n ? REFUSED[QuoteRefusal.OutputZero] : received;
}

function exactOut(terms: Terms, amount: bigint, epoch: bigint): bigint {
  if (amount === 0n) return REFUSED[QuoteRefusal.AmountZero];
  const transferFee = feeOf(terms.outputTransferFee, epoch);
  const leaving = transferFee === undefined ? amount : beforeTransferFee(transferFee, amount);
  const taken = leaving === undefined ? undefined : amountBeforeFee(leaving, terms.outputRate, MILLIONTHS);
  if (taken === undefined) return REFUSED[QuoteRefusal.MathOverflow];
  const swapped = inputFor(taken, terms.reserveIn, terms.reserveOut);
  if (swapped < 0n) return swapped;
  const arriving = amountBeforeFee(swapped, terms.inputRate, MILLIONTHS);
  if (arriving === undefined || arriving > terms.room) return REFUSED[QuoteRefusal.MathOverflow];
  const inputFee = feeOf(terms.inputTransferFee, epoch);
  const spent = inputFee === undefined ? arriving : beforeTransferFee(inputFee, arriving);
  return spent ?? REFUSED[QuoteRefusal.MathOverflow];
}

function feeOf(config: TransferFeeConfig | undefined, epoch: bigint): TransferFee | undefined {
  return config === undefined ? undefined : transferFeeAt(config, epoch);
}

function findRates(
  state: PoolState,
  config: ConfigRates,
  direction: Direction,
): Pick<Terms, 'inputRate' | 'outputRate'> {
  if (!state.isCreatorFeeEnabled) return { inputRate: config.trade, outputRate: 0n };
  const onOutput = direction === Direction.AToB ? CREATOR_FEE_ON_TOKEN_1 : CREATOR_FEE_ON_TOKEN_0;
  return state.creatorFeeOn === onOutput
    ? { inputRate: config.trade, outputRate: config.creator }
    : { inputRate: config.trade + config.creator, outputRate: 0n };
}

function tradable(vault: VaultBalance, owed: bigint): bigint {
  return owed > vault.amount ? 0n : vault.amount - owed;
}

function decodePoolAccount(account: AccountView): { identity: Identity; state: PoolState } {
  if (!sameBytes(account.owner, RAYDIUM_CPMM_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), POOL_DISCRIMINATOR)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < POOL_LENGTH) throw decodeError(DecodeFailure.TooShort);
  const addresses = ([first, second]: Pair<number>): Pair<Uint8Array> => [reader.address(first), reader.address(second)];
  const identity: Identity = {
    address: account.address.slice(),
    config: reader.address(POOL_OFFSET.ammConfig),
    vaults: addresses(POOL_OFFSET.vaults),
    mints: addresses(POOL_OFFSET.mints),
    tokenPrograms: addresses(POOL_OFFSET.tokenPrograms),
    observation: reader.address(POOL_OFFSET.observation),
  };
  const arePrograms = identity.tokenPrograms.every(
    (program) => sameBytes(program, SPL_TOKEN_PROGRAM) || sameBytes(program, TOKEN_2022_PROGRAM),
  );
  if (sameBytes(...identity.mints) || sameBytes(...identity.vaults) || !arePrograms) {
    throw decodeError(DecodeFailure.FieldInvalid);
  }
  return { identity, state: decodeState(reader) };
}

function decodeState(reader: AccountReader): PoolState {
  const creatorFeeOn = reader.u8(POOL_OFFSET.creatorFeeOn);
  if (creatorFeeOn > CREATOR_FEE_ON_TOKEN_1) throw decodeError(DecodeFailure.FieldInvalid);
  const { protocolFees, fundFees, creatorFees } = POOL_OFFSET;
  const owed = (side: 0 | 1): bigint =>
    reader.u64(protocolFees[side]) + reader.u64(fundFees[side]) + reader.u64(creatorFees[side]);
  return {
    status: reader.u8(POOL_OFFSET.status),
    openTime: reader.u64(POOL_OFFSET.openTime),
    creatorFeeOn,
    isCreatorFeeEnabled: reader.u8(POOL_OFFSET.enableCreatorFee) !== 0,
    owed: [owed(0), owed(1)],
  };
}

function decodeConfig(account: AccountView): ConfigRates {
  if (!sameBytes(account.owner, RAYDIUM_CPMM_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), CONFIG_DISCRIMINATOR)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < CONFIG_LENGTH) throw decodeError(DecodeFailure.TooShort);
  const rates = { trade: reader.u64(CONFIG_OFFSET.tradeFeeRate), creator: reader.u64(CONFIG_OFFSET.creatorFeeRate) };
  if (rates.trade > MILLIONTHS || rates.creator > MILLIONTHS) throw decodeError(DecodeFailure.FieldInvalid);
  return rates;
}

function sameIdentity(left: Identity, right: Identity): boolean {
  const flat = ({ address, config, vaults, mints, tokenPrograms, observation }: Identity): Uint8Array[] => [
    address,
    config,
    ...vaults,
    ...mints,
    ...tokenPrograms,
    observation,
  ];
  const others = flat(right);
  return flat(left).every((bytes, i) => sameBytes(bytes, others[i] ?? new Uint8Array()));
}
