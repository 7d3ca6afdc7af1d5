import { ManualClock, SeededRandom } from '@tandem/engine/testing';
import { ComputeBudgetProgram, type Keypair, SystemProgram, type TransactionInstruction } from '@solana/web3.js';

import type { EmbeddedCluster } from '../../../src/cluster/embedded-cluster.js';
import {
  type BlockEngine,
  type BlockEngineOptions,
  startBlockEngine,
} from '../../../src/servers/block-engine/block-engine.js';
import { Faults } from '../../../src/servers/faults.js';
import { fundedKey, signed } from '../../cluster/funded.js';
import { startManualCluster } from '../../cluster/manual-cluster.js';

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly json: { readonly result?: unknown; readonly error?: { readonly code: number; readonly message: string } };
}

/** A block engine over a manual chain, its clock in the test's hands. */
export interface EngineUnderTest {
  readonly cluster: EmbeddedCluster;
  readonly clock: ManualClock;
  readonly faults: Faults;
  readonly engine: BlockEngine;
  readonly tip: Keypair;
  readonly payer: Keypair;
  /** Posts a JSON-RPC call to a path of a region. */
  call(path: string, method: string, params: unknown[], options?: CallOptions): Promise<Answer>;
  /** Sends base64 transactions as a bundle. */
  send(transactions: Uint8Array[], options?: CallOptions): Promise<Answer>;
  /** Returns a signed transaction that pays a tip among other instructions. */
  tipping(options?: TippingOptions): Promise<Uint8Array>;
  /** Lets one auction happen. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

interface CallOptions {
  readonly region?: number;
  readonly headers?: Record<string, string>;
}

interface TippingOptions {
  readonly payer?: Keypair;
  readonly lamports?: number;
  readonly units?: number;
  readonly before?: TransactionInstruction[];
  readonly blockhash?: string;
}

export async function startEngine(options: Partial<BlockEngineOptions> = {}): Promise<EngineUnderTest> {
  const cluster = await startManualCluster();
  const clock = new ManualClock();
  const faults = new Faults(new SeededRandom(1));
  const tip = await fundedKey(cluster, 1_000_000n);
  const payer = await fundedKey(cluster);
  const engine = await startBlockEngine({
    chain: cluster.chain,
    clock,
    random: new SeededRandom(2),
    regions: 2,
    tipAccounts: [tip.publicKey.toBytes()],
    requestsPerSecond: 1_000,
    faults,
    ...options,
  });
  const call: EngineUnderTest['call'] = async (path, method, params, { region = 0, headers = {} } = {}) => {
    const response = await fetch(`${engine.regionUrls[region]}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 5, method, params }),
    });
    const body = await response.text();
    const isJson = response.headers.get('content-type') === 'application/json' && response.status !== 500;
    return {
      status: response.status,
      headers: response.headers,
      body,
      json: isJson ? (JSON.parse(body) as Answer['json']) : {},
    };
  };
  return {
    cluster,
    clock,
    faults,
    engine,
    tip,
    payer,
    call,
    send: async (transactions, sendOptions) =>
      call('/api/v1/bundles', 'sendBundle', [transactions.map(base64), { encoding: 'base64' }], sendOptions),
    tipping: async ({ payer: from = payer, lamports = 10_000, units = 10_000, before = [], blockhash } = {}) =>
      signed(
        [ComputeBudgetProgram.setComputeUnitLimit({ units }), ...before, transfer(from, tip, lamports)],
        blockhash ?? (await cluster.latestBlockhash()),
        [from],
      ),
    tick: async () => clock.advance(50),
    close: async () => {
      await engine.stop();
      await cluster.stop();
    },
  };
}

export function transfer(from: Keypair, to: Keypair, lamports: number): TransactionInstruction {
  return SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to.publicKey, lamports });
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
