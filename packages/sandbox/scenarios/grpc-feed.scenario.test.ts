import { decodeAddress, type FeedEvent, GrpcFeed, type GrpcFeedOptions } from '@tandem/engine';
import { SeededRandom } from '@tandem/engine/testing';
import { Keypair, SystemProgram } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddedCluster } from '../src/cluster/embedded-cluster.js';
import { Faults } from '../src/servers/faults.js';
import { type GeyserServer, type GeyserServerOptions, startGeyser } from '../src/servers/geyser/geyser-server.js';
import { fundedKey, signed } from '../test/cluster/funded.js';
import { startManualCluster } from '../test/cluster/manual-cluster.js';
import { realClock } from '../test/cluster/real-clock.js';

let cluster: EmbeddedCluster;
let server: GeyserServer;
let faults: Faults;
let feed: GrpcFeed;
let events: FeedEvent[];

async function serve(options: Partial<GeyserServerOptions> = {}): Promise<void> {
  faults = new Faults(new SeededRandom(1));
  server = await startGeyser({ chain: cluster.chain, clock: realClock, faults, ...options });
}

function build(options: Partial<GrpcFeedOptions> = {}): GrpcFeed {
  feed = new GrpcFeed({
    url: server.url,
    clock: realClock,
    random: new SeededRandom(2),
    commitment: 'processed',
    confirmationCommitment: 'confirmed',
    timeoutMs: 2_000,
    silenceTimeoutMs: 60_000,
    reconnectFirstMs: 10,
    reconnectCapMs: 20,
    ...options,
  });
  return feed;
}

async function start(options: Partial<GrpcFeedOptions> = {}): Promise<void> {
  await build(options).start((event) => events.push(event));
}

const address = () => Keypair.generate().publicKey.toBytes();
const write = async (key: Uint8Array, lamports: bigint, data = new Uint8Array()) =>
  await cluster.setAccount({ address: key, owner: new Uint8Array(32), lamports, data, executable: false });
const accounts = () => events.filter((event) => event.kind === 'account');
const told = () => accounts().map(({ address: key, lamports }) => [Buffer.from(key).toString('hex'), lamports]);
const statuses = () => events.flatMap((event) => (event.kind === 'status' ? [event.status] : []));
const until = async (holds: () => boolean, what = 'the condition') =>
  await expect.poll(holds, { timeout: 5_000, interval: 2, message: what }).toBe(true);

beforeEach(async () => {
  events = [];
  cluster = await startManualCluster();
});

afterEach(async () => {
  await feed?.stop();
  await server.stop();
  await cluster.stop();
});

describe('the gRPC feed', () => {
  test('tells accounts with their write versions, and each slot once when it begins', async () => {
    await serve();
    await start();
    const key = address();
    await feed.watch([key]);
    await write(key, 5n, Uint8Array.of(1, 2));
    await write(key, 6n);
    const slot = cluster.advanceSlot();
    await until(() => accounts().length === 2 && events.some((event) => event.kind === 'slot'));
    const [first, second] = accounts();
    expect(first).toMatchObject({ lamports: 5n, slot: slot - 1n });
    expect([Uint8Array.from(first!.address), [...first!.data]]).toEqual([key, [1, 2]]);
    expect(second?.writeVersion).toBeGreaterThan(first?.writeVersion ?? 0n);
    cluster.advanceSlot();
    await until(() => events.filter((event) => event.kind === 'slot').length === 3);
    expect(events.filter((event) => event.kind === 'slot').map((event) => [event.slot, event.parent])).toEqual([
      [slot - 1n, slot - 2n],
      [slot, slot - 1n],
      [slot + 1n, slot],
    ]);
  });

  test('tells an account without lamports as absent', async () => {
    await serve();
    await start();
    const key = address();
    await feed.watch([key]);
    await write(key, 5n, Uint8Array.of(1));
    await write(key, 0n, Uint8Array.of(1));
    await until(() => accounts().length === 2);
    expect(accounts()[1]).toMatchObject({ lamports: 0n, owner: new Uint8Array(32), data: new Uint8Array() });
  });

  test('forgets what is unwatched, and keeps the rest', async () => {
    await serve();
    await start();
    const [kept, left] = [address(), address()];
    await Promise.all([feed.watch([kept]), feed.watch([left])]);
    feed.unwatch([left]);
    await feed.watch([address()]);
    await write(left, 1n);
    await write(kept, 2n);
    await until(() => accounts().length > 0);
    expect(told()).toEqual([[Buffer.from(kept).toString('hex'), 2n]]);
  });

  test('splits its filters where the server allows few addresses in one', async () => {
    await serve({ limits: { addresses: 3 } });
    await start();
    const keys = Array.from({ length: 10 }, address);
    await feed.watch(keys);
    for (const key of keys) await write(key, 1n);
    await until(() => accounts().length === 10);
    expect(statuses()).toEqual(['connected', 'lost', 'resumed']);
  });

  test('refuses what the server refuses with a code, and goes on with what it took before', async () => {
    await serve({ limits: { addresses: 2, filters: 2 } });
    await start();
    const kept = Array.from({ length: 3 }, address);
    await feed.watch(kept);
    await expect(feed.watch([address(), address()])).rejects.toMatchObject({ code: 'CHAIN_SUBSCRIPTION_INVALID' });
    const calls = await Promise.allSettled([feed.watch([address()]), feed.watch([address()])]);
    expect(calls.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await until(() => statuses().at(-1) === 'resumed');
    for (const key of kept) await write(key, 1n);
    await until(() => accounts().length === 3);
  });

  test('comes back after a lost stream and watches everything again', async () => {
    await serve();
    await start();
    const key = address();
    await feed.watch([key]);
    faults.set('disconnect', { perMille: 1_000 });
    cluster.advanceSlot();
    await until(() => statuses().includes('lost'));
    faults.clear();
    await until(() => statuses().at(-1) === 'resumed');
    await write(key, 7n);
    await until(() => accounts().length === 1);
  });

  test('gives up a stream that sends what is no message, or nothing at all', async () => {
    await serve();
    await start({ silenceTimeoutMs: 200 });
    faults.set('malformed', { perMille: 1_000 });
    cluster.advanceSlot();
    await until(() => statuses().includes('lost'));
    faults.clear();
    await until(() => statuses().at(-1) === 'resumed');
    faults.set('stall', { perMille: 1_000 });
    cluster.advanceSlot();
    await until(() => events.some((event) => event.kind === 'status' && event.detail.includes('no slot for')));
    faults.clear();
    await until(() => statuses().at(-1) === 'resumed');
  });

  test('tells a signature when it has reached the commitment of confirmations, and false on abort', async () => {
    await serve();
    await start();
    const payer = await fundedKey(cluster);
    const transfer = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: payer.publicKey, lamports: 1 });
    const bytes = signed([transfer], await cluster.latestBlockhash(), [payer]);
    const { signature } = await cluster.submit(bytes);
    const aborted = new AbortController();
    const never = feed.watchSignature('1'.repeat(88), aborted.signal);
    let isTold: boolean | undefined;
    const watching = feed.watchSignature(signature, new AbortController().signal).then((value) => (isTold = value));
    await realClock.sleep(100);
    expect(isTold).toBeUndefined();
    cluster.advanceSlot();
    await watching;
    expect(isTold).toBe(true);
    aborted.abort();
    expect(await never).toBe(false);
  });

  test('fails its start with a code where nobody listens or the token is wrong', async () => {
    await serve({ token: 'right' });
    await expect(start({ token: 'wrong' })).rejects.toMatchObject({ code: 'CHAIN_ACCESS_INVALID', severity: 'fatal' });
    await feed.stop();
    await expect(start({ url: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
    await feed.stop();
    await start({ token: 'right' });
    await feed.watch([decodeAddress('SysvarC1ock11111111111111111111111111111111')]);
    cluster.advanceSlot();
    await until(() => accounts().length === 1);
  });
});
