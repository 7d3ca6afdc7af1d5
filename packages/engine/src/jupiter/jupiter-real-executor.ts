import type { CoreApi } from '@tandem/core-native';
import { encodeBase58, findAddressBytes } from '../chain/base58.js';
import { firstSignature } from '../chain/transaction-signature.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { ExecutionMonitor } from '../execute/execution-monitor.js';
import type { FailureHandler } from '../execute/failure-handler.js';
import type { Verdict } from '../execute/transaction-tracker.js';
import type { IntentEvent } from '../journal/event.js';
import type { Journal } from '../journal/journal.js';
import type { ChainReader } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import type { Signer } from '../ports/signer.js';
import type { KillSwitch } from '../risk/kill-switch.js';
import type { SwapRouter } from '../ports/swap-router.js';
import { RouterTables } from './router-tables.js';
import { measureSwap, swappedAmount } from './swap-measure.js';
import { type SwapOrder, type SwapPlan, SwapPlanner, type SwapSettings } from './swap-planner.js';
import { swapIntent, swapOutcome } from './swap-record.js';

const WHOLE_BPS = 10_000;
const U64_MAX = (1n << 64n) - 1n;

/** What a swap came to, read from the chain. */
export interface SwapResult {
  readonly signature: string;
  /** What left the wallet, raw units of the input mint; of SOL native and wrapped together, without fee and rent. */
  readonly inputAmount: bigint;
  /** What came in, raw units of the output mint; of SOL likewise. */
  readonly outputAmount: bigint;
  /** The router's estimate before the swap, a decimal ratio. */
  readonly priceImpact: string;
  readonly slot: bigint;
  readonly feeLamports: bigint;
  readonly rentLamports: bigint;
}

/** What the executor is made of. */
export interface JupiterRealExecutorOptions {
  readonly core: CoreApi;
  readonly router: SwapRouter;
  readonly reader: ChainReader;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly monitor: ExecutionMonitor;
  readonly failures: FailureHandler;
  /** Holds each swap before it is sent, and its end. */
  readonly journal: Journal;
  readonly settings: SwapSettings;
  /** Name in `submitted`. */
  readonly senderName: string;
  /** Closes the way to a signature, for this swap and every later one. */
  readonly killSwitch: KillSwitch;
}

/**
 * Swaps one mint for another through Jupiter: quote, instructions that are checked, a simulation, one signature, and the verdict of the
 * chain. A swap is signed once; until its transaction has landed, failed or expired nothing is signed in its place.
 */
export class JupiterRealExecutor {
  readonly #options: JupiterRealExecutorOptions;
  readonly #planner: SwapPlanner;

  constructor(options: JupiterRealExecutorOptions) {
    this.#options = options;
    const { reader, signer } = options;
    this.#planner = new SwapPlanner({ ...options, tables: new RouterTables(reader), wallet: signer.address });
  }

  /**
   * Swaps `amount` raw units of one mint and returns what the chain says of it.
   * @throws JUPITER_*, WALLET_FUNDS_MISSING, CHAIN_*, JOURNAL_*; only JUPITER_SWAP_INVALID has cost a fee
   */
  async executeSwap(inputMint: string, outputMint: string, amount: bigint, slippageBps: number): Promise<SwapResult> {
    return await this.swap({ inputMint, outputMint, amountIn: amount, slippageBps });
  }

  /** Plans and simulates a swap without signing anything. @throws JUPITER_*, WALLET_FUNDS_MISSING, CHAIN_* */
  async preview(order: SwapOrder): Promise<SwapPlan> {
    checkOrder(order);
    return await this.#planner.plan(order);
  }

  /** Swaps at the price of now; the order's own minimum is what somebody has agreed to, and `stop` calls it off until it is signed. @throws as `executeSwap` */
  async swap(order: SwapOrder, stop?: AbortSignal): Promise<SwapResult> {
    const { signer, journal, clock, monitor, senderName, killSwitch } = this.#options;
    const plan = await this.preview(order);
    // Asked after the last wait: nothing stands between these and the signature.
    const allowed = killSwitch.check();
    if (allowed.kind === 'refusal')
      throw createEngineError('RISK_STATE_INVALID', `halted before the swap was signed: ${allowed.details['trigger']}`);
    if (stop?.aborted === true)
      throw createEngineError('JUPITER_CONFIRMATION_MISSING', 'the swap was called off before it was signed');
    const transaction = signer.signTransaction(plan.message);
    const signature = encodeBase58(firstSignature(transaction));
    const intent = swapIntent(plan, signature, transaction);
    journal.recordOrThrow(intent);
    const { lastValidBlockHeight, slot } = plan.lifetime;
    const sentAtMicros = clock.nowMicros();
    const tracked = { id: intent.id, signature, transaction, lastValidBlockHeight, sentAtMicros, fromSlot: slot };
    const { verdict } = monitor.track(tracked);
    journal.record({
      type: 'submitted',
      id: intent.id,
      signature,
      lastValidBlockHeight: intent.lastValidBlockHeight,
      sender: senderName,
      bytes: transaction.length,
    });
    return this.#resultOf(plan, intent, await verdict);
  }

  #resultOf(plan: SwapPlan, intent: IntentEvent, verdict: Verdict): SwapResult {
    const reason = this.#record(intent, verdict);
    const { signature } = intent;
    const context = { signature, reason };
    if (verdict.kind === 'expired')
      throw createEngineError('JUPITER_SWAP_EXPIRED', `the swap ${signature} ${reason}`, { context });
    if (verdict.kind === 'failed')
      throw createEngineError('JUPITER_SWAP_INVALID', `the swap ${signature} failed: ${reason}`, { context });
    const measure = measureSwap(verdict.landed, encodeBase58(this.#options.signer.address));
    return {
      signature,
      inputAmount: -swappedAmount(measure, plan.order.inputMint),
      outputAmount: swappedAmount(measure, plan.order.outputMint),
      priceImpact: plan.quote.priceImpact,
      slot: verdict.landed.slot,
      feeLamports: measure.feeLamports,
      rentLamports: measure.rentLamports,
    };
  }

  /** Writes the end of a swap and returns why it did not happen; empty where it did. */
  #record(intent: IntentEvent, verdict: Verdict): string {
    const { journal, failures } = this.#options;
    const outcome = swapOutcome(intent, verdict, failures);
    journal.record(outcome);
    return outcome.type === 'missed' ? outcome.reason : '';
  }
}

function checkOrder(order: SwapOrder): void {
  const wrong = wrongOf(order);
  if (wrong === undefined) return;
  const context = { ...order, amountIn: order.amountIn.toString(), minimumOut: order.minimumOut?.toString() };
  throw createEngineError('JUPITER_REQUEST_INVALID', wrong, { context });
}

function wrongOf({ inputMint, outputMint, amountIn, slippageBps }: SwapOrder): string | undefined {
  if ([inputMint, outputMint].some((mint) => findAddressBytes(mint) === null)) return 'a mint is no base58 address';
  if (inputMint === outputMint) return 'the mints must differ';
  if (amountIn <= 0n || amountIn > U64_MAX) return 'the amount must be above 0 and fit 64 bits';
  const isShare = Number.isInteger(slippageBps) && slippageBps >= 0 && slippageBps < WHOLE_BPS;
  return isShare ? undefined : `the slippage must be a whole number of basis points below ${WHOLE_BPS}`;
}
