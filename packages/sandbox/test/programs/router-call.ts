import type { AccountMeta, Instruction } from '@tandem/core-native';
import { addressBytes } from '../../src/seed/addresses.js';

/** The router's program, and its PDA of `__event_authority`. */
export const ROUTER = addressBytes('JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4');
const EVENT_AUTHORITY = addressBytes('D8cy77BBepLMngZx6ZukaTff5hCt1HrWyKk3Hnd9oitf');

/** One step as its bytes say: any of it may be wrong on purpose. */
export interface StepWish {
  readonly swap: Uint8Array;
  /** Percent of `route`, basis points of `route_v2`. */
  readonly share: number;
  readonly input: number;
  readonly output: number;
  readonly accounts: readonly AccountMeta[];
}

/** A whole call of the router. */
export interface RouteWish {
  readonly generation: 1 | 2;
  readonly inAmount: bigint;
  readonly quotedOut: bigint;
  readonly slippageBps: number;
  readonly platformFee: number;
  readonly steps: readonly StepWish[];
  readonly owner: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly receiver: Uint8Array;
  readonly sourceMint: Uint8Array;
  readonly destinationMint: Uint8Array;
  readonly sourceProgram: Uint8Array;
  readonly destinationProgram: Uint8Array;
  readonly eventAuthority?: Uint8Array;
  readonly program?: Uint8Array;
  readonly isSigned?: boolean;
}

/** Builds the call, independently of the aggregator's own builder (reference: the program's IDL). */
export function routeCall(wish: RouteWish): Instruction {
  const fixed = wish.generation === 1 ? headOfRoute(wish) : headOfRouteV2(wish);
  const accounts = [...fixed, ...wish.steps.flatMap((step) => step.accounts)];
  return { program: ROUTER, accounts, data: wish.generation === 1 ? dataOfRoute(wish) : dataOfRouteV2(wish) };
}

function headOfRoute(wish: RouteWish): AccountMeta[] {
  return [
    readonly(wish.destinationProgram),
    { ...readonly(wish.owner), isSigner: wish.isSigned ?? true },
    writable(wish.source),
    writable(wish.destination),
    receiverOf(wish),
    readonly(wish.destinationMint),
    readonly(ROUTER),
    readonly(wish.eventAuthority ?? EVENT_AUTHORITY),
    readonly(wish.program ?? ROUTER),
  ];
}

function headOfRouteV2(wish: RouteWish): AccountMeta[] {
  return [
    { ...readonly(wish.owner), isSigner: wish.isSigned ?? true },
    writable(wish.source),
    writable(wish.destination),
    readonly(wish.sourceMint),
    readonly(wish.destinationMint),
    readonly(wish.sourceProgram),
    readonly(wish.destinationProgram),
    receiverOf(wish),
    readonly(wish.eventAuthority ?? EVENT_AUTHORITY),
    readonly(wish.program ?? ROUTER),
  ];
}

function dataOfRoute({ steps, inAmount, quotedOut, slippageBps, platformFee }: RouteWish): Uint8Array {
  const plan = steps.flatMap(({ swap, share, input, output }) => [...swap, share, input, output]);
  const tail = new Uint8Array(19);
  const view = new DataView(tail.buffer);
  view.setBigUint64(0, inAmount, true);
  view.setBigUint64(8, quotedOut, true);
  view.setUint16(16, slippageBps, true);
  tail[18] = platformFee;
  return Uint8Array.from([0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a, steps.length, 0, 0, 0, ...plan, ...tail]);
}

function dataOfRouteV2({ steps, inAmount, quotedOut, slippageBps, platformFee }: RouteWish): Uint8Array {
  const plan = steps.flatMap(({ swap, share, input, output }) => [...swap, share & 0xff, share >> 8, input, output]);
  const head = new Uint8Array(22);
  const view = new DataView(head.buffer);
  view.setBigUint64(0, inAmount, true);
  view.setBigUint64(8, quotedOut, true);
  view.setUint16(16, slippageBps, true);
  view.setUint16(18, platformFee, true);
  return Uint8Array.from([0xbb, 0x64, 0xfa, 0xcc, 0x31, 0xc4, 0xaf, 0x14, ...head, steps.length, 0, 0, 0, ...plan]);
}

function receiverOf({ receiver }: RouteWish): AccountMeta {
  return receiver === ROUTER ? readonly(receiver) : writable(receiver);
}

function readonly(address: Uint8Array): AccountMeta {
  return { address, isSigner: false, isWritable: false };
}

function writable(address: Uint8Array): AccountMeta {
  return { address, isSigner: false, isWritable: true };
}
