import { createServer, type Server } from 'node:http';

import type { Clock, Random } from '@tandem/engine/ports';

import { addressKey, addressText } from '../../cluster/address-key.js';
import type { ClusterResult } from '../../cluster/cluster.js';
import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import { expectTransaction } from '../../cluster/transaction-decoder.js';
import { BackgroundLoop } from '../../market/background-loop.js';
import type { Faults } from '../faults.js';
import { answerThroughFaults, htmlReply, sendReply } from '../http-faults.js';
import { writeJson } from '../json-writer.js';
import { close, listen, LOOPBACK } from '../loopback.js';
import { RpcError } from '../rpc/rpc-error.js';
import { admitBundle, type AdmissionOptions } from './admission.js';
import { Auction } from './auction.js';
import { BundleBook } from './bundle-book.js';
import { bundleMethods } from './bundle-methods.js';
import { type BlockEngineCounters, createCounters } from './counters.js';
import { RegionBudget } from './region-budget.js';
import { createRegionServer } from './region-server.js';
import { TipHistory } from './tip-history.js';

export interface BlockEngineOptions {
  readonly chain: EmbeddedChain;
  readonly clock: Clock;
  /** Orders the tip accounts anew for each answer, as the real engine does: a client must choose, not take the first. */
  readonly random: Random;
  /** How many regions; each has its own address and rate limit. */
  readonly regions: number;
  readonly tipAccounts: readonly Uint8Array[];
  /** Of one client in one region, all methods together; the real default is 1. */
  readonly requestsPerSecond: number;
  readonly faults: Faults;
  /** Only slots divisible by this have a Jito leader; default 1, every slot. */
  readonly leaderEvery?: number;
  /** Told of an error of the auction; default: an unhandled rejection ends the process. */
  readonly onFault?: (error: unknown) => void;
}

/** A running block engine. */
export interface BlockEngine {
  /** Base addresses without a path, one a region. */
  readonly regionUrls: readonly string[];
  /** The whole address of the tip floor. */
  readonly tipFloorUrl: string;
  readonly counters: Readonly<BlockEngineCounters>;
  /** Bids a transaction with a tip as a bundle, without HTTP and its faults; resolves with what the auction made of it. */
  submitRival(transaction: Uint8Array): Promise<ClusterResult>;
  stop(): Promise<void>;
}

/** Milliseconds from one auction to the next (jito-docs, low latency transaction send). */
const TICK_MS = 50;
const TIP_FLOOR_PATH = '/api/v1/bundles/tip_floor';

/** Starts a block engine that speaks Jito's JSON-RPC over a chain of this process, one HTTP server a region. */
export async function startBlockEngine(options: BlockEngineOptions): Promise<BlockEngine> {
  const { chain, clock, random, faults, requestsPerSecond } = options;
  const stopped = new AbortController();
  const counters = createCounters();
  const tips = new TipHistory(clock);
  const book = new BundleBook(clock);
  const tipAccounts = new Set(options.tipAccounts.map((account) => addressKey(account)));
  const auction = new Auction({ chain, tipAccounts, book, tips, counters, leaderEvery: options.leaderEvery ?? 1 });
  const admission = { chain, tipAccounts, slotsToLeader: () => auction.slotsToLeader() };
  const tipTexts = [...tipAccounts].map(addressText);
  const methods = bundleMethods({ chain, admission, auction, book, counters, random, faults, tipAccounts: tipTexts });
  const regions = Array.from({ length: options.regions }, () =>
    createRegionServer({
      methods,
      budget: new RegionBudget(clock, requestsPerSecond),
      requestsPerSecond,
      counters,
      clock,
      faults,
      stopped: stopped.signal,
    }),
  );
  const tipFloor = createTipFloorServer(tips, { clock, faults, stopped: stopped.signal });
  const servers = [tipFloor, ...regions];
  const [tipFloorPort, ...regionPorts] = await Promise.all(servers.map((server) => listen(server, 0)));
  const loop = startAuction(auction, options);
  return {
    regionUrls: regionPorts.map((port) => `http://${LOOPBACK}:${port}`),
    tipFloorUrl: `http://${LOOPBACK}:${tipFloorPort}${TIP_FLOOR_PATH}`,
    counters,
    submitRival: async (transaction) => submitRival(auction, admission, transaction),
    stop: async () => {
      stopped.abort();
      await Promise.all(servers.map(close));
      auction.close();
      await loop.pause();
    },
  };
}

function startAuction(auction: Auction, { clock, onFault }: BlockEngineOptions): BackgroundLoop {
  const loop = new BackgroundLoop({
    clock,
    nextDelayMs: () => TICK_MS,
    step: async () => auction.tick(),
    onFault:
      onFault ??
      ((error) => {
        throw error;
      }),
  });
  loop.start();
  return loop;
}

async function submitRival(auction: Auction, admission: AdmissionOptions, bytes: Uint8Array): Promise<ClusterResult> {
  const transaction = expectTransaction(bytes);
  try {
    const bundle = admitBundle([transaction], admission);
    const error = await new Promise<unknown>((resolve) => auction.enter(bundle, 'bundle', resolve));
    return { signature: bundle.signatures[0] ?? '', error };
  } catch (error) {
    if (error instanceof RpcError) return { signature: '', error: error.message };
    throw error;
  }
}

interface TipFloorOptions {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly stopped: AbortSignal;
}

function createTipFloorServer(tips: TipHistory, { clock, faults, stopped }: TipFloorOptions): Server {
  return createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== TIP_FLOOR_PATH) {
      sendReply(response, { status: 404, headers: {}, body: '' });
      return;
    }
    answerThroughFaults(response, {
      faults,
      clock,
      stopped,
      serve: async () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: writeJson(tips.floor()),
      }),
      rateLimited: () => htmlReply(429),
    }).catch(() => {
      // The socket broke, or the server stopped while it held the answer back.
      response.destroy();
    });
  });
}
