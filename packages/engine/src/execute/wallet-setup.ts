import { type CoreApi, encodeInstructions, type Instruction } from '@tandem/core-native';
import { decodeAddress, encodeBase58 } from '../chain/base58.js';
import { firstSignature } from '../chain/transaction-signature.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { EngineError } from '../errors/engine-error.js';
import type { AccountSnapshot, ChainReader } from '../ports/chain-reader.js';
import type { Signer } from '../ports/signer.js';
import type { BalanceTracker } from '../validate/balance-tracker.js';
import type { BlockhashSource } from './blockhash-source.js';
import { computeBudgetInstructions } from './compute-budget.js';
import type { FailureHandler } from './failure-handler.js';
import type { JournaledSend } from './journaled-send.js';
import { LAMPORTS_PER_SIGNATURE, WRAPPED_SOL_MINT } from './system-programs.js';
import type { TokenAccounts } from './token-accounts.js';
import { isCreated, type VenueAccount, venueAccounts } from './venue-setup.js';
import { createTokenAccount, type TokenAccountPlace, wrapLamports } from './wallet-instructions.js';

/** `getMultipleAccounts` takes at most so many. */
const ACCOUNTS_PER_READ = 100;
/** As many creations as fit a packet with room to spare. */
const CREATIONS_PER_TRANSACTION = 6;
/** A creation searches its address: several thousand units; this leaves room for an unlucky one. */
const COMPUTE_UNITS_PER_CREATION = 45_000;
const COMPUTE_UNITS_PER_WRAP = 10_000;
/** Offsets in a token account: SPL Token `state.rs` `Account`. */
const MINT_OFFSET = 0;
const OWNER_OFFSET = 32;
const AMOUNT_OFFSET = 64;
const TOKEN_ACCOUNT_BYTES = 165;
const ADDRESS_BYTES = 32;

/** A mint the wallet will hold. */
export interface WantedMint {
  readonly mint: Uint8Array;
  readonly tokenProgram: Uint8Array;
}

/** A venue whose program refused to create the account it keeps of the wallet. */
export interface VenueSetupRefusal {
  readonly venue: string;
  readonly reason: string;
}

/** What the set-up is made of. */
export interface WalletSetupOptions {
  readonly core: CoreApi;
  readonly reader: ChainReader;
  readonly signer: Signer;
  readonly blockhashes: BlockhashSource;
  readonly sends: JournaledSend;
  readonly failures: FailureHandler;
  readonly accounts: TokenAccounts;
  readonly balances: BalanceTracker;
  readonly computeUnitPriceMicroLamports: bigint;
  /** Native balance that stays in the wallet. */
  readonly minWalletLamports: bigint;
  /** Wrapped SOL the wallet should hold; 0 wraps nothing. */
  readonly wrapTargetLamports: bigint;
  /**
   * Returns a few compute units that differ from send to send: an embedded chain that starts anew gives the same blockhashes, and the
   * same bytes would have the signature of a set-up that the journal holds already.
   */
  readonly saltUnits: () => number;
}

/** Reads the wallet's balances, and creates what trading needs before it starts: token accounts and wrapped SOL. */
export class WalletSetup {
  readonly #options: WalletSetupOptions;
  #venueAccounts: readonly VenueAccount[] = [];
  #missingVenueAccounts: readonly VenueAccount[] = [];
  readonly #refusedVenues: VenueSetupRefusal[] = [];

  constructor(options: WalletSetupOptions) {
    this.#options = options;
  }

  /** Venues that must not be traded: the wallet's account there could not be created. */
  get refusedVenues(): readonly VenueSetupRefusal[] {
    return this.#refusedVenues;
  }

  /**
   * Derives the wallet's accounts of these mints and those that the programs of these venues keep of it, and reads them all.
   * @throws CHAIN_*, WALLET_SETUP_INVALID
   */
  async load(wanted: readonly WantedMint[], venues: readonly string[]): Promise<void> {
    this.#venueAccounts = venueAccounts(this.#options.accounts.wallet, venues);
    for (const { mint, tokenProgram } of wanted) this.#options.accounts.derive(mint, tokenProgram);
    await this.refresh();
  }

  /** Reads every balance again. @throws CHAIN_*, WALLET_SETUP_INVALID */
  async refresh(): Promise<void> {
    const { accounts, balances, reader } = this.#options;
    const places = [...accounts.all];
    const kept = this.#venueAccounts;
    const addresses = [
      accounts.wallet,
      ...[...places.map(([, place]) => place), ...kept].map(({ account }) => account),
    ];
    const found: (AccountSnapshot | null)[] = [];
    // What a transaction has just changed must be in what is read, whichever node answers.
    const minContextSlot = balances.newestSlot();
    for (let from = 0; from < addresses.length; from += ACCOUNTS_PER_READ) {
      const chunk = addresses.slice(from, from + ACCOUNTS_PER_READ);
      found.push(...(await reader.getAccounts(chunk, 'confirmed', { minContextSlot })));
    }
    const wallet = found[0] ?? null;
    if (wallet !== null) balances.setLamports(wallet.lamports, wallet.slot);
    for (const [index, [mint, place]] of places.entries()) {
      const account = found[index + 1] ?? null;
      if (account !== null) balances.setToken(mint, this.#amountOf(account, place), account.slot);
      // What is not there brings no slot; the wallet's is of the same read or an earlier one.
      else if (wallet !== null) balances.removeToken(mint, wallet.slot);
    }
    this.#missingVenueAccounts = kept.filter((one, index) => !isCreated(one, found[1 + places.length + index]));
  }

  /**
   * Creates the accounts that are missing and wraps SOL up to the target, each by a confirmed transaction of its own; `maySign` is
   * asked before each of them. A venue whose program refuses the wallet's account is listed in `refusedVenues`, and nothing else ends.
   * @throws WALLET_FUNDS_MISSING, WALLET_SETUP_INVALID, WALLET_SETUP_TIMEOUT, CHAIN_*
   */
  async prepare(maySign: () => boolean): Promise<void> {
    const missing = this.missing();
    const missingVenueAccounts = this.#missingVenueAccounts;
    await this.#requireLamports([...missing.map(() => TOKEN_ACCOUNT_BYTES), ...missingVenueAccounts.map(bytesOf)]);
    for (let from = 0; from < missing.length; from += CREATIONS_PER_TRANSACTION) {
      if (!maySign()) return;
      const batch = missing.slice(from, from + CREATIONS_PER_TRANSACTION);
      const create = batch.map((place) => createTokenAccount(this.#options.accounts.wallet, place));
      await this.#run(create, batch.length * COMPUTE_UNITS_PER_CREATION);
    }
    await this.#createVenueAccounts(missingVenueAccounts, maySign);
    if (missing.length + missingVenueAccounts.length > 0) await this.refresh();
    const wrap = this.wrapAmount();
    const place = this.#options.accounts.find(WRAPPED_SOL_MINT);
    if (wrap === 0n || place === undefined || !maySign()) return;
    await this.#run(wrapLamports(this.#options.accounts.wallet, place.account, wrap), COMPUTE_UNITS_PER_WRAP);
    await this.refresh();
  }

  /** Returns the derived accounts the wallet does not have yet. */
  missing(): TokenAccountPlace[] {
    const { accounts, balances } = this.#options;
    return [...accounts.all].filter(([mint]) => !balances.hasAccount(mint)).map(([, place]) => place);
  }

  /** Returns how much SOL to wrap: up to the target, but never below the native reserve. */
  wrapAmount(): bigint {
    const { balances, wrapTargetLamports, minWalletLamports } = this.#options;
    const lacking = wrapTargetLamports - balances.balance(WRAPPED_SOL_MINT);
    const spare = balances.spendableLamports() - minWalletLamports - LAMPORTS_PER_SIGNATURE;
    const wrap = lacking < spare ? lacking : spare;
    return wrap > 0n ? wrap : 0n;
  }

  /** Instructions that would create and wrap what is missing, for a simulation that may change nothing. */
  simulatedSetUp(
    mints: readonly string[],
    venues: readonly string[],
  ): {
    readonly instructions: Instruction[];
    readonly computeUnits: number;
    readonly wrapped: bigint;
  } {
    const { accounts, balances } = this.#options;
    const instructions: Instruction[] = [];
    let computeUnits = 0;
    for (const mint of mints) {
      const place = accounts.find(mint);
      if (place === undefined || balances.hasAccount(mint)) continue;
      instructions.push(createTokenAccount(accounts.wallet, place));
      computeUnits += COMPUTE_UNITS_PER_CREATION;
    }
    for (const missing of this.#missingVenueAccounts) {
      if (!venues.includes(missing.venue)) continue;
      instructions.push(missing.create);
      computeUnits += missing.computeUnits;
    }
    const place = accounts.find(WRAPPED_SOL_MINT);
    const wrapped = mints.includes(WRAPPED_SOL_MINT) ? this.wrapAmount() : 0n;
    if (place !== undefined && wrapped > 0n) {
      instructions.push(...wrapLamports(accounts.wallet, place.account, wrapped));
      computeUnits += COMPUTE_UNITS_PER_WRAP;
    }
    return { instructions, computeUnits, wrapped };
  }

  /** Each by a transaction of its own: a program that has changed costs its venue, and nothing else. */
  async #createVenueAccounts(missing: readonly VenueAccount[], maySign: () => boolean): Promise<void> {
    for (const { venue, create, computeUnits } of missing) {
      if (!maySign()) return;
      try {
        await this.#run([create], computeUnits);
      } catch (error) {
        if (!(error instanceof EngineError) || error.code !== 'WALLET_SETUP_INVALID') throw error;
        this.#refusedVenues.push({ venue, reason: error.message });
      }
    }
  }

  /** Requires the rent of accounts of these sizes on top of the reserve. */
  async #requireLamports(sizes: readonly number[]): Promise<void> {
    const { balances, reader, accounts, minWalletLamports } = this.#options;
    const bySize = new Map<number, bigint>();
    for (const size of new Set(sizes)) bySize.set(size, await reader.getMinimumRent(size));
    const rent = sizes.reduce((sum, size) => sum + (bySize.get(size) ?? 0n), 0n);
    const needed = rent + minWalletLamports + LAMPORTS_PER_SIGNATURE;
    const found = balances.spendableLamports();
    if (found >= needed) return;
    const wallet = encodeBase58(accounts.wallet);
    throw createEngineError('WALLET_FUNDS_MISSING', `the wallet ${wallet} has ${found} lamports and needs ${needed}`, {
      context: { wallet, lamports: found.toString(), needed: needed.toString() },
      action: `Send at least ${needed - found} lamports to ${wallet}, or lower risk.min_wallet_lamports.`,
    });
  }

  async #run(instructions: readonly Instruction[], computeUnits: number): Promise<void> {
    const { core, signer, blockhashes, sends, failures, computeUnitPriceMicroLamports } = this.#options;
    const packed = encodeInstructions([
      ...computeBudgetInstructions(computeUnits + this.#options.saltUnits(), computeUnitPriceMicroLamports),
      ...instructions,
    ]);
    const lifetime = blockhashes.latest();
    const message = core.compileMessage(signer.address, decodeAddress(lifetime.blockhash), packed, new Uint8Array(0));
    const transaction = signer.signTransaction(message);
    const verdict = await sends.send({ purpose: 'setup', transaction, lifetime });
    if (verdict.kind === 'landed') return;
    const signature = encodeBase58(firstSignature(transaction));
    const context = { signature };
    if (verdict.kind === 'expired') {
      throw createEngineError('WALLET_SETUP_TIMEOUT', `the set-up transaction ${signature} expired unseen`, {
        context,
      });
    }
    const reason = failures.describe(verdict.landed);
    throw createEngineError('WALLET_SETUP_INVALID', `the set-up transaction ${signature} failed: ${reason}`, {
      context: { ...context, reason },
    });
  }

  /** An account at the right address can still be another's: its owner field is what counts. */
  #amountOf(account: AccountSnapshot, place: TokenAccountPlace): bigint {
    const { data } = account;
    const holds = (offset: number, address: Uint8Array) =>
      address.every((byte, index) => data[offset + index] === byte) && data.length >= offset + ADDRESS_BYTES;
    if (
      data.length < TOKEN_ACCOUNT_BYTES ||
      !holds(MINT_OFFSET, place.mint) ||
      !holds(OWNER_OFFSET, this.#options.accounts.wallet)
    ) {
      const text = encodeBase58(place.account);
      throw createEngineError(
        'WALLET_SETUP_INVALID',
        `${text} is not the wallet's token account of ${encodeBase58(place.mint)}`,
        {
          context: { account: text },
          action: 'The account belongs to someone else; trade with another wallet.',
        },
      );
    }
    return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(AMOUNT_OFFSET, true);
  }
}

function bytesOf({ bytes }: VenueAccount): number {
  return bytes;
}
