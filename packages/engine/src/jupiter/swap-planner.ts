import { type CoreApi, encodeInstructions, encodeLookupTables, type Instruction } from '@tandem/core-native';
import { decodeAddress, encodeBase58 } from '../chain/base58.js';
import { decodeTransactionError } from '../chain/transaction-error.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { computeBudgetInstructions, priorityFeeLamports } from '../execute/compute-budget.js';
import type { FailureHandler } from '../execute/failure-handler.js';
import { LAMPORTS_PER_SIGNATURE } from '../execute/system-programs.js';
import { unsignedTransaction } from '../chain/transaction-signature.js';
import type { ChainReader, LatestBlockhash } from '../ports/chain-reader.js';
import type { SwapQuote, SwapRouter } from '../ports/swap-router.js';
import { MAX_TRANSACTION_COMPUTE_UNITS } from '../validate/compute-check.js';
import { checkRouterInstructions } from './instruction-gate.js';
import type { RouterTables } from './router-tables.js';
import { requireStrangers, requireUnharmed, type SwapBounds, swapGuardAddresses } from './swap-guard.js';
import { SwapWallet } from './swap-wallet.js';

/** A swap as it is asked for; mints are base58. */
export interface SwapOrder {
  readonly inputMint: string;
  readonly outputMint: string;
  /** Raw units. */
  readonly amountIn: bigint;
  readonly slippageBps: number;
  /** The least output that somebody has agreed to; the quote less the slippage holds where it is more. */
  readonly minimumOut?: bigint;
}

/** A swap that has been simulated and only wants a signature. */
export interface SwapPlan {
  readonly order: SwapOrder;
  readonly quote: SwapQuote;
  /** What the chain checks, raw units of the output mint. */
  readonly minimumOut: bigint;
  readonly message: Uint8Array;
  readonly lifetime: LatestBlockhash;
  readonly computeUnitLimit: number;
  /** Base and priority fee. */
  readonly feeLamports: bigint;
  /** Rent of accounts that stay. */
  readonly rentLamports: bigint;
}

/** What the planner is made of. */
export interface SwapPlannerOptions {
  readonly core: CoreApi;
  readonly router: SwapRouter;
  readonly reader: ChainReader;
  readonly tables: RouterTables;
  readonly failures: FailureHandler;
  readonly wallet: Uint8Array;
  readonly settings: SwapSettings;
}

export interface SwapSettings {
  /** Accounts of the first quote; it steps down while the transaction is too large. */
  readonly maxAccounts: number;
  /** Oldest picture of the market a quote may rest on. */
  readonly maxAgeSlots: bigint;
  readonly computeUnitPriceMicroLamports: bigint;
  /** Compute-unit limit above what the simulation took. */
  readonly computeUnitMarginBps: number;
  /** Native balance that stays in the wallet. */
  readonly minWalletLamports: bigint;
}

const BPS = 10_000n;
const FEWEST_ACCOUNTS = 8;
/** A quote may be old because the router was slow once, not twice. */
const QUOTES_PER_ROUTE = 2;
/** Accounts a transaction may lock: solana-sdk `MAX_TX_ACCOUNT_LOCKS`, without the feature that doubles it. */
const MAX_LOCKS = 64;
/** solana-sdk `PACKET_DATA_SIZE`. */
const PACKET_BYTES = 1_232;
const TOO_LARGE: ReadonlySet<string> = new Set(['WIRE_TRANSACTION_TOO_LARGE', 'WIRE_ACCOUNT_KEYS_EXCEEDED']);

/** Turns an order into bytes to sign: quote, our minimum, checked instructions, and a simulation that has gone well. */
export class SwapPlanner {
  readonly #options: SwapPlannerOptions;

  constructor(options: SwapPlannerOptions) {
    this.#options = options;
  }

  /** @throws JUPITER_*, WALLET_FUNDS_MISSING, CHAIN_*; nothing has been signed then */
  async plan(order: SwapOrder): Promise<SwapPlan> {
    let accounts = this.#options.settings.maxAccounts;
    for (;;) {
      const quote = await this.#freshQuote(order, accounts);
      try {
        return await this.#planQuote(order, quote);
      } catch (error) {
        if (!isTooLarge(error) || accounts <= FEWEST_ACCOUNTS) throw error;
        accounts = Math.max(FEWEST_ACCOUNTS, Math.floor((accounts * 3) / 4));
      }
    }
  }

  async #freshQuote(order: SwapOrder, maxAccounts: number): Promise<SwapQuote> {
    const { router, reader, wallet, settings } = this.#options;
    const request = { ...order, maxAccounts, wallet: encodeBase58(wallet), hops: 'any', sol: 'wrapped-only' } as const;
    for (let attempt = 1; ; attempt += 1) {
      const quote = await router.quote(request);
      if (quote.contextSlot === null) return quote;
      const age = (await reader.getSlot('processed')) - quote.contextSlot;
      if (age <= settings.maxAgeSlots) return quote;
      if (attempt < QUOTES_PER_ROUTE) continue;
      throw createEngineError('JUPITER_QUOTE_EXPIRED', `the quote rests on a market ${age} slots old`, {
        context: { ageSlots: age.toString(), maxAgeSlots: settings.maxAgeSlots.toString() },
      });
    }
  }

  async #planQuote(order: SwapOrder, quote: SwapQuote): Promise<SwapPlan> {
    const { core, reader, settings, wallet: address } = this.#options;
    const minimumOut = minimumOf(order, quote);
    const wallet = await SwapWallet.load(reader, address, mintsOf(quote));
    const wrap = wallet.lacking(order.inputMint, order.amountIn);
    const { instructions, lookupTables } = await this.#instructions({ quote, minimumOut, wallet, wrap });
    requireLocks(address, instructions);
    const lifetime = await reader.getLatestBlockhash('confirmed');
    const tables = await this.#options.tables.load(lookupTables);
    const compile = (computeUnitLimit: number): Uint8Array => {
      const budget = computeBudgetInstructions(computeUnitLimit, settings.computeUnitPriceMicroLamports);
      const packed = encodeInstructions([...budget, ...instructions]);
      const chosen = [...core.chooseLookupTables(address, packed, encodeLookupTables(tables))]
        .map((position) => tables[position])
        .filter((table) => table !== undefined);
      return core.compileMessage(address, decodeAddress(lifetime.blockhash), packed, encodeLookupTables(chosen));
    };
    const simulated = await this.#simulate(requirePacket(compile(MAX_TRANSACTION_COMPUTE_UNITS)), wallet, {
      ...order,
      wrap,
      feeLamports: feeOf(MAX_TRANSACTION_COMPUTE_UNITS, settings),
    });
    const computeUnitLimit = withMargin(simulated.units, settings.computeUnitMarginBps);
    const plan = {
      order,
      quote,
      minimumOut,
      message: compile(computeUnitLimit),
      lifetime,
      computeUnitLimit,
      feeLamports: feeOf(computeUnitLimit, settings),
      rentLamports: simulated.rentLamports,
    };
    requireLamports(wallet, wrap + plan.feeLamports + plan.rentLamports + settings.minWalletLamports);
    return plan;
  }

  async #instructions(swap: {
    readonly quote: SwapQuote;
    readonly minimumOut: bigint;
    readonly wallet: SwapWallet;
    readonly wrap: bigint;
  }): Promise<{ readonly instructions: Instruction[]; readonly lookupTables: readonly Uint8Array[] }> {
    const { quote, minimumOut, wallet, wrap } = swap;
    // SOL is wrapped and unwrapped by us: the router would close an account that the wallet keeps.
    const sol = 'wrapped-only';
    const answer = await this.#options.router.instructions(quote, {
      wallet: encodeBase58(wallet.address),
      sol,
      minimumOut,
    });
    const [source, destination] = [wallet.account(quote.inputMint), wallet.account(quote.outputMint)];
    const others = wallet.accounts.filter((account) => account !== source && account !== destination);
    const checked = checkRouterInstructions(answer, {
      wallet: wallet.address,
      inputMint: source.mint,
      outputMint: destination.mint,
      sourceAccount: source.account,
      destinationAccount: destination.account,
      ownedAccounts: others.map(({ account }) => account),
      amountIn: quote.amountIn,
      minimumOut,
      sol,
    });
    // With the router's own accounts in between ours are not needed.
    const used = wallet.accounts.filter(({ account }) =>
      checked.swap.accounts.some(({ address }) => Buffer.compare(address, account) === 0),
    );
    const known = new Set(swapGuardAddresses(wallet).map(encodeBase58));
    const written = checked.swap.accounts.filter(
      ({ address, isWritable }) => isWritable && !known.has(encodeBase58(address)),
    );
    // Token accounts of the wallet that nobody has told us of are found by looking.
    const strangers = await this.#options.reader.getAccounts(
      written.map(({ address }) => address),
      'confirmed',
    );
    requireStrangers(strangers, wallet.address);
    return {
      instructions: [...wallet.before(used, wrap), checked.swap, ...wallet.after(used)],
      lookupTables: checked.lookupTables,
    };
  }

  async #simulate(
    transaction: Uint8Array,
    wallet: SwapWallet,
    bounds: SwapBounds,
  ): Promise<{ readonly units: number; readonly rentLamports: bigint }> {
    const { reader, failures } = this.#options;
    const result = await reader.simulate(transaction, swapGuardAddresses(wallet));
    if (result.error !== null) {
      const reason = failures.describe(result);
      const error = decodeTransactionError(result.error)?.text ?? null;
      throw createEngineError('JUPITER_SIMULATION_INVALID', `the swap would fail: ${reason}`, {
        context: { reason, error, logs: result.logs.slice(-8) },
      });
    }
    const rentLamports = requireUnharmed(result.accounts, wallet, bounds);
    return { units: Number(result.unitsConsumed ?? BigInt(MAX_TRANSACTION_COMPUTE_UNITS)), rentLamports };
  }
}

/** Rounds up, against the router: the limit errs on the strict side. @throws JUPITER_MINIMUM_EXCEEDED, JUPITER_REQUEST_INVALID */
function minimumOf({ slippageBps, minimumOut: agreed }: SwapOrder, { amountOut }: SwapQuote): bigint {
  const quoted = (amountOut * (BPS - BigInt(slippageBps)) + BPS - 1n) / BPS;
  // What was agreed to is a floor: where the price has risen since, the slippage holds from there.
  const minimumOut = agreed !== undefined && agreed > quoted ? agreed : quoted;
  const context = { amountOut: amountOut.toString(), minimumOut: minimumOut.toString() };
  if (minimumOut <= 0n)
    throw createEngineError('JUPITER_REQUEST_INVALID', 'so small an amount buys nothing', { context });
  if (minimumOut <= amountOut) return minimumOut;
  throw createEngineError('JUPITER_MINIMUM_EXCEEDED', `the price now gives ${amountOut}, less than ${minimumOut}`, {
    context,
  });
}

function mintsOf({ inputMint, outputMint, steps }: SwapQuote): string[] {
  return [...new Set([inputMint, outputMint, ...steps.flatMap((step) => [step.inputMint, step.outputMint])])];
}

function withMargin(units: number, marginBps: number): number {
  // Rounds up: a limit below what is needed fails the swap.
  return Math.min(MAX_TRANSACTION_COMPUTE_UNITS, Math.ceil((units * (10_000 + marginBps)) / 10_000));
}

function feeOf(computeUnits: number, { computeUnitPriceMicroLamports }: SwapSettings): bigint {
  return LAMPORTS_PER_SIGNATURE + priorityFeeLamports(computeUnits, computeUnitPriceMicroLamports);
}

function requireLocks(wallet: Uint8Array, instructions: readonly Instruction[]): void {
  const keys = new Set([encodeBase58(wallet)]);
  for (const { program, accounts } of instructions) {
    keys.add(encodeBase58(program));
    for (const { address } of accounts) keys.add(encodeBase58(address));
  }
  // The compute-budget program is one more.
  const locks = keys.size + 1;
  if (locks > MAX_LOCKS)
    throw createEngineError(
      'JUPITER_TRANSACTION_TOO_LARGE',
      `the swap locks ${locks} accounts of at most ${MAX_LOCKS}`,
    );
}

/** Returns the message as a transaction without a signature. @throws JUPITER_TRANSACTION_TOO_LARGE */
function requirePacket(message: Uint8Array): Uint8Array {
  const transaction = unsignedTransaction(message);
  if (transaction.length <= PACKET_BYTES) return transaction;
  const text = `the swap takes ${transaction.length} bytes of at most ${PACKET_BYTES}`;
  throw createEngineError('JUPITER_TRANSACTION_TOO_LARGE', text);
}

function requireLamports(wallet: SwapWallet, needed: bigint): void {
  if (wallet.lamports >= needed) return;
  const message = `the wallet has ${wallet.lamports} lamports and needs ${needed}`;
  throw createEngineError('WALLET_FUNDS_MISSING', message, {
    context: { lamports: wallet.lamports.toString(), needed: needed.toString() },
    action: `Send at least ${needed - wallet.lamports} lamports to ${encodeBase58(wallet.address)}, or swap less.`,
  });
}

function isTooLarge(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'JUPITER_TRANSACTION_TOO_LARGE' || (typeof code === 'string' && TOO_LARGE.has(code));
}
