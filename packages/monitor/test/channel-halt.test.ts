import { beforeEach, describe, expect, test } from 'vitest';
import { ChannelHalt, InProcessChannel } from '../src/index.js';

let channel: InProcessChannel;
let halts: string[];
let strangers: string[];
let desk: ChannelHalt;
beforeEach(async () => {
  [halts, strangers] = [[], []];
  channel = new InProcessChannel('chat');
  desk = new ChannelHalt({
    channel,
    userIds: ['7'],
    halt: (reason) => halts.push(reason),
    onStranger: ({ userId }) => strangers.push(userId),
  });
  await desk.start();
});

describe('halting through an alert channel', () => {
  test.each([
    ['halt', 'chat user 7'],
    ['/halt', 'chat user 7'],
    ['/HALT@tandem_bot prices look wrong', 'chat user 7: prices look wrong'],
    ['  halt\n\u0000because ', 'chat user 7: because'],
  ])('%j of somebody on the list halts', (text, reason) => {
    expect(channel.deliver('7', text)).toContain('Halted');
    expect(halts).toEqual([reason]);
  });

  test.each(['resume', '/resume', 'unhalt', 'halting', 'withdraw 5', 'haltresume', ''])('%j does nothing', (text) => {
    expect(channel.deliver('7', text)).toContain('The only command');
    expect(halts).toEqual([]);
  });

  test('somebody else is told of and not answered', () => {
    expect(channel.deliver('8', 'halt')).toBe('');
    expect([halts, strangers]).toEqual([[], ['8']]);
  });

  test('nothing is heard after the stop', async () => {
    await desk.stop();
    expect(channel.deliver('7', 'halt')).toBe('');
    expect(halts).toEqual([]);
  });
});
