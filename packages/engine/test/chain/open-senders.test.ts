import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import { type OpenSenders, openSenders } from '../../src/chain/open-senders.js';
import { parseEngineConfig } from '../../src/config/engine-config.js';
import { chooseRoads } from '../../src/execute/road-choice.js';
import { HttpNode, rawBody, result } from './http-node.js';
import { realClock, shortestWaits, until } from './real-time.js';
import { tippingTransaction } from './signed-tip.js';

const TIP_ACCOUNT = new Uint8Array(32).fill(5);
const JITO = {
  sender: 'jito',
  tip_accounts: [encodeBase58(TIP_ACCOUNT)],
  jito: { block_engine_urls: ['https://ny.mainnet.block-engine.jito.wtf', 'http://127.0.0.1:1', 'http://localhost:2'] },
};
const STAKED = [{ name: 'fast', url: 'http://127.0.0.1:3' }];
const ENDPOINTS = [
  { name: 'one', url: 'http://127.0.0.1:4' },
  { name: 'two', url: 'http://127.0.0.1:5' },
];
let opened: OpenSenders | undefined;
let node: HttpNode;

beforeEach(async () => {
  node = await HttpNode.start();
});

afterEach(async () => {
  opened?.close();
  opened = undefined;
  await node.stop();
});

function open(senders: Record<string, unknown>, endpoints = ENDPOINTS): OpenSenders {
  const config = parseEngineConfig(JSON.stringify({ senders })).senders;
  const secrets = { jito: 'jito-token', staked: { fast: 'fast-token' } };
  opened = openSenders({ config, endpoints, secrets, clock: realClock, random: shortestWaits, timeoutMs: 300 });
  return opened;
}

const namesOf = ({ senders }: OpenSenders) => senders.map((sender) => sender.name);

describe('openSenders', () => {
  it('opens the first node alone, or every node and staked sender', () => {
    expect(namesOf(open({ sender: 'rpc', staked: STAKED }))).toEqual(['one']);
    expect(namesOf(open({ sender: 'fanout', staked: STAKED }))).toEqual(['one', 'two', 'fast']);
  });

  it('opens every region, named by its host, then the staked senders, then one node for what does not tip', () => {
    expect(namesOf(open({ ...JITO, staked: STAKED }))).toEqual(['jito-ny', 'jito-2', 'jito-3', 'fast', 'one']);
  });

  it('sends a trade to the regions and never to the plain node, and the set-up of the wallet to that node alone', () => {
    const { senders } = open(JITO);
    const names = (transaction: Uint8Array) => chooseRoads(senders, transaction).roads.map((road) => road.name);
    expect(names(tippingTransaction({ to: TIP_ACCOUNT, lamports: 1_000n }))).toEqual(['jito-ny', 'jito-2', 'jito-3']);
    expect(names(tippingTransaction({ to: TIP_ACCOUNT, lamports: 999n }))).toEqual([]);
    expect(names(tippingTransaction({ to: new Uint8Array(32).fill(8), lamports: 5_000n }))).toEqual(['one']);
    expect(names(tippingTransaction())).toEqual(['one']);
  });

  it('hands each road its own token', async () => {
    node.always(result('"sig"'));
    const jito = { ...JITO, jito: { block_engine_urls: [node.url], submit: 'transaction' } };
    const { senders } = open({ ...jito, staked: [{ name: 'fast', url: node.url, token_header: 'x-key' }] });
    for (const sender of senders.slice(0, 2)) await sender.send(Uint8Array.of(1), 'sig');
    expect(node.lines).toMatchObject([
      { headers: { 'x-jito-auth': 'jito-token' } },
      { headers: { 'x-key': 'fast-token' } },
    ]);
    expect(node.lines[0]?.headers).not.toHaveProperty('x-key');
  });

  it('says that there is nothing to send to', () => {
    expect(() => open({ sender: 'rpc' }, [])).toThrow(expect.objectContaining({ code: 'ENGINE_SENDER_MISSING' }));
    const nowhere = { ...JITO, jito: {} };
    expect(() => open(nowhere)).toThrow(expect.objectContaining({ code: 'ENGINE_SENDER_MISSING' }));
  });

  it('follows the tip floor only where the policy does', async () => {
    node.always(rawBody('[{"landed_tips_50th_percentile":1e-06}]'));
    const jito = { ...JITO.jito, tip_floor_url: `${node.url}/floor` };
    expect(open({ ...JITO, jito }).tipFloor).toBeUndefined();
    const { tipFloor } = open({ ...JITO, jito, tip_policy: 'floor' });
    const stop = new AbortController();
    const running = tipFloor?.run(stop.signal, () => undefined);
    await until(() => tipFloor?.lamports() === 1_000n);
    stop.abort();
    await running;
  });
});
