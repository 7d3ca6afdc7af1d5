import { EngineError, type Clock } from '@tandem/engine/ports';
import { startSurfnetCluster } from './cluster/surfnet-cluster.js';
import { Faucet } from './faucet.js';
import { addressText } from './seed/addresses.js';
import { seededKeypair } from './seed/seeded-keys.js';
import { SlotStampProxy } from './surfnet/slot-stamp-proxy.js';

interface ForkOptions {
  /** The node whose accounts are copied when they are first read. */
  readonly remoteRpcUrl: string;
  /** Names the wallet; any whole number. */
  readonly seed: number;
  readonly clock: Clock;
  /** Told of every error in the background. */
  readonly onFault: (error: unknown) => void;
}

/** A chain that starts from another one's accounts and goes its own way: real programs and pools, and nothing is spent. */
export interface Fork {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** The wallet that trades there when the user names none; it exists on this fork only. */
  readonly wallet: { readonly address: string; readonly secretKey: Uint8Array };
  /** Gives an address so many lamports. */
  fund(address: Uint8Array, lamports: bigint): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds of a slot, about what public clusters keep. */
const FORK_SLOT_MS = 400;
const REMOTE_TIMEOUT_MS = 15_000;

/**
 * Starts a Surfnet over a remote node.
 * @throws SANDBOX_SURFNET_MISSING where the platform has none, SANDBOX_REMOTE_UNREACHABLE when the node does not answer
 */
export async function startFork(options: ForkOptions): Promise<Fork> {
  const { remoteRpcUrl, seed, clock, onFault } = options;
  // Surfnet itself waits for a node that is away, and blocks this process meanwhile.
  await expectNode(remoteRpcUrl);
  const cluster = await startSurfnetCluster({ clock, slotMs: FORK_SLOT_MS, remoteRpcUrl, onFault });
  try {
    const feed = await SlotStampProxy.start({ upstreamUrl: cluster.wsUrl, onFault });
    const faucet = new Faucet(cluster);
    const { address, secretKey } = seededKeypair(seed, 'fork/wallet');
    return {
      rpcUrl: cluster.rpcUrl,
      wsUrl: feed.url,
      wallet: { address: addressText(address), secretKey },
      fund: async (owner, lamports) => faucet.setLamports(owner, lamports),
      stop: async () => {
        await feed.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function expectNode(url: string): Promise<void> {
  let problem: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getGenesisHash', params: [] }),
      signal: AbortSignal.timeout(REMOTE_TIMEOUT_MS),
    });
    const answer = (await response.json()) as { readonly result?: unknown };
    if (typeof answer.result === 'string') return;
    problem = `it answers ${response.status} without a genesis hash`;
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  // The host alone: a path or a query can hold an access token.
  throw new EngineError(
    'SANDBOX_REMOTE_UNREACHABLE',
    `the node to fork at ${new URL(url).host} does not serve: ${problem}`,
    {
      severity: 'fatal',
      context: { host: new URL(url).host },
      action: 'Set network.remote_rpc_url to a Solana RPC node that this machine reaches.',
    },
  );
}
