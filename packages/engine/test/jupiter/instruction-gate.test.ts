import { type Instruction, transferLamportsInstruction } from '@tandem/core-native';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAddress } from '../../src/chain/base58.js';
import { TOKEN_PROGRAM_BYTES } from '../../src/execute/system-programs.js';
import { createTokenAccount, wrapLamports } from '../../src/execute/wallet-instructions.js';
import { checkRouterInstructions, raiseMinimum } from '../../src/jupiter/instruction-gate.js';
import { decodeRoute } from '../../src/jupiter/route-decoder.js';
import { ROUTER_LAYOUTS } from '../../src/jupiter/router-program.js';
import type { SwapInstructions } from '../../src/ports/index.js';
import { goodSwap, routeData, stranger } from './router-answers.js';

const NAMES = ROUTER_LAYOUTS.map(({ name }) => name);
const REFUSED = expect.objectContaining({ code: 'JUPITER_INSTRUCTION_INVALID' });

function refuses(answer: SwapInstructions, expected: Parameters<typeof checkRouterInstructions>[1]): void {
  expect(() => checkRouterInstructions(answer, expected)).toThrow(REFUSED);
}

/** A token instruction on the wallet's account, as a thief would add it. */
function tokenInstruction(tag: number, accounts: readonly Uint8Array[], amount = 1n): Instruction {
  const data = Buffer.alloc(9);
  data[0] = tag;
  data.writeBigUInt64LE(amount, 1);
  return {
    program: TOKEN_PROGRAM_BYTES,
    accounts: accounts.map((address) => ({ address, isSigner: false, isWritable: true })),
    data: new Uint8Array(data),
  };
}

describe.each(NAMES)('checkRouterInstructions of %s', (name) => {
  it('lets a good answer through and makes the chain demand exactly our minimum', () => {
    const { answer, expected } = goodSwap(name);
    const generous = {
      ...answer,
      swap: { ...answer.swap, data: routeData(name, { amountIn: 1_000_000n, quotedOut: 201_000n, slippageBps: 40 }) },
    };
    for (const given of [answer, generous]) {
      const checked = checkRouterInstructions(given, expected);
      expect(decodeRoute(checked.swap.data)).toMatchObject({
        amountIn: 1_000_000n,
        quotedOut: 200_000n,
        slippageBps: 0,
        platformFeeBps: 0,
      });
      expect(checked.setup).toHaveLength(5);
      expect(checked.instructions).toEqual([...checked.setup, checked.swap, checked.cleanup]);
      expect(checked.swap.accounts).toHaveLength(answer.swap.accounts.length);
    }
  });

  it('changes nothing of the data but the minimum when it is raised', () => {
    const { answer, expected } = goodSwap(name);
    const { swap } = checkRouterInstructions(answer, expected);
    const raised = raiseMinimum(swap, 200_123n);
    expect(raised.data).toEqual(routeData(name, { amountIn: 1_000_000n, quotedOut: 200_123n }));
  });

  it.each([
    ['another input amount', { amountIn: 1_000_001n, quotedOut: 200_000n }],
    ['a lower minimum', { amountIn: 1_000_000n, quotedOut: 199_999n }],
    ['a slippage that goes below our minimum', { amountIn: 1_000_000n, quotedOut: 200_000n, slippageBps: 1 }],
    ['a slippage of more than everything', { amountIn: 1_000_000n, quotedOut: 1n << 60n, slippageBps: 10_001 }],
    ['a platform fee', { amountIn: 1_000_000n, quotedOut: 200_000n, platformFeeBps: 1 }],
  ])('refuses %s', (_, amounts) => {
    const { answer, expected } = goodSwap(name);
    refuses({ ...answer, swap: { ...answer.swap, data: routeData(name, amounts) } }, expected);
  });

  it('refuses every other address at a fixed position but those it takes no part in', () => {
    const { answer, expected } = goodSwap(name);
    const { slots } = ROUTER_LAYOUTS.find((layout) => layout.name === name)!;
    slots.forEach((slot, position) => {
      const replaced = (address: Uint8Array) => ({
        ...answer,
        swap: {
          ...answer.swap,
          accounts: answer.swap.accounts.map((account, index) =>
            index === position ? { ...account, address } : account,
          ),
        },
      });
      // The router's own accounts are its choice, as long as they are none of ours.
      if (!slot.startsWith('foreign')) refuses(replaced(stranger(40)), expected);
      else refuses(replaced(expected.protectedAccounts![0]!), expected);
      if (slot !== 'wallet') refuses(replaced(expected.wallet), expected);
    });
  });

  it("refuses any signature but the wallet's, and a swap that lacks accounts", () => {
    const { answer, expected } = goodSwap(name);
    answer.swap.accounts.forEach((_, position) => {
      const accounts = answer.swap.accounts.map((account, index) =>
        index === position ? { ...account, isSigner: true } : account,
      );
      const given = { ...answer, swap: { ...answer.swap, accounts } };
      const isWallet = Buffer.compare(answer.swap.accounts[position]!.address, expected.wallet) === 0;
      if (isWallet) expect(() => checkRouterInstructions(given, expected)).not.toThrow();
      else refuses(given, expected);
    });
    refuses({ ...answer, swap: { ...answer.swap, accounts: answer.swap.accounts.slice(0, 6) } }, expected);
  });

  it('refuses to write an account of ours that has no part in the swap, and lets it be read', () => {
    const { answer, expected, other } = goodSwap(name);
    const withOther = (isWritable: boolean) => ({
      ...answer,
      swap: {
        ...answer.swap,
        accounts: [...answer.swap.accounts, { address: other, isSigner: false, isWritable }],
      },
    });
    refuses(withOther(true), expected);
    expect(() => checkRouterInstructions(withOther(false), expected)).not.toThrow();
  });

  it('gives fixed accounts the flags of the interface, whatever the answer says', () => {
    const { answer, expected } = goodSwap(name);
    const accounts = answer.swap.accounts.map((account) => ({ ...account, isWritable: true, isSigner: false }));
    const checked = checkRouterInstructions({ ...answer, swap: { ...answer.swap, accounts } }, expected);
    const { slots } = ROUTER_LAYOUTS.find((layout) => layout.name === name)!;
    expect(checked.swap.accounts.slice(0, slots.length)).toEqual(answer.swap.accounts.slice(0, slots.length));
  });

  it('lets no changed byte through that pays another amount, demands another minimum or pays a fee', () => {
    const { answer, expected } = goodSwap(name);
    const good = answer.swap.data;
    // Only the swap's data is of interest here; deriving the accounts of the set-up takes most of the time.
    const bare = { ...answer, setup: [] };
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const data = good.slice();
        data[at] = data[at]! ^ xor;
        let checked;
        try {
          checked = checkRouterInstructions({ ...bare, swap: { ...answer.swap, data } }, expected);
        } catch (error) {
          expect(error).toEqual(REFUSED);
          return;
        }
        // What got through pays our amount and demands our minimum, without a fee.
        expect(decodeRoute(checked.swap.data)).toMatchObject({
          amountIn: expected.amountIn,
          quotedOut: expected.minimumOut,
          slippageBps: 0,
          platformFeeBps: 0,
          positiveSlippageBps: 0,
        });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('checkRouterInstructions', () => {
  it('refuses amounts that stand behind the real ones as a decoy', () => {
    const { answer, expected } = goodSwap('route');
    const theft = routeData('route', { amountIn: 1_000_000n, quotedOut: 0n, slippageBps: 10_000 });
    const decoy = answer.swap.data.slice(-19);
    const data = new Uint8Array(Buffer.concat([theft, decoy]));
    refuses({ ...answer, swap: { ...answer.swap, data } }, expected);
  });

  it('refuses a share of what comes above the minimum, which is more once the minimum is ours', () => {
    const { answer, expected } = goodSwap('route_v2');
    const data = routeData('route_v2', { amountIn: 1_000_000n, quotedOut: 200_000n, positiveSlippageBps: 1 });
    refuses({ ...answer, swap: { ...answer.swap, data } }, expected);
  });

  it('refuses another program, exact-out and token-ledger routes, and venues whose length is not known', () => {
    const { answer, expected } = goodSwap('route');
    refuses({ ...answer, swap: { ...answer.swap, program: stranger(1) } }, expected);
    for (const discriminator of ['d033ef977b2bed5c', '96564774a75d0e68', 'e455b9704e4f4d02']) {
      const data = new Uint8Array(Buffer.concat([Buffer.from(discriminator, 'hex'), answer.swap.data.subarray(8)]));
      refuses({ ...answer, swap: { ...answer.swap, data } }, expected);
    }
    for (const venue of [111, 120, 127, 255]) {
      const data = routeData('route', { amountIn: 1_000_000n, quotedOut: 200_000n }, [[venue, 100, 0, 1]]);
      refuses({ ...answer, swap: { ...answer.swap, data } }, expected);
    }
    refuses({ ...answer, swap: { ...answer.swap, data: new Uint8Array(3) } }, expected);
    const lying = answer.swap.data.slice();
    lying.fill(0xff, 8, 12);
    refuses({ ...answer, swap: { ...answer.swap, data: lying } }, expected);
  });

  it('measures venues with lists of remaining accounts', () => {
    const { answer, expected } = goodSwap('route');
    const steps = [
      [75, 2, 0, 0, 0, 0, 1, 1, 2, 100, 0, 1],
      [47, 1, 0, 100, 1, 2],
      [103, 0, 1, 1, 0, 0, 0, 4, 2, 100, 1, 2],
    ];
    const data = routeData('route', { amountIn: 1_000_000n, quotedOut: 200_000n }, steps);
    expect(() => checkRouterInstructions({ ...answer, swap: { ...answer.swap, data } }, expected)).not.toThrow();
  });

  it('refuses what nobody asked for: tips, approvals, transfers, closings, other programs', () => {
    const { answer, expected, other, sol, usd } = goodSwap('route');
    const { wallet } = expected;
    const thief = stranger(50);
    const additions = [
      transferLamportsInstruction({ from: wallet, to: thief, lamports: 1n }),
      transferLamportsInstruction({ from: wallet, to: sol.account, lamports: expected.amountIn + 1n }),
      tokenInstruction(3, [sol.account, thief, wallet]),
      tokenInstruction(4, [sol.account, thief, wallet]),
      tokenInstruction(6, [sol.account, wallet]),
      tokenInstruction(8, [sol.account, sol.mint, wallet]),
      { ...answer.cleanup!, accounts: answer.cleanup!.accounts },
      createTokenAccount(thief, usd),
      createTokenAccount(wallet, { ...usd, account: other }),
      createTokenAccount(wallet, { ...usd, account: thief }),
      { ...createTokenAccount(wallet, usd), data: Uint8Array.of(0) },
      { ...createTokenAccount(wallet, usd), program: thief },
      ...wrapLamports(wallet, usd.account, expected.amountIn),
    ];
    for (const addition of additions) {
      refuses({ ...answer, setup: [...answer.setup, addition] }, expected);
      refuses({ ...answer, other: [addition] }, expected);
      refuses({ ...answer, setup: [addition, ...answer.setup] }, expected);
    }
    refuses({ ...answer, setup: [...answer.setup, answer.setup[1]!] }, expected);
  });

  it('takes an account that is created twice once', () => {
    const { answer, expected } = goodSwap('route');
    const checked = checkRouterInstructions({ ...answer, setup: [...answer.setup, answer.setup[0]!] }, expected);
    expect(checked.setup).toEqual(answer.setup);
  });

  it('refuses a clean-up that closes another account or pays another wallet', () => {
    const { answer, expected, usd } = goodSwap('route');
    const cleanup = answer.cleanup!;
    cleanup.accounts.forEach((_, position) => {
      const accounts = cleanup.accounts.map((account, index) =>
        index === position ? { ...account, address: position === 0 ? usd.account : stranger(51) } : account,
      );
      refuses({ ...answer, cleanup: { ...cleanup, accounts } }, expected);
    });
    refuses({ ...answer, cleanup: { ...cleanup, data: Uint8Array.of(10) } }, expected);
  });

  it('neither wraps nor unwraps SOL that is to stay wrapped', () => {
    const { answer: wrapping } = goodSwap('route');
    const { answer, expected } = goodSwap('route', { sol: 'wrapped-only' });
    expect(checkRouterInstructions(answer, expected).cleanup).toBeNull();
    refuses({ ...answer, setup: wrapping.setup }, expected);
    refuses({ ...answer, cleanup: wrapping.cleanup }, expected);
  });

  it('refuses a lookup table without an address, and a minimum of nothing', () => {
    const { answer, expected } = goodSwap('route');
    refuses({ ...answer, lookupTables: ['https://thief.example'] }, expected);
    refuses(answer, { ...expected, minimumOut: 0n });
  });

  it('takes a plan that ends in the mint it began with: one account pays and receives', () => {
    const { answer, expected, sol } = goodSwap('route', {
      outputMint: decodeAddress('So11111111111111111111111111111111111111112'),
      sol: 'wrapped-only',
    });
    const circle = { ...expected, destinationAccount: sol.account };
    const accounts = answer.swap.accounts.map((account, index) =>
      index === 3 ? { ...account, address: sol.account } : account,
    );
    expect(() =>
      checkRouterInstructions({ ...answer, setup: [], swap: { ...answer.swap, accounts } }, circle),
    ).not.toThrow();
  });
});
