import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { isSurfnetAvailable } from '../../src/cluster/surfnet-binding.js';
import { startSurfnetCluster } from '../../src/cluster/surfnet-cluster.js';
import { addressText } from '../../src/seed/addresses.js';
import { seededBytes } from '../../src/seed/seeded-keys.js';
import { encodeSystemAccount } from '../../src/seed/token-accounts.js';
import { SlotStampProxy } from '../../src/surfnet/slot-stamp-proxy.js';
import { realClock } from '../cluster/real-clock.js';

const faults: unknown[] = [];
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  faults.splice(0);
});

async function connect(url: string): Promise<{ socket: WebSocket; next: () => Promise<string> }> {
  const socket = new WebSocket(url);
  const received: string[] = [];
  socket.on('message', (data) => received.push((data as Buffer).toString('utf8')));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  closers.push(() => socket.terminate());
  const next = async (): Promise<string> => {
    for (let wait = 0; wait < 500 && received.length === 0; wait += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const text = received.shift();
    if (text === undefined) throw new Error('nothing arrived');
    return text;
  };
  return { socket, next };
}

async function openProxy(upstreamUrl: string): Promise<SlotStampProxy> {
  const proxy = await SlotStampProxy.start({ upstreamUrl, onFault: (error) => faults.push(error) });
  closers.push(async () => proxy.stop());
  return proxy;
}

describe('SlotStampProxy', () => {
  let upstream: WebSocketServer;
  /** What each connection sent, and how to answer it, in the order of the connections. */
  const peers: { readonly socket: WebSocket; readonly sent: string[] }[] = [];
  beforeEach(async () => {
    peers.splice(0);
    upstream = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    upstream.on('connection', (socket) => {
      const peer = { socket, sent: [] as string[] };
      peers.push(peer);
      socket.on('message', (data) => peer.sent.push((data as Buffer).toString('utf8')));
    });
    await new Promise((resolve) => upstream.once('listening', resolve));
    closers.push(() => {
      for (const { socket } of peers) socket.terminate();
      upstream.close();
    });
  });
  const url = (): string => `ws://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const settle = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  const slotNotification = (slot: number): string =>
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'slotNotification',
      params: { result: { slot, parent: slot - 1, root: 0 }, subscription: 1 },
    });
  const notification = (method: string, slot: number): string =>
    `{"jsonrpc":"2.0","method":"${method}","params":{"result":{"context":{"slot":${slot}},"value":{"lamports":7,"slot":3}},"subscription":5}}`;

  it('writes the newest slot into account and program notifications and leaves all else alone', async () => {
    const proxy = await openProxy(url());
    const client = await connect(proxy.url);
    await settle();
    peers[0]!.socket.send(slotNotification(40));
    peers[0]!.socket.send(slotNotification(39));
    await settle();
    const peer = peers[1]!.socket;
    for (const method of ['accountNotification', 'programNotification', 'signatureNotification'])
      peer.send(notification(method, 12));
    peer.send('{"jsonrpc":"2.0","result":5,"id":1}');
    expect(await client.next()).toBe(notification('accountNotification', 40));
    expect(await client.next()).toBe(notification('programNotification', 40));
    expect(await client.next()).toBe(notification('signatureNotification', 12));
    expect(await client.next()).toBe('{"jsonrpc":"2.0","result":5,"id":1}');
  });

  it('asks for one thing after the other, in order, also what came before Surfnet was reached', async () => {
    const proxy = await openProxy(url());
    const { socket } = await connect(proxy.url);
    for (let id = 0; id < 20; id += 1) socket.send(`{"id":${id}}`);
    const expected = Array.from({ length: 20 }, (_, id) => `{"id":${id}}`);
    for (let asked = 1; asked <= 20; asked += 1) {
      await settle();
      expect(peers[1]!.sent).toEqual(expected.slice(0, asked));
      // A notification in between is no answer.
      peers[1]!.socket.send(notification('accountNotification', 12));
      peers[1]!.socket.send(`{"result":1,"id":${asked - 1}}`);
    }
    socket.send('{"id":20}');
    await settle();
    expect(peers[1]!.sent).toEqual([...expected, '{"id":20}']);
  });

  it('does not wait for an answer to what has none', async () => {
    const proxy = await openProxy(url());
    const { socket } = await connect(proxy.url);
    for (let ping = 0; ping < 3; ping += 1) socket.send('{"jsonrpc":"2.0","method":"ping"}');
    socket.send('{"id":1}');
    await settle();
    expect(peers[1]!.sent).toHaveLength(4);
  });

  it('lets each end take the other with it', async () => {
    const proxy = await openProxy(url());
    const [first, second] = [await connect(proxy.url), await connect(proxy.url)];
    await settle();
    first.socket.close();
    peers[2]!.socket.close();
    await settle();
    expect(peers[1]!.socket.readyState).toBe(WebSocket.CLOSED);
    expect(second.socket.readyState).toBe(WebSocket.CLOSED);
    expect(faults).toEqual([]);
  });

  it('tells a fault when Surfnet ends the slots, and none when it is stopped', async () => {
    const [lost, stopped] = [await openProxy(url()), await openProxy(url())];
    await stopped.stop();
    expect(faults).toEqual([]);
    peers[0]!.socket.close();
    await settle();
    expect(faults).toMatchObject([{ code: 'SANDBOX_FEED_MISSING' }]);
    await lost.stop();
  });

  it('does not start without Surfnet', async () => {
    await expect(
      SlotStampProxy.start({ upstreamUrl: 'ws://127.0.0.1:1', onFault: () => undefined }),
    ).rejects.toMatchObject({ code: 'SANDBOX_FEED_TIMEOUT' });
  });
});

describe.skipIf(!isSurfnetAvailable())('Surfnet (skipped where this platform has none)', () => {
  /** Subscribes to an account, changes it every 200 ms and returns the slots of the notifications. */
  async function notifiedSlots(
    wsUrl: string,
    write: (lamports: bigint) => Promise<void>,
    address: string,
  ): Promise<number[]> {
    const client = await connect(wsUrl);
    client.socket.send(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'accountSubscribe',
        params: [address, { encoding: 'base64', commitment: 'processed' }],
      }),
    );
    await client.next();
    const slots: number[] = [];
    for (let change = 1n; change <= 4n; change += 1n) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      await write(1_000_000n + change);
      const { params } = JSON.parse(await client.next()) as { params: { result: { context: { slot: number } } } };
      slots.push(params.result.context.slot);
    }
    return slots;
  }

  it('stamps notifications with the slot of the subscription for ever, which the proxy repairs', async () => {
    const cluster = await startSurfnetCluster({ clock: realClock, slotMs: 50, onFault: (error) => faults.push(error) });
    closers.push(async () => cluster.stop());
    const proxy = await openProxy(cluster.wsUrl);
    const address = seededBytes(1, 'watched');
    const write = async (lamports: bigint): Promise<void> => cluster.setAccount(encodeSystemAccount(address, lamports));
    await write(1_000_000n);
    const raw = await notifiedSlots(cluster.wsUrl, write, addressText(address));
    expect(new Set(raw).size, 'Surfnet stamps slots itself now: the proxy can go').toBe(1);
    const stamped = await notifiedSlots(proxy.url, write, addressText(address));
    expect(new Set(stamped).size).toBe(4);
    expect(Number(await cluster.currentSlot()) - stamped[3]!).toBeLessThan(4);
    expect(faults).toEqual([]);
  });
});
