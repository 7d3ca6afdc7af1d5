import { type Clock, EngineError } from '@tandem/engine/ports';

import { addressKey, type AddressKey, addressText } from './address-key.js';
import { encodeBase58 } from './base58.js';
import type { Cluster, ClusterAccount, ClusterResult } from './cluster.js';
import { loadSurfnet, type SurfnetInstance } from './surfnet-binding.js';
import { SurfnetRpc } from './surfnet-rpc.js';
import { expectTransaction, V1_PREFIX } from './transaction-decoder.js';

export interface SurfnetClusterOptions {
  readonly clock: Clock;
  /** Milliseconds of a slot; default 50. */
  readonly slotMs?: number;
  /** A node to copy accounts from when they are first read; without one the chain starts empty. */
  readonly remoteRpcUrl?: string;
  /** Told when the runtime's events can no longer be drained: it will stop answering soon after. */
  readonly onFault: (error: unknown) => void;
}

/** Milliseconds between two drains: every subscription is an event too, and a client can ask for a hundred in as many. */
const DRAIN_MS = 10;
/** Writes after which is drained: they return at once, so that a thousand of them leave no timer its turn, and each is an event. */
const WRITES_PER_DRAIN = 64;
/** How long a transaction may take from being accepted to having a status. */
const STATUS_TIMEOUT_MS = 10_000;
const STATUS_POLL_MS = 10;
/** By then what was going to land has; only an expired blockhash explains silence. */
const SETTLED_AFTER_MS = 500;
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/**
 * Starts a Surfnet, an independent runtime and RPC in this process.
 * @throws SANDBOX_SURFNET_MISSING where the platform has no such package
 */
export async function startSurfnetCluster(options: SurfnetClusterOptions): Promise<Cluster> {
  const { Surfnet } = loadSurfnet();
  const { remoteRpcUrl, slotMs = 50 } = options;
  const instance = Surfnet.startWithConfig({
    ...(remoteRpcUrl === undefined ? { offline: true } : { offline: false, remoteRpcUrl }),
    blockProductionMode: 'clock',
    slotTimeMs: slotMs,
  });
  return new SurfnetCluster(instance, options);
}

class SurfnetCluster implements Cluster {
  readonly kind = 'surfnet';
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly #instance: SurfnetInstance;
  readonly #clock: Clock;
  readonly #rpc: SurfnetRpc;
  readonly #stopped = new AbortController();
  readonly #drained: Promise<void>;
  #writes = 0;

  constructor(instance: SurfnetInstance, { clock, onFault }: SurfnetClusterOptions) {
    this.#instance = instance;
    this.#clock = clock;
    this.rpcUrl = instance.rpcUrl;
    this.wsUrl = instance.wsUrl;
    this.#rpc = new SurfnetRpc(instance.rpcUrl, this.#stopped.signal);
    this.#drained = this.#drain().catch(onFault);
  }

  async setAccount(account: ClusterAccount): Promise<void> {
    const [address, owner] = [encodeBase58(account.address), encodeBase58(account.owner)];
    const { lamports, data, executable } = account;
    if (lamports <= BigInt(Number.MAX_SAFE_INTEGER)) {
      this.#instance.setAccount(address, Number(lamports), [...data], owner, executable);
      return this.#countWrite();
    }
    const hex = Buffer.from(data).toString('hex');
    await this.#rpc.call('surfnet_setAccount', [address, { lamports, data: hex, owner, executable }]);
  }

  async getAccount(address: Uint8Array): Promise<ClusterAccount | null> {
    return this.#rpc.account(address);
  }

  async loadProgram(programId: Uint8Array, elf: Uint8Array): Promise<void> {
    // Surfnet takes any bytes and fails when the program is first called.
    if (!ELF_MAGIC.every((byte, index) => elf[index] === byte)) {
      throw new EngineError('SANDBOX_PROGRAM_INVALID', 'the bytes are not a loadable Solana program', {
        context: { bytes: elf.length },
        action: 'give a .so file as `solana program dump` writes it',
      });
    }
    this.#instance.deploy({ programId: encodeBase58(programId), soBytes: [...elf] });
    this.#countWrite();
  }

  async submit(transaction: Uint8Array): Promise<ClusterResult> {
    const { signature, blockhash } = identify(transaction);
    const refusal = await this.#rpc.send(transaction);
    if (refusal !== null) return { signature, error: refusal };
    const startedMicros = this.#clock.nowMicros();
    for (;;) {
      const waitedMs = (this.#clock.nowMicros() - startedMicros) / 1_000;
      // Asked before the status: what lands between the two is found.
      const isDead = waitedMs > SETTLED_AFTER_MS && !(await this.#rpc.isBlockhashValid(addressText(blockhash)));
      const status = await this.#rpc.status(signature);
      if (status !== null) return { signature, error: status.err };
      if (isDead) return { signature, error: 'BlockhashNotFound' };
      if (waitedMs > STATUS_TIMEOUT_MS) throw noStatus(signature);
      await this.#clock.sleep(STATUS_POLL_MS, this.#stopped.signal);
    }
  }

  latestBlockhash(): Promise<string> {
    return this.#rpc.latestBlockhash();
  }

  currentSlot(): Promise<bigint> {
    return this.#rpc.slot();
  }

  async stop(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    await this.#drained;
    this.#instance.stop();
  }

  #countWrite(): void {
    this.#writes += 1;
    if (this.#writes % WRITES_PER_DRAIN === 0) this.#instance.drainEvents();
  }

  async #drain(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#instance.drainEvents();
      try {
        await this.#clock.sleep(DRAIN_MS, this.#stopped.signal);
      } catch (error) {
        if (!this.#stopped.signal.aborted) throw error;
      }
    }
  }
}

/** Where the blockhash of a v1 transaction stands: after prefix, header and config mask. */
const V1_BLOCKHASH_AT = 8;

/** Returns a transaction's signature and blockhash; this runtime takes v1 transactions, whose signatures stand at their end. */
function identify(transaction: Uint8Array): { readonly signature: string; readonly blockhash: AddressKey } {
  if (transaction[0] === V1_PREFIX && transaction.length > V1_BLOCKHASH_AT + 32 + 64) {
    const signaturesAt = transaction.length - 64 * (transaction[1] ?? 1);
    const signature = encodeBase58(transaction.subarray(signaturesAt, signaturesAt + 64));
    return { signature, blockhash: addressKey(transaction, V1_BLOCKHASH_AT) };
  }
  const { signatures, blockhash } = expectTransaction(transaction);
  return { signature: encodeBase58(signatures[0] ?? new Uint8Array()), blockhash };
}

function noStatus(signature: string): EngineError {
  return new EngineError('SANDBOX_TRANSACTION_TIMEOUT', `Surfnet accepted ${signature} but gives no status`, {
    context: { signature, waitedMs: STATUS_TIMEOUT_MS },
    action: 'restart the sandbox: Surfnet grows slower with every transaction',
  });
}
