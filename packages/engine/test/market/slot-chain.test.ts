import { expect, it } from 'vitest';
import { SlotChain } from '../../src/market/slot-chain.js';

const told = (chain: SlotChain, slot: bigint, parent: bigint) =>
  chain.observe({ kind: 'slot', slot, parent, root: 0n });

it('finds nothing in slots that build on each other, skipped and repeated ones among them', () => {
  const chain = new SlotChain();
  expect(told(chain, 10n, 9n)).toBeNull();
  expect(told(chain, 11n, 10n)).toBeNull();
  expect(told(chain, 14n, 11n)).toBeNull();
  expect(told(chain, 14n, 11n)).toBeNull();
});

it('finds a slot that was never told', () => {
  const chain = new SlotChain();
  told(chain, 10n, 9n);
  expect(told(chain, 12n, 11n)).toContain('slot 11, which was never told');
  expect(told(chain, 13n, 12n)).toBeNull();
});

it('finds a fork, and again when it is left', () => {
  const chain = new SlotChain();
  told(chain, 10n, 9n);
  told(chain, 11n, 10n);
  expect(told(chain, 12n, 10n)).toContain('leaves out those up to 11');
  expect(told(chain, 13n, 11n)).toContain('leaves out those up to 12');
});

it('says nothing about what was before a new connection', () => {
  const chain = new SlotChain();
  told(chain, 10n, 9n);
  chain.restart();
  expect(told(chain, 50n, 49n)).toBeNull();
});
