import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { type ProxiedCluster, startProxiedCluster } from './proxied-cluster.js';

const ALWAYS = { perMille: 1_000 };

describe('a websocket with faults', () => {
  let under: ProxiedCluster;
  const sockets: WebSocket[] = [];
  beforeEach(async () => {
    under = await startProxiedCluster();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate();
    await under.close();
  });

  const settle = async (ms = 40): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  /** Connects and subscribes to slots; `heard` grows with every message, the answer included. */
  async function subscribe(): Promise<{ socket: WebSocket; heard: string[] }> {
    const socket = new WebSocket(under.endpoint.wsUrl);
    sockets.push(socket);
    const heard: string[] = [];
    socket.on('message', (data) => heard.push((data as Buffer).toString('utf8')));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send('{"jsonrpc":"2.0","id":1,"method":"slotSubscribe"}');
    await settle();
    return { socket, heard };
  }
  const slots = (heard: string[]): number[] =>
    heard
      .map((text) => JSON.parse(text) as { params?: { result: { slot: number } } })
      .flatMap(({ params }) => (params === undefined ? [] : [params.result.slot]));

  it('says what the node says when there are none', async () => {
    const { heard } = await subscribe();
    expect(JSON.parse(heard[0]!)).toMatchObject({ id: 1, result: expect.any(Number) as number });
    const expected = [Number(under.cluster.advanceSlot()), Number(under.cluster.advanceSlot())];
    await settle();
    expect(slots(heard)).toEqual(expected);
  });

  it('stalls: stays open, answers pings and says nothing more, even after the fault', async () => {
    const { socket, heard } = await subscribe();
    under.faults.set('stall', ALWAYS);
    under.cluster.advanceSlot();
    await settle();
    under.faults.clear();
    under.cluster.advanceSlot();
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
    await settle();
    expect(slots(heard)).toEqual([]);
    // The node closing its end changes nothing for the client.
    await under.cluster.stop();
    await settle();
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('holds messages back without changing their order', async () => {
    const { heard } = await subscribe();
    under.faults.set('lag', { perMille: 500, ms: 60 });
    const expected = Array.from({ length: 12 }, () => Number(under.cluster.advanceSlot()));
    await settle(20);
    expect(slots(heard).length).toBeLessThan(12);
    await settle(150);
    expect(slots(heard)).toEqual(expected);
    expect(under.faults.struck('lag')).toBeGreaterThan(0);
  });

  it('loses messages, and garbles them', async () => {
    const { heard } = await subscribe();
    under.faults.set('drop', { perMille: 500 });
    const sent = Array.from({ length: 20 }, () => Number(under.cluster.advanceSlot()));
    await settle();
    const received = slots(heard);
    expect(received.length).toBe(20 - under.faults.struck('drop'));
    expect(sent).toEqual(expect.arrayContaining(received));
    under.faults.clear();
    under.faults.set('malformed', ALWAYS);
    under.cluster.advanceSlot();
    await settle();
    expect(() => JSON.parse(heard.at(-1)!) as unknown).toThrow(SyntaxError);
  });

  it('closes the connection, and takes the next one', async () => {
    const { socket } = await subscribe();
    under.faults.set('disconnect', ALWAYS);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    under.cluster.advanceSlot();
    await closed;
    under.faults.clear();
    const again = await subscribe();
    under.cluster.advanceSlot();
    await settle();
    expect(slots(again.heard)).toHaveLength(1);
  });

  it('refuses the handshake with 429 and 503', async () => {
    for (const [fault, status] of [
      ['rate_limit', 429],
      ['server_error', 503],
    ] as const) {
      under.faults.clear();
      under.faults.set(fault, ALWAYS);
      await expect(subscribe()).rejects.toThrow(String(status));
    }
  });
});
