import type { AccountMeta, Instruction } from '@tandem/core-native';
import { decodeAddress } from '../../src/chain/base58.js';
import { TokenAccounts } from '../../src/execute/token-accounts.js';
import { createTokenAccount, wrapLamports } from '../../src/execute/wallet-instructions.js';
import { TOKEN_PROGRAM_BYTES } from '../../src/execute/system-programs.js';
import type { ExpectedSwap } from '../../src/jupiter/instruction-gate.js';
import {
  JUPITER_EVENT_AUTHORITY_BYTES,
  JUPITER_PROGRAM_BYTES,
  ROUTER_LAYOUTS,
  type RouterSlot,
} from '../../src/jupiter/router-program.js';
import type { SwapInstructions } from '../../src/ports/index.js';
import { SOL, USD } from '../strategy/sample-opportunity.js';

/** An address nobody of ours owns. */
export const stranger = (number: number): Uint8Array => new Uint8Array(32).fill(200 + number);

/** The steps of a plan as bytes: venue, its arguments, percent or basis points, indices. Whirlpool and then CPMM. */
const V1_STEPS = [
  [17, 1, 100, 0, 1],
  [46, 100, 1, 2],
];
const V2_STEPS = [
  [17, 1, 0x10, 0x27, 0, 1],
  [46, 0x10, 0x27, 1, 2],
];

export interface Amounts {
  readonly amountIn: bigint;
  readonly quotedOut: bigint;
  readonly slippageBps?: number;
  readonly platformFeeBps?: number;
  readonly positiveSlippageBps?: number;
}

/** Returns the data of an instruction of the router, written apart from the code that reads it. */
export function routeData(name: string, amounts: Amounts, steps?: readonly (readonly number[])[]): Uint8Array {
  const layout = ROUTER_LAYOUTS.find((known) => known.name === name)!;
  const { slippageBps = 0, platformFeeBps = 0, positiveSlippageBps = 0 } = amounts;
  const isV2 = name.endsWith('_v2');
  const chosen = steps ?? (isV2 ? V2_STEPS : V1_STEPS);
  const plan = Buffer.concat([u(4, BigInt(chosen.length)), ...chosen.map((step) => Buffer.from(step))]);
  const fixed = Buffer.concat([
    u(8, amounts.amountIn),
    u(8, amounts.quotedOut),
    u(2, BigInt(slippageBps)),
    u(isV2 ? 2 : 1, BigInt(platformFeeBps)),
    ...(isV2 ? [u(2, BigInt(positiveSlippageBps))] : []),
  ]);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from(layout.discriminator, 'hex'),
      Buffer.from(layout.hasId ? [3] : []),
      ...(isV2 ? [fixed, plan] : [plan, fixed]),
    ]),
  );
}

function u(bytes: number, value: bigint): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1) buffer[at] = Number((value >> BigInt(8 * at)) & 0xffn);
  return buffer;
}

/** Returns the accounts of an instruction of the router with those of two venues behind them. */
export function routeAccounts(name: string, expected: ExpectedSwap): AccountMeta[] {
  const layout = ROUTER_LAYOUTS.find((known) => known.name === name)!;
  const fixed = layout.slots.map((slot, index) => ({
    address: slotAddress(slot, index, expected),
    isSigner: slot === 'wallet',
    isWritable: ['source', 'destination', 'foreign-written'].includes(slot),
  }));
  const venues = [
    { address: stranger(20), isSigner: false, isWritable: false },
    { address: stranger(21), isSigner: false, isWritable: true },
    { address: expected.wallet, isSigner: false, isWritable: false },
    { address: expected.sourceAccount, isSigner: false, isWritable: true },
    { address: expected.ownedAccounts[0] ?? stranger(22), isSigner: false, isWritable: true },
    { address: expected.destinationAccount, isSigner: false, isWritable: true },
  ];
  return [...fixed, ...venues];
}

function slotAddress(slot: RouterSlot, index: number, expected: ExpectedSwap): Uint8Array {
  switch (slot) {
    case 'wallet':
      return expected.wallet;
    case 'source':
      return expected.sourceAccount;
    case 'destination':
      return expected.destinationAccount;
    case 'input-mint':
      return expected.inputMint;
    case 'output-mint':
      return expected.outputMint;
    case 'token-program':
      return TOKEN_PROGRAM_BYTES;
    case 'event-authority':
      return JUPITER_EVENT_AUTHORITY_BYTES;
    case 'none':
    case 'optional-token-program':
    case 'program':
      return JUPITER_PROGRAM_BYTES;
    case 'foreign':
    case 'foreign-written':
      return stranger(index);
  }
}

/** A swap of SOL into USD over a third mint, and a good answer to it. */
export function goodSwap(name: string, changes: Partial<ExpectedSwap> = {}) {
  const wallet = new Uint8Array(32).fill(9);
  const accounts = new TokenAccounts(wallet);
  const sol = accounts.derive(decodeAddress(SOL), TOKEN_PROGRAM_BYTES);
  const usd = accounts.derive(decodeAddress(USD), TOKEN_PROGRAM_BYTES);
  const third = accounts.derive(stranger(30), TOKEN_PROGRAM_BYTES);
  const other = accounts.derive(stranger(31), TOKEN_PROGRAM_BYTES);
  const expected: ExpectedSwap = {
    wallet,
    inputMint: sol.mint,
    outputMint: usd.mint,
    sourceAccount: sol.account,
    destinationAccount: usd.account,
    ownedAccounts: [third.account],
    protectedAccounts: [other.account],
    amountIn: 1_000_000n,
    minimumOut: 200_000n,
    sol: 'wrap-and-unwrap',
    ...changes,
  };
  const swap: Instruction = {
    program: JUPITER_PROGRAM_BYTES,
    accounts: routeAccounts(name, expected),
    data: routeData(name, { amountIn: expected.amountIn, quotedOut: expected.minimumOut }),
  };
  const wraps = expected.sol === 'wrap-and-unwrap';
  const answer: SwapInstructions = {
    setup: [
      createTokenAccount(wallet, sol),
      ...(wraps ? wrapLamports(wallet, sol.account, expected.amountIn) : []),
      createTokenAccount(wallet, third),
      createTokenAccount(wallet, usd),
    ],
    swap,
    cleanup: wraps
      ? {
          program: TOKEN_PROGRAM_BYTES,
          accounts: [
            { address: sol.account, isSigner: false, isWritable: true },
            { address: wallet, isSigner: false, isWritable: true },
            { address: wallet, isSigner: true, isWritable: false },
          ],
          data: Uint8Array.of(9),
        }
      : null,
    other: [],
    lookupTables: ['AddressLookupTab1e1111111111111111111111111'],
  };
  return { expected, answer, other: other.account, third, usd, sol };
}
