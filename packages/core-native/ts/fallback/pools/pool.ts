import type { ChainClock, Direction, Quote, SwapMode, SwapOrder, Venue } from '../../core-api.js';
import { CoreError } from '../../core-error.js';
import type { QuoteRefusal } from './quote.js';

/** An account's bytes as the chain gave them. */
export interface AccountView {
  /** The account's address, 32 bytes. */
  readonly address: Uint8Array;
  /** The program that owns it, 32 bytes. */
  readonly owner: Uint8Array;
  readonly data: Uint8Array;
}

/** Returns whether this says that no account stands at the address: the system program's, without data. */
export function isAbsent({ owner, data }: AccountView): boolean {
  return data.length === 0 && owner.every((byte) => byte === 0);
}

/** Whether an applied account changed which accounts the pool watches. */
export const Watch = { Same: 0, Changed: 1 } as const;
export type Watch = (typeof Watch)[keyof typeof Watch];

/** What no swap in one direction can pass, for the search. */
export interface SwapBounds {
  /**
   * Q64.64 output for each unit of input, an upper bound: the marginal price of the smallest swap after fees, rounded up; where
   * fees follow volatility, after the least of them.
   */
  readonly rateX64: bigint;
  /** Largest output. */
  readonly maxOut: bigint;
}

/** One account of a swap instruction. */
export interface SwapAccount {
  readonly address: Uint8Array;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

/** Returns an account that is read. */
export function readonlyAccount(address: Uint8Array): SwapAccount {
  return { address, isSigner: false, isWritable: false };
}

/** Returns an account that is written. */
export function writableAccount(address: Uint8Array): SwapAccount {
  return { address, isSigner: false, isWritable: true };
}

/** Returns an account that signs and is read. */
export function signerAccount(address: Uint8Array): SwapAccount {
  return { address, isSigner: true, isWritable: false };
}

/** Returns a discriminator followed by two little-endian `u64` arguments. */
export function swapData(discriminator: Uint8Array, first: bigint, second: bigint): Uint8Array {
  const data = new Uint8Array(discriminator.length + 16);
  data.set(discriminator);
  const view = new DataView(data.buffer, discriminator.length);
  view.setBigUint64(0, first, true);
  view.setBigUint64(8, second, true);
  return data;
}

/** An instruction: the program called, its accounts in the program's order, and its data. */
export interface SwapInstruction {
  readonly program: Uint8Array;
  readonly accounts: readonly SwapAccount[];
  readonly data: Uint8Array;
}

/** What a swap instruction is built from. */
export interface SwapRequest {
  readonly direction: Direction;
  readonly mode: SwapMode;
  /** Exact in: the input. Exact out: the output. */
  readonly amount: bigint;
  /** Exact in: the minimum output. Exact out: the maximum input. */
  readonly limit: bigint;
  /** The wallet that signs. */
  readonly owner: Uint8Array;
  /** Its token account that pays. */
  readonly source: Uint8Array;
  /** Its token account that receives. */
  readonly destination: Uint8Array;
}

/** Why an account is not a pool, or not part of one; the Rust `DecodeError`. */
export const DecodeFailure = {
  OwnerMismatch: 'POOL_ACCOUNT_OWNER_MISMATCH',
  DiscriminatorMismatch: 'POOL_ACCOUNT_DISCRIMINATOR_MISMATCH',
  TooShort: 'POOL_ACCOUNT_TOO_SHORT',
  RelationMismatch: 'POOL_ACCOUNT_RELATION_MISMATCH',
  FieldInvalid: 'POOL_ACCOUNT_FIELD_INVALID',
} as const;
export type DecodeFailure = (typeof DecodeFailure)[keyof typeof DecodeFailure];

const DECODE_MESSAGES: Readonly<Record<DecodeFailure, string>> = {
  POOL_ACCOUNT_OWNER_MISMATCH: "the account's owner is not a program of a known venue",
  POOL_ACCOUNT_DISCRIMINATOR_MISMATCH: 'the account is not of the expected kind',
  POOL_ACCOUNT_TOO_SHORT: 'the account is shorter than its layout',
  POOL_ACCOUNT_RELATION_MISMATCH: 'the account does not belong to the pool that names it',
  POOL_ACCOUNT_FIELD_INVALID: 'a field of the account has an impossible value',
};

/** Returns the error that a decode failure is thrown as. */
export function decodeError(failure: DecodeFailure): CoreError {
  return new CoreError(failure, DECODE_MESSAGES[failure]);
}

/** What one venue's pool does. A pool starts from its own account and becomes quotable as its dependencies are applied. */
export interface Pool {
  readonly venue: Venue;

  /** The pool account's own address. */
  readonly address: Uint8Array;

  /** Returns a pool of its own with the same state. */
  clone(): Pool;

  /**
   * Returns the accounts a quote depends on: the pool's own first, then the others that no quote can do without (there are
   * `required` of both), then those that only widen the range that can be quoted, such as tick arrays.
   */
  watched(): Uint8Array[];

  /** Returns how many of the watched accounts no quote can do without. */
  required(): number;

  /**
   * Applies newer bytes of the pool itself or of a watched account; the state before stays when they are refused. An account
   * that does not exist is applied as an absent one (`isAbsent`): a venue that can trade without it takes that for an answer.
   * @throws POOL_ACCOUNT_* when the bytes cannot be what the pool says they are.
   */
  apply(account: AccountView): Watch;

  /**
   * Quotes a swap against the applied state. Exact in spends the whole amount or is refused, also where the program would take
   * a part of it; exact out gives the whole amount or is refused. @throws QUOTE_* where the program would refuse.
   */
  quote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote;

  /**
   * Quotes without throwing or allocating a quote: returns the net output (exact in) or the gross input (exact out),
   * or a negative number, which is minus the `QuoteRefusal`.
   */
  tryQuote(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): bigint;

  /**
   * Quotes an order and leaves the pool as the program would after it; a refused order changes nothing. Where the program stops
   * at a price limit or at the end of its range, the quote says what it took.
   * @throws QUOTE_* where the program would refuse, QUOTE_FEATURE_UNSUPPORTED for what the venue's instruction cannot say
   */
  swap(order: SwapOrder): Quote;

  /** Returns what no swap in this direction can pass; undefined when none can be quoted. */
  bounds(direction: Direction, clock: ChainClock): SwapBounds | undefined;

  /** Returns why no swap can succeed whatever its amount, or undefined. */
  disabled(clock: ChainClock): QuoteRefusal | undefined;

  /** Returns the swap instruction with its accounts. */
  swapInstruction(request: SwapRequest): SwapInstruction;

  /** Returns the mints, A first. */
  mints(): [Uint8Array, Uint8Array];

  /** Returns the token programs of the mints, A first. */
  tokenPrograms(): [Uint8Array, Uint8Array];

  /** Returns the tradable reserves, A first; undefined while an account is missing. */
  reserves(): [bigint, bigint] | undefined;

  /** Returns the compute units a swap that stays within one price range may take on the real program. */
  computeUnits(): number;

  /** Returns the compute units this swap may take on the real program. */
  swapComputeUnits(direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): number;

  /**
   * Returns whether a larger swap may get a better price again: behind the cap of a transfer fee, or where a volatility fee falls
   * towards its reference.
   */
  priceMayRecover(): boolean;
}
