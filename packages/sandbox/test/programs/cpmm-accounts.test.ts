import { describe, expect, it } from 'vitest';
import { machineWithOurs, madeUpAddress, TRADER } from './captured-runs.js';
import { fundedLike, hasCaptures, loadCaptures, loadPool, SHARED } from './captured-swaps.js';
import { addressBytes, type AccountUse, type SwapMachine } from './swap-machine.js';
import { cpmmCall, cpmmVaults } from './venue-calls.js';

const MISSING = hasCaptures() ? '' : ` (skipped: no captured pools in ${SHARED})`;

/**
 * What the real program answers when one account of a good swap is wrong, observed on the dump whose sha256 stands in
 * `vectors/cpmm.json` (af0a49f6…): `missing` is an address without an account, `system` a plain wallet, `copy` the same
 * bytes at another address, `readonly` and `unsigned` the right account with less.
 */
const REFUSALS: readonly (readonly [number, Change, number])[] = [
  [0, 'unsigned', 3010],
  [0, 'missing', 4],
  [1, 'missing', 2006],
  [2, 'missing', 3012],
  [2, 'system', 3007],
  [2, 'copy', 2012],
  [3, 'readonly', 2000],
  [3, 'missing', 3007],
  [4, 'readonly', 2000],
  [4, 'missing', 3012],
  [4, 'system', 3007],
  [5, 'readonly', 2000],
  [5, 'missing', 3012],
  [6, 'readonly', 2000],
  [6, 'copy', 2003],
  [6, 'system', 3007],
  [7, 'readonly', 2000],
  [7, 'copy', 2003],
  [7, 'missing', 3012],
  [8, 'missing', 3008],
  [9, 'system', 3008],
  [10, 'missing', 3012],
  [10, 'copy', 2012],
  [11, 'system', 3007],
  [11, 'copy', 2012],
  [12, 'readonly', 2000],
  [12, 'missing', 3007],
  [12, 'copy', 2012],
];

type Change = 'missing' | 'system' | 'copy' | 'readonly' | 'unsigned';

const COPY = madeUpAddress(98);
const WALLET = madeUpAddress(97);

/** Returns the code of a swap whose account at `index` was changed; without a change, of the good swap. */
function codeOf(index: number, change: Change | undefined): number | undefined {
  const machine = machineWithOurs();
  const { pools, programId } = loadCaptures('cpmm');
  const pool = loadPool(pools['syn_tf_token0']!.accounts, programId);
  for (const [address, account] of pool.accounts) machine.put(address, account);
  const poolData = pool.accounts.get(pool.address)!.data;
  const [vaultIn, vaultOut] = cpmmVaults(poolData, 'A');
  const owner = addressBytes(TRADER.owner);
  machine.put(TRADER.source, fundedLike(pool.accounts.get(vaultIn)!, owner, 1n << 40n));
  machine.put(TRADER.destination, fundedLike(pool.accounts.get(vaultOut)!, owner, 0n));
  machine.setTime({ slot: 440_000_000n, unixTimestamp: 1_790_000_000n, epoch: 1_018n });
  const order = { tag: 'swap_base_input', first: 1_000_000n, second: 0n } as const;
  const call = cpmmCall({ pool: pool.address, poolData, inputSide: 'A', user: TRADER, ...order });
  const copied = pool.accounts.get(call.accounts[index]!.address);
  if (copied !== undefined) machine.put(COPY, copied);
  const accounts = call.accounts.map((use, at) => (at === index ? changed(machine, use, change) : use));
  return machine.execute({ ...call, accounts }).failure?.code;
}

function changed(machine: SwapMachine, use: AccountUse, change: Change | undefined): AccountUse {
  machine.put(WALLET, { lamports: 1_000_000_000n, data: new Uint8Array(), owner: '1'.repeat(32) });
  const changes: Readonly<Record<Change, AccountUse>> = {
    missing: { ...use, address: madeUpAddress(99) },
    system: { ...use, address: WALLET },
    copy: { ...use, address: COPY },
    readonly: { ...use, writable: false },
    unsigned: { ...use, signer: false },
  };
  return change === undefined ? use : changes[change];
}

describe('our CPMM program, given one wrong account', () => {
  it.skipIf(!hasCaptures())(`swaps when none is wrong${MISSING}`, () => {
    expect(codeOf(0, undefined)).toBeUndefined();
  });

  it.skipIf(!hasCaptures()).each(REFUSALS)(
    `refuses account %i when it is %s with code %i${MISSING}`,
    (index, change, code) => {
      expect(codeOf(index, change)).toBe(code);
    },
  );
});
