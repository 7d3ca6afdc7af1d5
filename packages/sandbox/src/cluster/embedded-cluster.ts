import { createHash } from 'node:crypto';

import { type Clock, EngineError } from '@tandem/engine/ports';

import { startServers, type Servers } from '../servers/servers.js';
import { addressBytes, addressKey, addressText, SYSTEM_PROGRAM } from './address-key.js';
import type { Cluster, ClusterAccount, ClusterResult } from './cluster.js';
import { EmbeddedChain } from './embedded-chain.js';
import { Faucet, FAUCET_LAMPORTS } from './faucet.js';
import { SlotLoop } from './slot-loop.js';
import { expectTransaction } from './transaction-decoder.js';
import type { HistoryLimits } from './transaction-history.js';

/** Who opens blocks: a timer, or whoever calls `advanceSlot`. */
type BlockProduction = 'clock' | 'manual';

export interface EmbeddedClusterOptions {
  /** Gives wall time to the blocks and, in `clock` production, the pace. */
  readonly clock: Clock;
  /** Milliseconds of a slot; default 100. */
  readonly slotMs?: number;
  /** Default `clock`. */
  readonly blockProduction?: BlockProduction;
  /** RPC port on loopback, the websocket port is the next one; 0, the default, takes any free pair. */
  readonly port?: number;
  /** Unix seconds of the first block; default the clock's time. */
  readonly genesisUnixTime?: number;
  /** Slot of the first block; default 0. */
  readonly firstSlot?: bigint;
  /** Makes hashes, skipped slots and the faucet repeatable; default 'tandem'. */
  readonly seed?: string;
  /** Slots of a thousand that have no block, so that slot and block height differ; default 30. */
  readonly skippedPerMille?: number;
  /** Blocks between processed and confirmed; default 1. */
  readonly confirmedLag?: number;
  /** Blocks between processed and finalized; default 32. */
  readonly finalizedLag?: number;
  /** Bounds of the transaction history; default 200,000 transactions and 128 MiB. */
  readonly history?: Partial<HistoryLimits>;
  /** Bytes that may wait for one websocket client before it is dropped; default 16 MiB. */
  readonly websocketBacklogBytes?: number;
  /** Told when block production has failed, which no block follows; default: an unhandled rejection ends the process. */
  readonly onFault?: (error: unknown) => void;
}

/** The cluster of this process, with what only an embedded one can do. */
export interface EmbeddedCluster extends Cluster {
  readonly kind: 'litesvm';
  /** The chain behind the servers, for tests and for tools that need no network. */
  readonly chain: EmbeddedChain;
  /** Opens the next block and returns its slot. */
  advanceSlot(): bigint;
}

/**
 * Starts a cluster over LiteSVM with its RPC and websocket servers on loopback.
 * @throws SANDBOX_PORT_UNSUPPORTED when the port pair cannot be bound, SANDBOX_OPTION_OUT_OF_RANGE
 */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  checkRange('slotMs', options.slotMs, 1, 60_000);
  checkRange('port', options.port, 0, 65_534);
  checkRange('skippedPerMille', options.skippedPerMille, 0, 900);
  // A block must be closed before it can be confirmed: what lands in it later would never be told.
  checkRange('confirmedLag', options.confirmedLag, 1, 100);
  checkRange('finalizedLag', options.finalizedLag, options.confirmedLag ?? 1, 1_000);
  const seed = options.seed ?? 'tandem';
  const chain = createChain(options, seed);
  const faucet = new Faucet(seed);
  chain.setAccount(faucet.address, {
    lamports: FAUCET_LAMPORTS,
    owner: SYSTEM_PROGRAM,
    data: new Uint8Array(),
    executable: false,
  });
  const servers = await startServers({
    chain,
    faucet,
    identity: addressText(addressKey(createHash('sha256').update(`tandem sandbox validator/${seed}`).digest())),
    port: options.port ?? 0,
    backlogBytes: options.websocketBacklogBytes ?? 16 * 1024 * 1024,
  });
  const loop = new SlotLoop(chain, options.clock, options.slotMs ?? 100);
  if ((options.blockProduction ?? 'clock') === 'clock') loop.start(options.onFault);
  return new RunningCluster(chain, servers, loop);
}

function checkRange(option: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new EngineError('SANDBOX_OPTION_OUT_OF_RANGE', `${option} is ${value}, but must be ${least} to ${most}`, {
    severity: 'fatal',
    context: { option, value: String(value) },
    action: `give ${option} a whole number from ${least} to ${most}`,
  });
}

function createChain(options: EmbeddedClusterOptions, seed: string): EmbeddedChain {
  const startedAtMs = options.clock.nowMs();
  const genesisMs = options.genesisUnixTime === undefined ? startedAtMs : options.genesisUnixTime * 1_000;
  return new EmbeddedChain({
    firstSlot: options.firstSlot ?? 0n,
    unixTimestamp: () => BigInt(Math.floor((genesisMs + options.clock.nowMs() - startedAtMs) / 1_000)),
    historyLimits: { transactions: 200_000, bytes: 128 * 1024 * 1024, ...options.history },
    confirmedLag: options.confirmedLag ?? 1,
    finalizedLag: options.finalizedLag ?? 32,
    keptBlocks: 20_000,
    isSkipped: skipRule(seed, options.skippedPerMille ?? 30),
    seed,
  });
}

/** Returns a rule that skips about so many slots of a thousand, the same for the same seed. */
function skipRule(seed: string, perMille: number): (slot: bigint) => boolean {
  return (slot) => createHash('sha256').update(`skip/${seed}/${slot}`).digest().readUInt32LE(0) % 1_000 < perMille;
}

class RunningCluster implements EmbeddedCluster {
  readonly kind = 'litesvm';
  readonly chain: EmbeddedChain;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly #servers: Servers;
  readonly #loop: SlotLoop;

  constructor(chain: EmbeddedChain, servers: Servers, loop: SlotLoop) {
    this.chain = chain;
    this.rpcUrl = servers.rpcUrl;
    this.wsUrl = servers.wsUrl;
    this.#servers = servers;
    this.#loop = loop;
  }

  async setAccount(account: ClusterAccount): Promise<void> {
    const { lamports, data, executable } = account;
    this.chain.setAccount(addressKey(account.address), {
      lamports,
      data,
      executable,
      owner: addressKey(account.owner),
    });
  }

  async getAccount(address: Uint8Array): Promise<ClusterAccount | null> {
    const state = this.chain.account(addressKey(address), 'processed');
    // A copy: the state is shared with every other reader.
    return state === null ? null : { ...state, address, owner: addressBytes(state.owner), data: state.data.slice() };
  }

  async loadProgram(programId: Uint8Array, elf: Uint8Array): Promise<void> {
    this.chain.loadProgram(addressKey(programId), elf);
  }

  async submit(transaction: Uint8Array): Promise<ClusterResult> {
    const { signature, error } = this.chain.submit(expectTransaction(transaction));
    return { signature, error };
  }

  async latestBlockhash(): Promise<string> {
    return addressText(this.chain.ledger.at('processed').previousBlockhash);
  }

  async currentSlot(): Promise<bigint> {
    return this.chain.ledger.head.slot;
  }

  advanceSlot(): bigint {
    return this.chain.advanceSlot().slot;
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#servers.stop();
  }
}
