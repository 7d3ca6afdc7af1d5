import { afterEach, describe, expect, it } from 'vitest';
import { createEndpointReader, type EndpointReaders } from '../../../src/chain/endpoints/create-endpoint-reader.js';
import { endpointSettings } from '../../../src/chain/endpoints/endpoint-settings.js';
import { ManualClock } from '../../../src/testing/index.js';
import { ModelNode } from './model-node.js';

const NAMES = ['first', 'second', 'third'];

let clock: ManualClock;
let nodes: ModelNode[];
let alerts: string[];
let endpoints: EndpointReaders;

function open(count: number): void {
  clock = new ManualClock();
  nodes = Array.from({ length: count }, () => new ModelNode(clock));
  alerts = [];
  endpoints = createEndpointReader({
    endpoints: nodes.map(({ reader }, index) => ({ name: NAMES[index] ?? `${index}`, reader })),
    clock,
    settings: endpointSettings(5_000),
    onAlert: ({ rule, message }) => alerts.push(`${rule} ${message}`),
  });
}

async function start(count = 3): Promise<void> {
  open(count);
  await waited(endpoints.start());
}

function node(index: number): ModelNode {
  const found = nodes[index];
  if (found === undefined) throw new Error(`no node ${index}`);
  return found;
}

/** Lets time pass until a promise settles. */
async function waited<T>(promise: Promise<T>): Promise<T> {
  const state = { isOpen: true };
  const settled = promise.finally(() => (state.isOpen = false));
  settled.catch(() => undefined);
  for (let step = 0; state.isOpen; step += 1) {
    if (step === 400) throw new Error('it never settles');
    await clock.advance(50);
  }
  return await settled;
}

/** Asks something that every node answers, and returns who was asked. */
async function asked(minContextSlot = 0n): Promise<string[]> {
  const before = nodes.map(({ reader }) => reader.count('getAccounts'));
  await waited(endpoints.reader.getAccounts([], 'confirmed', { minContextSlot }));
  return NAMES.filter((_, index) => (nodes[index]?.reader.count('getAccounts') ?? 0) > (before[index] ?? 0));
}

const healthyNames = () =>
  endpoints.witnesses
    .list()
    .filter(({ isHealthy }) => isHealthy)
    .map(({ name }) => name);

afterEach(async () => {
  const closing = endpoints.close();
  await clock.advance(2_000);
  await closing;
});

describe('one endpoint', () => {
  it('is asked itself, and nothing is probed', async () => {
    await start(1);
    expect(endpoints.reader).toBe(node(0).reader);
    expect([endpoints.witnesses.quorum, endpoints.witnesses.list().length]).toEqual([1, 1]);
    await clock.advance(10_000);
    expect(node(0).reader.calls).toEqual([]);
  });
});

describe('the start', () => {
  it('refuses nodes of different clusters without a majority', async () => {
    open(2);
    node(1).genesisHash = 'other';
    await expect(waited(endpoints.start())).rejects.toMatchObject({
      code: 'CHAIN_ENDPOINT_MISMATCH',
      message: expect.stringContaining('second: other') as string,
    });
  });

  it('sets a node of another cluster aside, and names it', async () => {
    open(3);
    node(0).genesisHash = 'other';
    await waited(endpoints.start());
    expect(healthyNames()).toEqual(['second', 'third']);
    expect(alerts).toEqual([expect.stringMatching(/^ENDPOINT_ANSWER_MISMATCH first .*genesis hash is other/)]);
  });

  it('goes on without a node that is down, and takes it in when it is up and of the same cluster', async () => {
    open(3);
    node(2).failure = 'CHAIN_UNREACHABLE';
    await waited(endpoints.start());
    expect(healthyNames()).toEqual(['first', 'second']);
    node(2).failure = undefined;
    await clock.advance(2_000);
    expect(healthyNames()).toEqual(['first', 'second', 'third']);
  });

  it('fails with the failure of the nodes when none answers', async () => {
    open(2);
    for (const one of nodes) one.failure = 'CHAIN_ACCESS_INVALID';
    await expect(waited(endpoints.start())).rejects.toMatchObject({ code: 'CHAIN_ACCESS_INVALID' });
  });
});

describe('a read', () => {
  it('goes to the preferred node while it is fit', async () => {
    await start();
    await clock.advance(20_000);
    expect(await asked()).toEqual(['first']);
  });

  it.each([
    'CHAIN_UNREACHABLE',
    'CHAIN_RATE_LIMIT_EXCEEDED',
    'CHAIN_RESPONSE_INVALID',
    'CHAIN_METHOD_UNSUPPORTED',
  ] as const)('goes on to the next node on %s', async (failure) => {
    await start();
    node(0).failure = failure;
    expect(await asked()).toEqual(['first', 'second']);
  });

  it('does not try a wrong request elsewhere', async () => {
    await start();
    node(0).failure = 'CHAIN_REQUEST_INVALID';
    await expect(endpoints.reader.getAccounts([], 'confirmed')).rejects.toMatchObject({
      code: 'CHAIN_REQUEST_INVALID',
    });
    expect(node(1).reader.count('getAccounts')).toBe(0);
  });

  it('gives up a node that says nothing, closes its request, and still answers within the deadline', async () => {
    await start();
    node(0).isSilent = true;
    const before = clock.nowMicros();
    expect(await asked()).toEqual(['first', 'second']);
    expect(clock.nowMicros() - before).toBeLessThanOrEqual(1_600_000);
    expect(node(0).aborted).toBeGreaterThan(0);
  });

  it('goes on to a node that has reached the slot, and waits a little where none has', async () => {
    await start();
    node(0).behind = 5n;
    expect(await asked(node(1).slot)).toEqual(['first', 'second']);
    const ahead = node(1).slot + 3n;
    await asked(ahead);
    expect(node(1).slot).toBeGreaterThanOrEqual(ahead);
  });

  it('ends at its deadline with what the fittest node said', async () => {
    await start();
    node(0).failure = 'CHAIN_RATE_LIMIT_EXCEEDED';
    for (const one of [node(1), node(2)]) one.failure = 'CHAIN_UNREACHABLE';
    const before = clock.nowMicros();
    await expect(waited(endpoints.reader.getAccounts([], 'confirmed'))).rejects.toMatchObject({
      code: 'CHAIN_RATE_LIMIT_EXCEEDED',
    });
    expect(clock.nowMicros() - before).toBeLessThanOrEqual(5_100_000);
  });

  it('ends when its signal says so', async () => {
    await start();
    for (const one of nodes) one.isSilent = true;
    const signal = new AbortController();
    const read = endpoints.reader.getAccounts([], 'confirmed', { signal: signal.signal });
    const before = clock.nowMicros();
    void clock.sleep(200).then(() => signal.abort());
    await expect(waited(read)).rejects.toMatchObject({ code: 'CHAIN_TIMEOUT' });
    expect(clock.nowMicros() - before).toBeLessThanOrEqual(400_000);
  });
});

describe('a node', () => {
  it('that fails is set aside and named, and serves again after it has come back', async () => {
    await start();
    node(0).failure = 'CHAIN_UNREACHABLE';
    await clock.advance(3_000);
    expect(alerts).toEqual(['ENDPOINT_READ_INVALID first is set aside: as told']);
    expect(await asked()).toEqual(['second']);
    node(0).failure = undefined;
    await clock.advance(20_000);
    expect(alerts[1]).toBe('ENDPOINT_RETURNED first answers again and is used again');
    expect(await asked()).toEqual(['first']);
  });

  it('that lags is set aside after a while and named with its lag, and comes back when it has caught up', async () => {
    await start();
    node(0).behind = 40n;
    await clock.advance(2_000);
    expect(alerts).toEqual([]);
    await clock.advance(3_000);
    expect(alerts).toEqual(['ENDPOINT_LAG_EXCEEDED first is set aside: it is 40 slots behind the others']);
    expect(await asked()).toEqual(['second']);
    node(0).behind = 0n;
    await clock.advance(5_000);
    expect(healthyNames()).toContain('first');
  });

  it('whose finalized height stands still lags as well', async () => {
    await start();
    node(1).heightLie = -100n;
    await clock.advance(6_000);
    expect(healthyNames()).toEqual(['first', 'third']);
  });

  it('that is a little behind, or for a moment far behind, stays', async () => {
    await start();
    node(0).behind = 20n;
    await clock.advance(10_000);
    node(0).behind = 300n;
    await clock.advance(2_000);
    node(0).behind = 0n;
    await clock.advance(10_000);
    expect(alerts).toEqual([]);
  });

  it('that exaggerates makes nobody else lag', async () => {
    await start();
    node(2).behind = -500n;
    await clock.advance(10_000);
    expect(healthyNames()).toEqual(['first', 'second', 'third']);
  });

  it.each([2, 3])('of %i whose block height is absurd is set aside for the run', async (count) => {
    await start(count);
    await clock.advance(2_000);
    node(1).heightLie = 100_000n;
    await clock.advance(2_000);
    expect(alerts).toEqual([expect.stringMatching(/^ENDPOINT_ANSWER_MISMATCH second .*block height \d+ cannot/)]);
    node(1).heightLie = 0n;
    await clock.advance(60_000);
    expect(endpoints.witnesses.list().map(({ name }) => name)).not.toContain('second');
  });

  it('that is alone ahead of one that stands still is no liar', async () => {
    await start(2);
    const stuck = node(1);
    for (let second = 0; second < 600; second += 1) {
      stuck.behind += 10n;
      await clock.advance(1_000);
    }
    expect(alerts.filter((alert) => alert.startsWith('ENDPOINT_ANSWER_MISMATCH'))).toEqual([]);
    expect(healthyNames()).toEqual(['first']);
  });

  it('takes over only where it has been better by far for a while, and one moment changes nothing', async () => {
    await start();
    node(0).latencyMs = 300;
    await clock.advance(2_000);
    expect(await asked()).toEqual(['first']);
    await clock.advance(20_000);
    expect(await asked()).toEqual(['second']);
    node(0).latencyMs = 0;
    await clock.advance(60_000);
    expect(await asked()).toEqual(['first']);
  });

  it('that a quorum outvoted is not heard again', async () => {
    await start();
    endpoints.witnesses.outvote('first', 'a quorum tells sig otherwise');
    await clock.advance(30_000);
    expect(endpoints.witnesses.list().map(({ name }) => name)).toEqual(['second', 'third']);
    expect(await asked()).toEqual(['second']);
    expect(alerts).toEqual(['ENDPOINT_ANSWER_MISMATCH first is set aside for this run: a quorum tells sig otherwise']);
  });
});

describe('the probing', () => {
  it('is light, and ends with the engine', async () => {
    await start();
    const before = node(0).reader.calls.length;
    await clock.advance(10_000);
    expect(node(0).reader.calls.length - before).toBeLessThanOrEqual(20);
    await endpoints.close();
    const closed = node(0).reader.calls.length;
    await clock.advance(10_000);
    expect(node(0).reader.calls.length).toBe(closed);
    expect(clock.sleeping).toBe(0);
  });
});
