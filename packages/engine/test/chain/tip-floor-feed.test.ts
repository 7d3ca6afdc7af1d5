import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TipFloorFeed } from '../../src/chain/tip-floor-feed.js';
import { type Answer, HttpNode, hangUp, rawBody, status } from './http-node.js';
import { until } from './real-time.js';
import { SteppedClock } from './stepped-clock.js';

let node: HttpNode;
let clock: SteppedClock;
let faults: unknown[];
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  node = await HttpNode.start();
  clock = new SteppedClock();
  faults = [];
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await running;
  await node.stop();
});

const floor = (text: string) =>
  rawBody(
    `[{"time":"2026-11-25T12:00:00Z","landed_tips_25th_percentile":1e-09,"landed_tips_50th_percentile":${text}}]`,
  );

function start(percentile: 25 | 50 = 50): TipFloorFeed {
  const feed = new TipFloorFeed({ url: `${node.url}/tip_floor`, percentile, clock, timeoutMs: 1_000 });
  running = feed.run(stop.signal, (error) => faults.push(error));
  return feed;
}

describe('TipFloorFeed', () => {
  it.each([
    ['1e-05', 10_000n],
    ['0.000010001', 10_001n],
    ['1.41969E-5', 14_197n],
    ['6.0000000001e-06', 6_001n],
    ['0', 0n],
    ['2', 2_000_000_000n],
    // As a float, times a billion, this is 122.00000000000001, which rounds up to 123.
    ['1.22e-7', 122n],
  ])('reads %s SOL as %s lamports, digit by digit and rounded up', async (text, lamports) => {
    node.always(floor(text));
    const feed = start();
    await until(() => feed.lamports() !== null);
    expect(feed.lamports()).toBe(lamports);
    expect(node.lines[0]).toMatchObject({ verb: 'GET', path: '/tip_floor' });
  });

  it('takes the percentile it was made for', async () => {
    node.always(floor('5'));
    const feed = start(25);
    await until(() => feed.lamports() !== null);
    expect(feed.lamports()).toBe(1n);
  });

  it('asks again every second and a half, and forgets a floor that is older than 15 seconds', async () => {
    node.next(floor('1e-05'), floor('2e-05')).always(status(500));
    const feed = start();
    await until(() => feed.lamports() === 10_000n);
    await clock.advance(1_500);
    await until(() => feed.lamports() === 20_000n);
    await clock.advance(1_500);
    await until(() => faults.length > 0);
    expect(faults[0]).toMatchObject({ code: 'SENDER_TIP_FLOOR_INVALID', severity: 'recoverable' });
    expect(feed.lamports()).toBe(20_000n);
    await clock.advance(13_500);
    expect(feed.lamports()).toBe(20_000n);
    await clock.advance(1);
    expect(feed.lamports()).toBeNull();
  });

  it.each<[string, Answer]>([
    ['a page', rawBody('<html>1</html>')],
    ['no list', rawBody('{"landed_tips_50th_percentile":1e-05}')],
    ['an empty list', rawBody('[]')],
    ['a text', floor('"1e-05"')],
    ['a negative tip', floor('-1e-05')],
    ['null', floor('null')],
    ['no such percentile', rawBody('[{"landed_tips_95th_percentile":1e-05}]')],
    ['a hang-up', hangUp],
  ])('knows nothing from %s, and says so', async (_name, answer) => {
    node.always(answer);
    const feed = start();
    await until(() => faults.length > 0);
    expect(faults[0]).toMatchObject({ code: 'SENDER_TIP_FLOOR_INVALID' });
    expect(feed.lamports()).toBeNull();
  });
});
