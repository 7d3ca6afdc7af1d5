import { afterEach, describe, expect, it } from 'vitest';
import { createEndpointReader, type EndpointReaders } from '../../../src/chain/endpoints/create-endpoint-reader.js';
import { endpointSettings } from '../../../src/chain/endpoints/endpoint-settings.js';
import type { LatestBlockhash } from '../../../src/ports/index.js';
import { ManualClock } from '../../../src/testing/index.js';
import { ModelNode } from './model-node.js';

let clock: ManualClock;
let nodes: ModelNode[];
let alerts: string[];
let endpoints: EndpointReaders;

async function start(count: number): Promise<void> {
  clock = new ManualClock();
  nodes = Array.from({ length: count }, () => new ModelNode(clock));
  alerts = [];
  endpoints = createEndpointReader({
    endpoints: nodes.map(({ reader }, index) => ({ name: `node-${index}`, reader })),
    clock,
    settings: endpointSettings(5_000),
    onAlert: ({ message }) => alerts.push(message),
  });
  await endpoints.start();
}

function bend(index: number, how: Partial<ModelNode>): void {
  Object.assign(nodes[index] ?? {}, how);
}

/** Asks for a hash and lets two seconds pass. */
async function latest(): Promise<LatestBlockhash | { readonly code: string; readonly message: string }> {
  const answer = endpoints.reader.getLatestBlockhash('confirmed').catch((error: unknown) => error as { code: string });
  await clock.advance(2_000);
  return (await answer) as LatestBlockhash;
}

afterEach(async () => {
  const closing = endpoints.close();
  await clock.advance(2_000);
  await closing;
});

describe('the blockhash of several nodes', () => {
  it('is the freshest, once the nodes behind know it too', async () => {
    await start(3);
    bend(0, { behind: 2n });
    const slot = nodes[1]?.slot;
    expect(await latest()).toMatchObject({ slot, lastValidBlockHeight: (slot ?? 0n) + 150n });
    expect(nodes[0]?.reader.count('isBlockhashValid')).toBeGreaterThan(0);
  });

  it('is checked by a second node where the two do not give the same', async () => {
    await start(2);
    const slot = nodes[0]?.slot;
    expect(await latest()).toMatchObject({ slot });
    expect(nodes.map(({ reader }) => reader.count('isBlockhashValid'))).toEqual([0, 0]);
    bend(0, { ownHash: 'invented' });
    expect(await latest()).toMatchObject({ code: 'CHAIN_QUORUM_MISSING' });
  });

  it('is not taken from a node that makes it up; two others say so, and it is set aside', async () => {
    await start(3);
    bend(0, { ownHash: 'invented', lifetimeLie: 5n });
    const slot = nodes[1]?.slot;
    expect(await latest()).toMatchObject({ blockhash: `hash-${slot}` });
    expect(alerts).toEqual(['node-0 is set aside for this run: no other node knows its blockhash invented']);
  });

  it.each([-150n, -1n, 100_000n])(
    'never ends earlier than it does, nor absurdly late, where a node is wrong by %i',
    async (lie) => {
      await start(3);
      bend(0, { lifetimeLie: lie });
      const truth = (nodes[1]?.slot ?? 0n) + 150n;
      expect(await latest()).toMatchObject({ lastValidBlockHeight: truth });
    },
  );

  it('is not taken from a node that is set aside', async () => {
    await start(3);
    bend(0, { behind: 100n });
    await clock.advance(6_000);
    const asked = nodes[0]?.reader.count('getLatestBlockhash');
    await latest();
    expect(nodes[0]?.reader.count('getLatestBlockhash')).toBe(asked);
  });

  it('is not given where only one of two nodes is left to vouch for it', async () => {
    await start(2);
    bend(1, { failure: 'CHAIN_UNREACHABLE' });
    expect(await latest()).toMatchObject({
      code: 'CHAIN_QUORUM_MISSING',
      message: expect.stringContaining('2 nodes must know a blockhash; node-0 gave one') as string,
    });
    bend(1, { failure: undefined });
    await clock.advance(5_000);
    expect(await latest()).toMatchObject({ blockhash: expect.stringMatching(/^hash-/) as string });
  });
});
