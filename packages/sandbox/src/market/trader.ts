import { decodeInstructions, encodeInstructions, encodeLookupTables, Direction, SwapMode } from '@tandem/core-native';
import type { CandidateLeg, CoreApi, PoolDescription, SignerId, SwapLeg } from '@tandem/core-native';
import { EngineError } from '@tandem/engine/ports';
import type { Cluster, ClusterResult } from '../cluster/cluster.js';
import type { Faucet } from '../faucet.js';
import { addressBytes, addressText, COMPUTE_BUDGET_PROGRAM } from '../seed/addresses.js';
import type { SeededKeypair } from '../seed/seeded-keys.js';
import type { MintFacts } from '../seed/token-accounts.js';
import type { PoolView } from './pool-view.js';

const MAX_BALANCE = 1n << 62n;
/** A wallet that cannot pay is filled up for so many trades of the size. */
const REFILL_TRADES = 64n;
const TRADER_LAMPORTS = 1_000_000_000_000n;
const REFILL_BELOW_LAMPORTS = 1_000_000_000n;
/** With the sequence number at most what a transaction can have: a swap across many bins takes a third of it. */
const BASE_COMPUTE_UNITS = 1_300_000;
const SEQUENCE_UNITS = 100_000;
/** ComputeBudget `SetComputeUnitLimit`: tag 2, u32. */
const SET_COMPUTE_UNIT_LIMIT = 2;

export interface TraderOptions {
  readonly core: CoreApi;
  readonly cluster: Cluster;
  readonly faucet: Faucet;
  readonly view: PoolView;
  readonly keypair: SeededKeypair;
}

/** A leg with the least the trader takes for it. */
export interface TraderLeg extends Pick<CandidateLeg, 'direction' | 'amountIn'> {
  readonly pool: PoolDescription;
  readonly minAmountOut: bigint;
}

/** A wallet of the sandbox that makes real swaps; the faucet keeps it from running dry. */
export class Trader {
  readonly #options: TraderOptions;
  readonly #signer: SignerId;
  #sequence = 0;

  constructor(options: TraderOptions) {
    this.#options = options;
    this.#signer = options.core.createSigner(options.keypair.secretKey);
  }

  /** The wallet. */
  get address(): Uint8Array {
    return this.#options.keypair.address;
  }

  /** Sends exact-in swaps as one transaction and returns what became of it. */
  async swap(legs: readonly TraderLeg[]): Promise<ClusterResult> {
    const { core, cluster, view } = this.#options;
    await this.#refillLamports();
    const swapLegs: SwapLeg[] = [];
    for (const [position, leg] of legs.entries()) swapLegs.push(await this.#prepareLeg(leg, position === 0));
    const swaps = decodeInstructions(core.swapInstructions(view.store, this.address, swapLegs));
    const instructions = encodeInstructions([this.#computeLimit(), ...swaps]);
    const blockhash = addressBytes(await cluster.latestBlockhash());
    const message = core.compileMessage(this.address, blockhash, instructions, encodeLookupTables([]));
    return cluster.submit(core.signTransaction(this.#signer, message));
  }

  /** Makes sure that the wallet can pay `amount` of the mint. */
  async refill(mint: MintFacts, amount: bigint): Promise<void> {
    const { faucet } = this.#options;
    const holding = { owner: this.address, mint };
    const balance = await faucet.tokensOf(holding);
    if (balance >= amount && balance <= MAX_BALANCE) return;
    const filled = amount * REFILL_TRADES;
    await faucet.setTokens(holding, filled > MAX_BALANCE && amount <= MAX_BALANCE ? MAX_BALANCE : filled);
  }

  /** Gives the key back to the core. */
  close(): void {
    this.#options.core.dropSigner(this.#signer);
  }

  async #prepareLeg(leg: TraderLeg, isFirst: boolean): Promise<SwapLeg> {
    const { pool, direction, amountIn } = leg;
    const [mintIn, mintOut] = direction === Direction.AToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
    const [factsIn, factsOut] = [await this.#mint(mintIn), await this.#mint(mintOut)];
    // Later legs are paid from what the one before them gave.
    if (isFirst) await this.refill(factsIn, amountIn);
    const sourceAccount = await this.#options.faucet.tokenAddress({ owner: this.address, mint: factsIn });
    const destinationAccount = await this.#openAccount(factsOut);
    const limit = leg.minAmountOut;
    return {
      pool: pool.index,
      direction,
      mode: SwapMode.ExactIn,
      amount: amountIn,
      limit,
      sourceAccount,
      destinationAccount,
    };
  }

  async #openAccount(mint: MintFacts): Promise<Uint8Array> {
    const { cluster, faucet } = this.#options;
    const holding = { owner: this.address, mint };
    const address = await faucet.tokenAddress(holding);
    const account = await cluster.getAccount(address);
    const isMissing = account === null || account.data.length === 0;
    // A balance near the end of its width would make the next credit overflow.
    if (isMissing || (await faucet.tokensOf(holding)) > MAX_BALANCE) await faucet.setTokens(holding, 0n);
    return address;
  }

  async #refillLamports(): Promise<void> {
    const { cluster, faucet } = this.#options;
    const account = await cluster.getAccount(this.address);
    if (account === null || account.lamports < REFILL_BELOW_LAMPORTS)
      await faucet.setLamports(this.address, TRADER_LAMPORTS);
  }

  /** The limit carries a sequence number: two equal swaps on one blockhash must not be one transaction. */
  #computeLimit(): { readonly program: Uint8Array; readonly accounts: readonly []; readonly data: Uint8Array } {
    this.#sequence = (this.#sequence + 1) % SEQUENCE_UNITS;
    const data = new Uint8Array(5);
    data[0] = SET_COMPUTE_UNIT_LIMIT;
    new DataView(data.buffer).setUint32(1, BASE_COMPUTE_UNITS + this.#sequence, true);
    return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
  }

  async #mint(mint: Uint8Array): Promise<MintFacts> {
    const facts = await this.#options.faucet.findMint(mint);
    if (facts !== null) return facts;
    throw new EngineError('SANDBOX_MINT_NOT_FOUND', `the cluster has no mint ${addressText(mint)}`, {
      severity: 'fatal',
      context: { mint: addressText(mint) },
      action: 'Put the dump of the mint beside the pool that trades it.',
    });
  }
}
