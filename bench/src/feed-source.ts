// The other side of the feeds' benchmark, in a process of its own: a chain on which accounts are written at a steady pace, with its
// websocket and its gRPC stream. It runs until its parent goes.
import { setTimeout as wait } from 'node:timers/promises';
import { Faults, startEmbeddedCluster, startGeyser } from '@tandem/sandbox';
import { FEED_ACCOUNTS, UPDATES_PER_SECOND } from './feed-accounts.js';
import { benchClock } from './bench-clock.js';

const SLOT_MS = 100;
const TICK_MS = 5;
const MOST_WRITES_A_TICK = 1_000;
/** A pool with its arrays is larger, a vault smaller. */
const ACCOUNT_BYTES = 300;

const cluster = await startEmbeddedCluster({ clock: benchClock, slotMs: SLOT_MS });
if (cluster.kind !== 'litesvm') throw new Error('the embedded cluster is not embedded');
const geyser = await startGeyser({ chain: cluster.chain, clock: benchClock, faults: new Faults({ nextInt: () => 0 }) });
process.send?.({ rpcUrl: cluster.rpcUrl, wsUrl: cluster.wsUrl, grpcUrl: geyser.url });
process.once('disconnect', () => process.exit(0));

let tickMicros = benchClock.nowMicros();
for (let written = 0, due = 0; ; await wait(TICK_MS)) {
  const nowMicros = benchClock.nowMicros();
  due += ((nowMicros - tickMicros) * UPDATES_PER_SECOND) / 1_000_000;
  tickMicros = nowMicros;
  // A process that was held up does not make up for it: its sockets need their turn.
  due = Math.min(due, MOST_WRITES_A_TICK);
  for (; due >= 1; due -= 1, written += 1) {
    const address = FEED_ACCOUNTS[written % FEED_ACCOUNTS.length] ?? new Uint8Array(32);
    const data = new Uint8Array(ACCOUNT_BYTES);
    new DataView(data.buffer).setUint32(0, written);
    const owner = new Uint8Array(32).fill(9);
    await cluster.setAccount({ address, owner, lamports: 3_000_000n, data, executable: false });
  }
}
