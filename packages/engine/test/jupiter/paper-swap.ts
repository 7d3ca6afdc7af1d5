import { type CoreApi, loadCore } from '@tandem/core-native';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { ExecutionMonitor } from '../../src/execute/execution-monitor.js';
import { FailureHandler } from '../../src/execute/failure-handler.js';
import { ProfitValidator } from '../../src/execute/profit-validator.js';
import type { RecoveryOptions } from '../../src/execute/recovery.js';
import { soleWitness } from '../../src/chain/endpoints/sole-witness.js';
import { SYSTEM_PROGRAM, TOKEN_PROGRAM_BYTES } from '../../src/execute/system-programs.js';
import { TokenAccounts } from '../../src/execute/token-accounts.js';
import { createTokenAccount } from '../../src/execute/wallet-instructions.js';
import { Journal } from '../../src/journal/journal.js';
import { JupiterRealExecutor } from '../../src/jupiter/jupiter-real-executor.js';
import type {
  AccountSnapshot,
  LandedTransaction,
  SimulationResult,
  SwapInstructions,
  SwapQuote,
  SwapRequest,
  SwapRouter,
} from '../../src/ports/index.js';
import { KillSwitch } from '../../src/risk/kill-switch.js';
import { ManualClock, MemoryJournal, RecordingSender, ScriptedFeed, ScriptedReader } from '../../src/testing/index.js';
import { tokenAccountData } from '../engine/paper-pools.js';
import { testSigner } from '../engine/paper-engine.js';
import { routeAccounts, routeData } from './router-answers.js';
import { POOLS, SOL, USD } from './sample-answers.js';

const core: CoreApi = loadCore().core;
export const RENT = 2_039_280n;
const SLOT = 500n;
const FEE = 5_000n;

/** A router that quotes one unit for two, and answers as the gate wants it. */
class PaperRouter implements SwapRouter {
  readonly name = 'paper';
  readonly canMerge = false;
  readonly requests: SwapRequest[] = [];
  /** What one unit of input gives. */
  price = 2n;
  contextSlots: (bigint | null)[] = [];
  /** Accounts of venues in the swap; `undefined`: two. */
  extraAccounts = (_request: SwapRequest): number => 0;
  spoil = (answer: SwapInstructions): SwapInstructions => answer;

  async quote(request: SwapRequest): Promise<SwapQuote> {
    this.requests.push(request);
    const { inputMint, outputMint, amountIn } = request;
    const step = { pool: POOLS[0], label: 'paper', inputMint, outputMint, shareBps: 10_000 };
    const contextSlot = this.contextSlots.length > 0 ? this.contextSlots.shift()! : SLOT;
    return await Promise.resolve({
      inputMint,
      outputMint,
      amountIn,
      amountOut: amountIn * this.price,
      priceImpact: '0.01',
      contextSlot,
      steps: [step],
      raw: request,
    });
  }

  merge(): SwapQuote {
    throw new Error('PaperRouter: nothing is merged');
  }

  async instructions(quote: SwapQuote, options: Parameters<SwapRouter['instructions']>[1]): Promise<SwapInstructions> {
    const accounts = new TokenAccounts(decodeAddress(options.wallet));
    const [source, destination] = [quote.inputMint, quote.outputMint].map((mint) =>
      accounts.derive(decodeAddress(mint), TOKEN_PROGRAM_BYTES),
    );
    const expected = {
      wallet: accounts.wallet,
      inputMint: source!.mint,
      outputMint: destination!.mint,
      sourceAccount: source!.account,
      destinationAccount: destination!.account,
      ownedAccounts: [],
      amountIn: quote.amountIn,
      minimumOut: options.minimumOut,
      sol: options.sol,
    };
    const extra = Array.from({ length: this.extraAccounts(quote.raw as SwapRequest) }, (_, index) => ({
      address: new Uint8Array(32).fill(1, 0, 2).fill(index + 1, 2),
      isSigner: false,
      isWritable: false,
    }));
    const swap = {
      program: decodeAddress('JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4'),
      accounts: [...routeAccounts('route', expected), ...extra],
      data: routeData('route', { amountIn: quote.amountIn, quotedOut: options.minimumOut }),
    };
    const setup = [source!, destination!].map((place) => createTokenAccount(accounts.wallet, place));
    return await Promise.resolve(this.spoil({ setup, swap, cleanup: null, other: [], lookupTables: [] }));
  }
}

/** A wallet, a chain on paper and an executor between them; a send lands at once, unless a test says otherwise. */
export class PaperSwap {
  readonly clock = new ManualClock();
  readonly router = new PaperRouter();
  readonly sender = new RecordingSender('paper');
  readonly store: MemoryJournal;
  readonly signer = testSigner();
  readonly killSwitch = new KillSwitch({
    nowMs: () => this.clock.nowMs(),
    onListenerFault: (error) => {
      throw error;
    },
  });
  readonly wallet = encodeBase58(this.signer.address);
  lamports = 1_000_000_000n;
  readonly tokens = new Map<string, bigint>();
  /** Mints of the token program. */
  readonly mints = new Set([SOL, USD]);
  simulation: Partial<SimulationResult> = {};
  /** Changes the accounts that a simulation tells of: the wallet, then its token accounts. */
  harm = (accounts: (AccountSnapshot | null)[]): (AccountSnapshot | null)[] => accounts;
  /** What a send does to the chain; nothing lands where it gives nothing. */
  outcome: (() => Partial<LandedTransaction>) | undefined;
  height = 10n;
  readonly simulated: Uint8Array[] = [];
  readonly reader: ScriptedReader;
  readonly executor: JupiterRealExecutor;
  readonly recovery: RecoveryOptions;
  readonly #accounts = new TokenAccounts(this.signer.address);
  readonly #landed = new Map<string, LandedTransaction>();

  constructor(earlier?: MemoryJournal) {
    this.store = earlier ?? new MemoryJournal();
    this.reader = this.#reader();
    this.sender.onSend = ({ signature }) => this.#land(signature);
    const [failures, monitor] = [new FailureHandler(), this.#monitor()];
    const journal = new Journal({ store: this.store, clock: this.clock, onFailure: () => undefined });
    this.executor = new JupiterRealExecutor({
      core,
      router: this.router,
      reader: this.reader,
      signer: this.signer,
      clock: this.clock,
      failures,
      journal,
      monitor,
      settings: {
        maxAccounts: 32,
        maxAgeSlots: 4n,
        computeUnitPriceMicroLamports: 1_000n,
        computeUnitMarginBps: 1_000,
        minWalletLamports: 10_000_000n,
      },
      senderName: 'paper',
      killSwitch: this.killSwitch,
    });
    this.recovery = {
      monitor,
      journal,
      failures,
      profitsOf: (wallet) => new ProfitValidator(wallet, []),
      baseMints: [],
    };
  }

  #monitor(): ExecutionMonitor {
    return new ExecutionMonitor({
      clock: this.clock,
      witnesses: soleWitness(this.reader),
      feed: new ScriptedFeed(),
      senders: [this.sender],
      settings: {
        pollMs: 250,
        rebroadcastMs: 500,
        heightProbeAfterMs: 2_000,
        overdueAfterMs: 30_000,
        commitment: 'confirmed',
      },
      onSendFault: () => undefined,
      onReadFault: () => undefined,
      onDispute: () => undefined,
      onShortHistory: () => undefined,
      onOverdue: () => undefined,
    });
  }

  /** Returns what a promise comes to while time goes on. */
  async settle<Value>(promise: Promise<Value>, ms = 1_000): Promise<Value> {
    const progress = { ended: false };
    const end = () => {
      progress.ended = true;
    };
    promise.then(end, end);
    for (let step = 0; step < 20 && !progress.ended; step += 1) await this.clock.advance(ms / 10);
    return promise;
  }

  /** Names of the programs that a message calls, in order. */
  programs(transaction: Uint8Array): string[] {
    const message = transaction.subarray(65);
    const keys = message[4]!;
    const key = (index: number) => encodeBase58(message.subarray(5 + 32 * index, 37 + 32 * index));
    let at = 5 + 32 * keys + 32;
    const count = message[at]!;
    at += 1;
    return Array.from({ length: count }, () => {
      const program = key(message[at]!);
      const accounts = message[at + 1]!;
      const data = message[at + 2 + accounts]!;
      at += 3 + accounts + data;
      return program;
    });
  }

  #land(signature: string): void {
    if (this.outcome === undefined) return;
    this.#landed.set(signature, {
      signature,
      slot: 9n,
      error: null,
      accountKeys: [this.wallet, 'wsol', 'usd'],
      signers: [this.wallet],
      feeLamports: 1n,
      computeUnitsConsumed: null,
      preLamports: [],
      postLamports: [],
      preTokenBalances: [],
      postTokenBalances: [],
      logs: [],
      ...this.outcome(),
    });
  }

  #reader(): ScriptedReader {
    return new ScriptedReader({
      getAccounts: async (addresses) => addresses.map((address) => this.#account(address)),
      getSlot: async () => SLOT,
      getLatestBlockhash: async () => ({ blockhash: SYSTEM_PROGRAM, lastValidBlockHeight: 150n, slot: SLOT }),
      getBlockHeight: async () => this.height,
      getFirstAvailableBlock: async () => 0n,
      simulate: async (transaction, accounts) => {
        this.simulated.push(transaction);
        const told = this.harm(accounts.map((address) => this.#account(address)));
        return { slot: SLOT, error: null, logs: [], unitsConsumed: 100_000n, accounts: told, ...this.simulation };
      },
      getSignatureStatuses: async (signatures) =>
        signatures.map((signature) =>
          this.#landed.has(signature) ? { slot: 9n, error: null, confirmationStatus: 'confirmed' as const } : null,
        ),
      getTransaction: async (signature) => this.#landed.get(signature) ?? null,
    });
  }

  #account(address: Uint8Array): AccountSnapshot | null {
    const text = encodeBase58(address);
    const at = (owner: Uint8Array, lamports: bigint, data: Uint8Array) => ({
      address,
      owner,
      lamports,
      slot: SLOT,
      data,
    });
    if (text === this.wallet) return at(new Uint8Array(32), this.lamports, new Uint8Array(0));
    if (this.mints.has(text)) return at(TOKEN_PROGRAM_BYTES, 1n, new Uint8Array(82));
    for (const [mint, amount] of this.tokens) {
      const { account } = this.#accounts.derive(decodeAddress(mint), TOKEN_PROGRAM_BYTES);
      if (Buffer.compare(account, address) === 0)
        return at(TOKEN_PROGRAM_BYTES, RENT, tokenAccountData(decodeAddress(mint), this.signer.address, amount));
    }
    return null;
  }
}

/** Balances of a swap of 1,000,000 SOL units into 1,990,000 USD units, with a new USD account. */
export function solToUsd(wallet: string): Partial<LandedTransaction> {
  const usd = { accountIndex: 2, mint: USD, owner: wallet, amount: 1_990_000n };
  return {
    preLamports: [1_000_000_000n, 0n, 0n, 500n],
    postLamports: [1_000_000_000n - 1_000_000n - FEE - 110n - RENT, 0n, RENT, 1_000_500n],
    preTokenBalances: [],
    postTokenBalances: [usd],
  };
}
