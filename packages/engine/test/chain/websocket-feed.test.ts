import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { WebSocketFeed } from '../../src/chain/websocket-feed.js';
import type { AccountUpdate, FeedEvent, FeedStatus } from '../../src/ports/account-feed.js';
import { realClock, shortestWaits, until } from './real-time.js';
import { WebSocketNode } from './websocket-node.js';

const A = new Uint8Array(32).fill(1);
const B = new Uint8Array(32).fill(2);

let node: WebSocketNode;
let feed: WebSocketFeed;
let events: FeedEvent[];

function feedAt(url: string, silenceTimeoutMs = 60_000): WebSocketFeed {
  return new WebSocketFeed({
    url,
    clock: realClock,
    random: shortestWaits,
    commitment: 'processed',
    confirmationCommitment: 'confirmed',
    timeoutMs: 500,
    silenceTimeoutMs,
    reconnectFirstMs: 10,
    reconnectCapMs: 50,
  });
}

const listen = (event: FeedEvent) => void events.push(event);
const statuses = () =>
  events.filter((event): event is FeedStatus => event.kind === 'status').map((event) => event.status);
const accounts = () => events.filter((event): event is AccountUpdate => event.kind === 'account');
const never = new AbortController().signal;

beforeEach(async () => {
  node = await WebSocketNode.start();
  events = [];
  feed = feedAt(node.url);
});

afterEach(async () => {
  await feed.stop();
  await node.stop();
});

describe('the start of a feed', () => {
  it('tells that it is connected once slots are subscribed', async () => {
    await feed.start(listen);
    expect(statuses()).toEqual(['connected']);
    expect(node.requests.map((request) => request.method)).toEqual(['slotSubscribe']);
  });

  it('rejects with CHAIN_UNREACHABLE when nobody listens', async () => {
    await node.stop();
    await expect(feed.start(listen)).rejects.toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      action: expect.stringContaining('ws_url') as string,
    });
    expect(events).toEqual([]);
  });

  it('rejects with CHAIN_TIMEOUT when the node accepts and then says nothing', async () => {
    node.intercept = () => true;
    await expect(feed.start(listen)).rejects.toMatchObject({ code: 'CHAIN_TIMEOUT' });
  });

  it('rejects when the node hangs up during the subscription', async () => {
    node.intercept = (_request, socket) => {
      socket.terminate();
      return true;
    };
    await expect(feed.start(listen)).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
  });
});

describe('watched accounts', () => {
  it('are passed on with every digit, in the order of arrival, repeats and steps back included', async () => {
    await feed.start(listen);
    await feed.watch([A, B]);
    node.sendAccount(A, { slot: 7, lamports: '18446744073709551615', data: Uint8Array.of(1, 2, 3) });
    node.sendAccount(B, { slot: '9007199254740993' });
    node.sendAccount(A, { slot: 5 });
    node.sendAccount(A, { slot: 5 });
    await until(() => accounts().length === 4);
    expect(accounts().map((update) => [encodeBase58(update.address), update.slot])).toEqual([
      [encodeBase58(A), 7n],
      [encodeBase58(B), 9_007_199_254_740_993n],
      [encodeBase58(A), 5n],
      [encodeBase58(A), 5n],
    ]);
    expect(accounts()[0]).toMatchObject({ lamports: 18_446_744_073_709_551_615n });
    expect([...(accounts()[0]?.data ?? [])]).toEqual([1, 2, 3]);
    expect(accounts()[0]?.receivedAtMicros).toBeGreaterThan(0);
  });

  it('are subscribed once however often they are named', async () => {
    await feed.start(listen);
    await feed.watch([A, B, A]);
    await feed.watch([B]);
    expect(node.requests.filter((request) => request.method === 'accountSubscribe')).toHaveLength(2);
    expect(node.requests[1]?.params[1]).toEqual({ encoding: 'base64', commitment: 'processed' });
  });

  it('that are let go of are told no more, not even after a reconnect, and can be watched again', async () => {
    await feed.start(listen);
    await feed.watch([A, B]);
    const ended = node.subscriptions.get(encodeBase58(A));
    feed.unwatch([A]);
    await until(() =>
      node.requests.some(({ method, params }) => method === 'accountUnsubscribe' && params[0] === ended),
    );
    node.sendAccount(A, { slot: 7 });
    node.sendAccount(B, { slot: 8 });
    await until(() => accounts().length === 1);
    expect(accounts()[0]?.slot).toBe(8n);
    node.drop();
    await until(() => statuses().includes('resumed'));
    expect([...node.subscriptions.keys()]).toContain(encodeBase58(B));
    expect([...node.subscriptions.keys()]).not.toContain(encodeBase58(A));
    await feed.watch([A]);
    node.sendAccount(A, { slot: 9 });
    await until(() => accounts().length === 2);
  });

  it('that are let go of before the node has answered end with its answer', async () => {
    await feed.start(listen);
    const watching = feed.watch([A]);
    feed.unwatch([A]);
    await watching;
    const subscription = node.subscriptions.get(encodeBase58(A));
    await until(() =>
      node.requests.some(({ method, params }) => method === 'accountUnsubscribe' && params[0] === subscription),
    );
  });

  it('by the thousand are all subscribed', async () => {
    await feed.start(listen);
    await feed.watch(
      Array.from({ length: 3_000 }, (_, index) => new Uint8Array(new Uint32Array([index, 0, 0, 0, 0, 0, 0, 9]).buffer)),
    );
    expect(node.subscriptions.size).toBe(3_000);
  });

  it('fail with CHAIN_SUBSCRIPTION_INVALID and the words of a node that allows no more', async () => {
    await feed.start(listen);
    node.intercept = ({ id, method }, socket) => {
      if (method === 'accountSubscribe')
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: 'too many subscriptions' } }));
      return method === 'accountSubscribe';
    };
    const failure = feed.watch([A]);
    await expect(failure).rejects.toMatchObject({ code: 'CHAIN_SUBSCRIPTION_INVALID' });
    await expect(failure).rejects.toThrow('too many subscriptions');
  });

  it('lose no notification that comes before the answer that names its subscription', async () => {
    await feed.start(listen);
    node.intercept = ({ id, method }, socket) => {
      if (method !== 'accountSubscribe') return false;
      node.sendAccount(A, { slot: 3, subscription: 77 });
      node.sendAccount(A, { slot: 4, subscription: 77 });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: 77 }));
      return true;
    };
    await feed.watch([A]);
    expect(accounts().map((update) => update.slot)).toEqual([3n, 4n]);
  });

  it('cannot be watched before the start', async () => {
    await expect(feed.watch([A])).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });
  });

  it('keep their slots in order with account updates', async () => {
    await feed.start(listen);
    await feed.watch([A]);
    node.sendSlot(11);
    node.sendAccount(A, { slot: 11 });
    node.sendSlot('18446744073709551615');
    await until(() => events.length === 4);
    expect(events.slice(1).map((event) => event.kind)).toEqual(['slot', 'account', 'slot']);
    expect(events[3]).toEqual({ kind: 'slot', slot: 18_446_744_073_709_551_615n, parent: 1n, root: 0n });
  });
});

describe('a lost connection', () => {
  it('comes back, subscribes everything again, and only then tells that it resumed', async () => {
    await feed.start(listen);
    await feed.watch([A, B]);
    node.drop();
    await until(() => statuses().includes('resumed'));
    expect(statuses()).toEqual(['connected', 'lost', 'resumed']);
    expect([...node.subscriptions.keys()].sort()).toEqual([encodeBase58(A), encodeBase58(B)].sort());
    node.sendAccount(A, { slot: 50 });
    await until(() => accounts().length === 1);
  });

  it('keeps trying while the node is away', async () => {
    await feed.start(listen);
    await feed.watch([A]);
    await node.stop();
    await until(() => statuses().filter((status) => status === 'lost').length >= 4);
    expect(statuses()).not.toContain('resumed');
    await node.listen();
    await until(() => statuses().includes('resumed'));
    expect(node.subscriptions.has(encodeBase58(A))).toBe(true);
  });

  it('watches what was asked for while it was away', async () => {
    await feed.start(listen);
    node.drop();
    await until(() => statuses().includes('lost'));
    await feed.watch([B]);
    expect(node.subscriptions.has(encodeBase58(B))).toBe(true);
  });

  it('survives being cut in the middle of every subscription', async () => {
    await feed.start(listen);
    let cuts = 0;
    node.intercept = ({ method }, socket) => {
      if (method !== 'accountSubscribe' || cuts >= 5) return false;
      cuts += 1;
      socket.terminate();
      return true;
    };
    await feed.watch([A, B]);
    expect(cuts).toBe(5);
    expect(node.subscriptions.size).toBe(2);
    node.sendAccount(B, { slot: 1 });
    await until(() => accounts().length === 1);
  });

  it('is noticed by silence when the socket stays open', async () => {
    await feed.stop();
    feed = feedAt(node.url, 80);
    await feed.start(listen);
    await until(() => statuses().includes('resumed'));
    const lost = events.find((event): event is FeedStatus => event.kind === 'status' && event.status === 'lost');
    expect(lost?.detail).toMatch(/no slot for \d+ ms/);
  });

  it('is not suspected while slots arrive', async () => {
    await feed.stop();
    feed = feedAt(node.url, 600);
    await feed.start(listen);
    node.tick(10);
    await realClock.sleep(1_200);
    expect(statuses()).toEqual(['connected']);
  });

  it.each([
    ['is not JSON', 'hello'],
    ['is JSON cut in two', '{"jsonrpc":"2.0","method":'],
    ['is a list', '[]'],
    ['names no subscription', '{"jsonrpc":"2.0","method":"slotNotification","params":{}}'],
  ])('follows a message that %s', async (_name, message) => {
    await feed.start(listen);
    node.sendRaw(message);
    await until(() => statuses().includes('resumed'));
    expect(statuses()).toEqual(['connected', 'lost', 'resumed']);
  });

  it('follows an account that cannot be read', async () => {
    await feed.start(listen);
    await feed.watch([A]);
    node.sendAccount(A, { slot: 1, lamports: '-5' });
    await until(() => statuses().includes('resumed'));
    expect(accounts()).toEqual([]);
  });
});

describe('a watched signature', () => {
  it('resolves true when it is told', async () => {
    await feed.start(listen);
    const confirmed = feed.watchSignature('sig', never);
    await until(() => node.subscriptions.has('sig'));
    node.sendSignature('sig');
    expect(await confirmed).toBe(true);
    expect(node.requests.at(-1)?.params[1]).toEqual({ commitment: 'confirmed' });
  });

  it('resolves false on abort only, and ends its subscription', async () => {
    await feed.start(listen);
    const abort = new AbortController();
    const confirmed = feed.watchSignature('sig', abort.signal);
    await until(() => node.subscriptions.has('sig'));
    abort.abort();
    expect(await confirmed).toBe(false);
    await until(() => node.requests.some((request) => request.method === 'signatureUnsubscribe'));
  });

  it('resolves false at once when it is aborted already', async () => {
    await feed.start(listen);
    const aborted = AbortSignal.abort();
    expect(await feed.watchSignature('sig', aborted)).toBe(false);
  });

  it('is subscribed again after a loss', async () => {
    await feed.start(listen);
    const confirmed = feed.watchSignature('sig', never);
    await until(() => node.subscriptions.has('sig'));
    node.drop();
    await until(() => statuses().includes('resumed') && node.subscriptions.has('sig'));
    node.sendSignature('sig');
    expect(await confirmed).toBe(true);
  });

  it('resolves false when the feed stops', async () => {
    await feed.start(listen);
    const confirmed = feed.watchSignature('sig', never);
    await feed.stop();
    expect(await confirmed).toBe(false);
  });

  it('is one of hundreds without leaving listeners behind', async () => {
    await feed.start(listen);
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const watches = Array.from({ length: 300 }, (_, index) =>
      feed.watchSignature(`sig-${index}`, new AbortController().signal),
    );
    await until(() => node.subscriptions.size === 300);
    for (let index = 0; index < 150; index += 1) node.sendSignature(`sig-${index}`);
    await Promise.all(watches.slice(0, 150));
    await feed.stop();
    const outcomes = await Promise.all(watches);
    await realClock.sleep(10);
    process.off('warning', note);
    expect(outcomes.filter(Boolean)).toHaveLength(150);
    expect(warnings).toEqual([]);
  });

  it('outlives a node that refuses the subscription', async () => {
    await feed.start(listen);
    node.intercept = ({ id }, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'no' } }));
      return true;
    };
    const abort = new AbortController();
    const confirmed = feed.watchSignature('sig', abort.signal);
    await realClock.sleep(30);
    abort.abort();
    expect(await confirmed).toBe(false);
  });
});

describe('a flood', () => {
  it('of 50,000 updates is taken whole and in order, a few hundred at a time, so that everything else gets its turn', async () => {
    await feed.start(listen);
    await feed.watch([A, B]);
    let [turnStart, mostInOneTurn] = [0, 0];
    let isWatching = true;
    const watchTurns = () => {
      mostInOneTurn = Math.max(mostInOneTurn, events.length - turnStart);
      turnStart = events.length;
      if (isWatching) setImmediate(watchTurns);
    };
    setImmediate(watchTurns);
    const data = new Uint8Array(165).fill(9);
    for (let sent = 0; sent < 50_000; sent += 10_000) {
      for (let index = 0; index < 10_000; index += 1)
        node.sendAccount(index % 2 === 0 ? A : B, { slot: sent + index, data });
      await new Promise(setImmediate);
    }
    await until(() => accounts().length === 50_000);
    isWatching = false;
    expect(accounts().map((update) => Number(update.slot))).toEqual(
      Array.from({ length: 50_000 }, (_, index) => index),
    );
    expect(mostInOneTurn).toBeLessThan(700);
  }, 20_000);
});

describe('a stopped feed', () => {
  it('says nothing more and opens nothing again', async () => {
    await feed.start(listen);
    node.drop();
    await until(() => statuses().includes('lost'));
    await feed.stop();
    const told = events.length;
    const connections = node.connections;
    await realClock.sleep(100);
    expect(events.length).toBe(told);
    expect(node.connections).toBe(connections);
  });
});

/** Holds the whole process up, as a long search or a slow disk does: timers fall due, and messages wait in the socket. */
function keepBusy(forMs: number): void {
  const untilMicros = realClock.nowMicros() + forMs * 1_000;
  while (realClock.nowMicros() < untilMicros);
}

describe('a process that was busy', () => {
  it('is not a silent node: slots that waited in the socket count', async () => {
    feed = feedAt(node.url, 400);
    await feed.start(listen);
    node.sendSlot(7);
    keepBusy(600);
    await until(() => events.some((event) => event.kind === 'slot'));
    expect(statuses()).toEqual(['connected']);
  });

  it('is not a node that gives no answer: one that waited in the socket counts', async () => {
    await feed.start(listen);
    node.intercept = () => {
      keepBusy(700);
      return false;
    };
    await feed.watch([A]);
    expect(statuses()).toEqual(['connected']);
  });
});
