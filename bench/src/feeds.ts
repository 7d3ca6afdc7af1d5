// What 5,000 account updates a second do to the event loop of the process that takes them, through each feed. A sample is the 99th
// percentile of the loop's delay over one round. A regression here is latency on every trade, whatever its cause: nothing else runs
// while the loop is busy. The mark is 10 ms.
import { strict as assert } from 'node:assert';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection, PublicKey } from '@solana/web3.js';
import { GrpcFeed, WebSocketFeed } from '@tandem/engine';
import Yellowstone, { type ClientDuplexStream, SubscribeRequest } from '@triton-one/yellowstone-grpc';
import { benchClock } from './bench-clock.js';
import type { BenchRecord } from './bench-record.js';
import { FEED_ACCOUNTS, UPDATES_PER_SECOND } from './feed-accounts.js';
import { compare } from './interleaved.js';
import { peerName } from './setting.js';

const ROUNDS = 10;
const WARMUP_ROUNDS = 1;
const ROUND_MS = 1_000;
const SETTLE_MS = 300;
const TIMEOUT_MS = 10_000;
/** The histogram's own timer; an idle loop shows this much. */
const RESOLUTION_MS = 1;
const NS_PER_MS = 1_000_000;
/** A side that misses updates is not faster. */
const LEAST_SHARE = 0.9;
const MOST_ATTEMPTS = 20;

interface Urls {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly grpcUrl: string;
}

/** Subscribes to every account, calls back for each update, and returns what ends it. */
type Subscribe = (onUpdate: () => void) => Promise<() => Promise<void>>;

/** Measures our feeds against web3.js and against the bare Yellowstone client. */
export async function feedsBench(): Promise<BenchRecord[]> {
  const source = fork(fileURLToPath(new URL('./feed-source.js', import.meta.url)));
  try {
    const urls = await urlsOf(source);
    const round = (subscribe: Subscribe) => ({
      run: () => loopDelay(subscribe),
      callsPerRound: 1,
      timesItself: true as const,
    });
    const common = { topic: 'feeds', rounds: ROUNDS, warmupRounds: WARMUP_ROUNDS };
    return [
      await compare({
        ...common,
        case: `${UPDATES_PER_SECOND} updates/s by websocket, loop delay p99`,
        peer: peerName('@solana/web3.js'),
        ours: round(ourWebSocket(urls)),
        theirs: round(web3(urls)),
      }),
      await compare({
        ...common,
        case: `${UPDATES_PER_SECOND} updates/s by gRPC, loop delay p99`,
        peer: peerName('@triton-one/yellowstone-grpc'),
        ours: round(ourGrpc(urls)),
        theirs: round(bareGrpc(urls)),
      }),
    ];
  } finally {
    source.disconnect();
  }
}

async function urlsOf(source: ChildProcess): Promise<Urls> {
  const [urls] = (await once(source, 'message')) as [Urls];
  return urls;
}

/** Returns the 99th percentile of the loop's delay while updates come in, nanoseconds. */
async function loopDelay(subscribe: Subscribe): Promise<number> {
  let updates = 0;
  const end = await subscribe(() => (updates += 1));
  // web3.js says nothing when its subscriptions stand: the updates do.
  while (updates < FEED_ACCOUNTS.length) await wait(1);
  await wait(SETTLE_MS);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const before = updates;
      const { delayNs, seconds } = await watchLoop();
      const share = (updates - before) / (UPDATES_PER_SECOND * seconds);
      if (share > LEAST_SHARE) return delayNs;
      // On a busy machine the other process does not keep its pace; such a round says nothing about this one.
      assert.ok(attempt < MOST_ATTEMPTS, `only ${Math.round(share * 100)} % of the updates arrived in a round`);
    }
  } finally {
    await end();
  }
}

async function watchLoop(): Promise<{ readonly delayNs: number; readonly seconds: number }> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const startedAt = process.hrtime.bigint();
  histogram.enable();
  await wait(ROUND_MS);
  histogram.disable();
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  return { delayNs: Math.max(0, histogram.percentile(99) - RESOLUTION_MS * NS_PER_MS), seconds };
}

const ourOptions = {
  clock: benchClock,
  random: { nextInt: () => 0 },
  commitment: 'processed',
  confirmationCommitment: 'confirmed',
  timeoutMs: TIMEOUT_MS,
  silenceTimeoutMs: TIMEOUT_MS,
} as const;

function ourFeed(open: () => WebSocketFeed | GrpcFeed): Subscribe {
  return async (onUpdate) => {
    const feed = open();
    await feed.start((event) => {
      if (event.kind === 'account') onUpdate();
    });
    await feed.watch(FEED_ACCOUNTS);
    return async () => await feed.stop();
  };
}

function ourWebSocket({ wsUrl }: Urls): Subscribe {
  return ourFeed(() => new WebSocketFeed({ ...ourOptions, url: wsUrl }));
}

function ourGrpc({ grpcUrl }: Urls): Subscribe {
  return ourFeed(() => new GrpcFeed({ ...ourOptions, url: grpcUrl }));
}

function web3({ rpcUrl, wsUrl }: Urls): Subscribe {
  return async (onUpdate) => {
    const connection = new Connection(rpcUrl, { wsEndpoint: wsUrl, commitment: 'processed' });
    const ids = FEED_ACCOUNTS.map((address) => connection.onAccountChange(new PublicKey(address), onUpdate));
    return async () => {
      await Promise.all(ids.map((id) => connection.removeAccountChangeListener(id)));
    };
  };
}

function bareGrpc({ grpcUrl }: Urls): Subscribe {
  const Client = 'default' in Yellowstone ? Yellowstone.default : Yellowstone;
  return async (onUpdate) => {
    const client = new Client(grpcUrl, undefined, undefined);
    await client.connect();
    const account = FEED_ACCOUNTS.map((address) => new PublicKey(address).toBase58());
    const filters = { accounts: { all: { account, owner: [], filters: [] } }, slots: { slots: {} } };
    const stream: ClientDuplexStream = await client.subscribe(SubscribeRequest.fromPartial(filters));
    stream.on('data', ({ account: update }: { readonly account?: unknown }) => {
      if (update !== undefined) onUpdate();
    });
    return async () => void stream.destroy();
  };
}
