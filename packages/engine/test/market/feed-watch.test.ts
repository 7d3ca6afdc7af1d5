import { beforeEach, describe, expect, it } from 'vitest';
import { SlotClock } from '../../src/chain/slot-clock.js';
import { FeedWatch } from '../../src/market/feed-watch.js';
import { ManualClock } from '../../src/testing/manual-clock.js';

const SLOT_MS = 100;
let clock: ManualClock;
let slots: SlotClock;
let watch: FeedWatch;
/** What waits in the socket while the process is busy: it is read when the loop comes round. */
let waiting: (() => void)[];
let ended: AbortController;

beforeEach(async () => {
  clock = new ManualClock();
  slots = new SlotClock();
  waiting = [];
  ended = new AbortController();
  const schedule = (task: () => void) => {
    for (const message of waiting.splice(0)) message();
    queueMicrotask(task);
  };
  watch = new FeedWatch({ clock, slots, schedule });
  void watch.run(ended.signal);
  for (let slot = 1n; slot < 200n; slot += 1n) {
    await clock.advance(SLOT_MS);
    hear(slot);
  }
});

function hear(slot: bigint): void {
  slots.observe(slot, clock.nowMicros());
  watch.hear(slot, clock.nowMicros());
}

describe('a feed', () => {
  it('is silent after two slots without a word, not before, and no more with the next word', async () => {
    await clock.advance(SLOT_MS * 2 - 10);
    expect(watch.silence()).toBeNull();
    await clock.advance(15);
    expect(watch.silence()).toMatchObject({ cause: 'silent', slotMs: SLOT_MS });
    await clock.advance(5_000);
    expect(watch.silence()).toMatchObject({ cause: 'silent', forMs: 5_000 + SLOT_MS * 2 + 5 });
    hear(260n);
    expect(watch.silence()).toBeNull();
  });

  it('is not silent because this process was busy while its messages waited', async () => {
    waiting.push(() => hear(205n));
    clock.spend(500_000);
    await clock.advance(1);
    expect(waiting).toEqual([]);
    expect(watch.silence()).toBeNull();
  });

  it('is behind when it does not come to where the chain is in two slots time, until a node proves it has', async () => {
    watch.prove(201n);
    await clock.advance(SLOT_MS);
    hear(200n);
    watch.prove(210n);
    for (let slot = 201n; slot < 204n; slot += 1n) {
      expect(watch.silence()).toBeNull();
      await clock.advance(SLOT_MS);
      hear(slot);
    }
    expect(watch.silence()).toMatchObject({ cause: 'behind' });
    hear(211n);
    expect(watch.silence()).toMatchObject({ cause: 'behind' });
    watch.prove(212n);
    expect(watch.silence()).toBeNull();
  });

  it('that catches up in time was only on its way', async () => {
    watch.prove(210n);
    await clock.advance(SLOT_MS);
    hear(210n);
    await clock.advance(SLOT_MS);
    hear(211n);
    await clock.advance(SLOT_MS);
    hear(212n);
    expect(watch.silence()).toBeNull();
    ended.abort();
  });
});
