import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { TokenAccounts } from '../../src/execute/token-accounts.js';
import { FEATURE_PROGRAM, V1_FEATURE } from '../../src/execute/v1-support.js';
import type { AccountSnapshot, LandedTransaction, SignatureStatus, TokenBalance } from '../../src/ports/index.js';
import { RecordingSender, ScriptedReader } from '../../src/testing/index.js';
import { SOL, USD } from '../strategy/sample-opportunity.js';
import { tokenAccountData } from './paper-pools.js';

const TOKEN_PROGRAM = decodeAddress('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const SYSTEM_PROGRAM = new Uint8Array(32);
const BASE_FEE = 5_000n;

/** What a transaction does on this chain; by default it earns `profit` wrapped lamports. */
export interface Outcome {
  readonly profit?: bigint;
  readonly priorityFee?: bigint;
  readonly error?: unknown;
  readonly logs?: readonly string[];
}

/** A chain on paper: one wallet with its accounts; transactions land when a test says so. */
export class PaperChain {
  readonly sender = new RecordingSender('paper');
  readonly reader: ScriptedReader;
  slot = 100n;
  height = 1_000n;
  lamports = 10_000_000_000n;
  readonly tokens = new Map<string, bigint>([
    [SOL, 5_000_000_000n],
    [USD, 0n],
  ]);
  /** Accounts by their base58 addresses, beside the wallet's and those of its tokens. */
  readonly others = new Map<string, AccountSnapshot>();
  readonly #wallet: Uint8Array;
  readonly #accounts: TokenAccounts;
  #final: { readonly lamports: bigint; readonly tokens: ReadonlyMap<string, bigint> } | undefined;
  readonly #landed = new Map<string, LandedTransaction>();

  constructor(wallet: Uint8Array) {
    this.#wallet = wallet;
    this.#accounts = new TokenAccounts(wallet);
    // This network's gate of v1 transactions is not active.
    const gate = { address: decodeAddress(V1_FEATURE), owner: decodeAddress(FEATURE_PROGRAM), lamports: 1n, slot: 0n };
    this.others.set(V1_FEATURE, { ...gate, data: new Uint8Array(9) });
    for (const mint of [SOL, USD]) this.#accounts.derive(decodeAddress(mint), TOKEN_PROGRAM);
    this.reader = new ScriptedReader({
      getAccounts: async (addresses) => addresses.map((address) => this.#account(address)),
      getMinimumRent: async (bytes) => BigInt(128 + bytes) * 6_960n,
      getBlockHeight: async () => this.height,
      getFirstAvailableBlock: async () => 0n,
      getSignaturesForAddress: async () => [],
      // Nothing that lands here is ever final.
      readAccounts: async (addresses) =>
        addresses.map((address) => ({
          address,
          slot: this.slot,
          account: this.#account(address, this.#final ?? this),
        })),
      getSignatureStatuses: async (signatures) => signatures.map((signature) => this.#status(signature)),
      getTransaction: async (signature) => this.#landed.get(signature) ?? null,
    });
  }

  /** Puts a transaction into a block. */
  land(signature: string, outcome: Outcome = {}): void {
    const { profit = 0n, priorityFee = 0n, error = null, logs = [] } = outcome;
    const before = { lamports: this.lamports, tokens: new Map(this.tokens) };
    this.#final ??= before;
    this.lamports -= BASE_FEE + priorityFee;
    if (error === null) this.tokens.set(SOL, (this.tokens.get(SOL) ?? 0n) + profit);
    this.#landed.set(signature, {
      signature,
      slot: this.slot,
      error,
      logs,
      feeLamports: BASE_FEE,
      computeUnitsConsumed: null,
      accountKeys: [encodeBase58(this.#wallet), 'wsol', 'usd'],
      signers: [encodeBase58(this.#wallet)],
      preLamports: [before.lamports, 1n, 1n],
      postLamports: [this.lamports, 1n, 1n],
      preTokenBalances: this.#balances(before.tokens),
      postTokenBalances: this.#balances(this.tokens),
    });
  }

  #balances(tokens: ReadonlyMap<string, bigint>): TokenBalance[] {
    return [...tokens].map(([mint, amount], index) => ({
      accountIndex: index + 1,
      mint,
      owner: encodeBase58(this.#wallet),
      amount,
    }));
  }

  #status(signature: string): SignatureStatus | null {
    const landed = this.#landed.get(signature);
    return landed === undefined ? null : { slot: landed.slot, error: landed.error, confirmationStatus: 'confirmed' };
  }

  #account(
    address: Uint8Array,
    state: Pick<PaperChain, 'lamports'> & { readonly tokens: ReadonlyMap<string, bigint> } = this,
  ): AccountSnapshot | null {
    const { slot } = this;
    if (Buffer.compare(address, this.#wallet) === 0) {
      return state.lamports === 0n
        ? null
        : { address, owner: SYSTEM_PROGRAM, lamports: state.lamports, slot, data: new Uint8Array(0) };
    }
    const mint = [...state.tokens.keys()].find((key) => {
      const place = this.#accounts.find(key);
      return place !== undefined && Buffer.compare(place.account, address) === 0;
    });
    if (mint === undefined) return this.others.get(encodeBase58(address)) ?? null;
    const data = tokenAccountData(decodeAddress(mint), this.#wallet, state.tokens.get(mint) ?? 0n);
    return { address, owner: TOKEN_PROGRAM, lamports: 2_039_280n, slot, data };
  }
}
