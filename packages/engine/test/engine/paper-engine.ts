import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type CoreApi, loadCore } from '@tandem/core-native';
import { encodeBase58 } from '../../src/chain/base58.js';
import { parseEngineConfig } from '../../src/config/engine-config.js';
import { createEngine } from '../../src/engine.js';
import { NoLookupTables } from '../../src/execute/lookup-table-source.js';
import type { EngineEvent } from '../../src/journal/event.js';
import type { Signer, SigningGate, SwapRouter } from '../../src/ports/index.js';
import { ManualClock, MemoryJournal, ScriptedFeed, SeededRandom } from '../../src/testing/index.js';
import { PaperChain } from './paper-chain.js';
import { PaperMarket } from './paper-market.js';

/** PKCS#8 header of an ed25519 seed (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Twelve of the 44 bytes of an SPKI key come before the address. */
const SPKI_HEADER_BYTES = 12;

const core = loadCore().core;

/** Returns a signer over a key that every run of the tests makes again. */
export function testSigner(seedByte = 7): Signer {
  const seed = Buffer.alloc(32, seedByte);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const address = new Uint8Array(
    createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_HEADER_BYTES),
  );
  const signer = core.createSigner(new Uint8Array(Buffer.concat([seed, address])));
  return { address, signTransaction: (message) => core.signTransaction(signer, message) };
}

export interface PaperEngineOptions {
  readonly config?: Record<string, unknown>;
  readonly journal?: MemoryJournal;
  readonly signer?: Signer;
  readonly router?: SwapRouter;
  readonly gate?: SigningGate;
  readonly prepare?: (chain: PaperChain) => void;
  /** Changes the core that the stages see; the market keeps the real one. */
  readonly wrapCore?: (core: CoreApi) => CoreApi;
}

/** The whole engine over a paper market and a paper chain. */
export function paperEngine(options: PaperEngineOptions = {}) {
  const clock = new ManualClock();
  const signer = options.signer ?? testSigner();
  const chain = new PaperChain(signer.address);
  options.prepare?.(chain);
  const market = new PaperMarket(core, clock);
  const feed = new ScriptedFeed();
  const journal = options.journal ?? new MemoryJournal();
  const config = parseEngineConfig(
    JSON.stringify({ execution_mode: 'REAL', venues: { self_test: false }, ...options.config }),
  );
  const blockhashes = {
    start: async () => undefined,
    stop: async () => undefined,
    latest: () => ({
      blockhash: blockhashAt(chain.height),
      lastValidBlockHeight: chain.height + 150n,
      slot: chain.slot,
    }),
  };
  const engine = createEngine({
    config,
    core: options.wrapCore?.(core) ?? core,
    market,
    ports: {
      clock,
      feed,
      signer,
      journal,
      blockhashes,
      random: new SeededRandom(1),
      reader: chain.reader,
      senders: [chain.sender],
      lookupTables: new NoLookupTables(),
      ...(options.router === undefined ? {} : { router: options.router }),
      ...(options.gate === undefined ? {} : { gate: options.gate }),
    },
    parallelism: 0,
    facts: { network: 'sandbox', chain: 'paper', rpcUrl: 'r', wsUrl: 'w', dataDir: 'd', version: '0' },
  });
  const events: EngineEvent[] = [];
  engine.on((event) => events.push(event));
  return { engine, clock, chain, market, feed, journal, events };
}

export type PaperEngine = ReturnType<typeof paperEngine>;

/** Starts the engine and lets it come to rest. */
export async function start(paper: PaperEngine): Promise<void> {
  await paper.engine.start();
  await pass(paper);
}

/** Lets manual time pass, and everything it wakes come to rest. */
export async function pass({ clock }: PaperEngine, ms = 0): Promise<void> {
  await clock.advance(ms);
}

/** Each block has its own. */
function blockhashAt(height: bigint): string {
  const hash = new Uint8Array(32).fill(9);
  new DataView(hash.buffer).setBigUint64(0, height);
  return encodeBase58(hash);
}

/** The gap most tests use: pool 1 sells SOL 5 % dearer than pool 0. */
export const GAP = [1_000_000_000_000n, 210_000_000_000n] as const;
