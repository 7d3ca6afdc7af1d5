import type { AccountMeta, Instruction } from '@tandem/core-native';
import { TOKEN_PROGRAM } from '../../seed/addresses.js';
import { ROUTER_EVENT_AUTHORITY, ROUTER_PROGRAM } from './router-programs.js';
import { legMints, type RouterStep } from './venue-steps.js';
import type { SwapPlan } from './swap-plan.js';

/** The accounts of a route. */
export interface RouteUser {
  readonly owner: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** Where the result is sent on to, if anywhere. */
  readonly receiver: Uint8Array | undefined;
  /** An account that only marks the transaction. */
  readonly tracking: Uint8Array | undefined;
}

// Discriminators and layouts as in programs/jupiter `route_order.rs` and `route_accounts.rs`.
const ROUTE = Uint8Array.of(0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a);
const ROUTE_V2 = Uint8Array.of(0xbb, 0x64, 0xfa, 0xcc, 0x31, 0xc4, 0xaf, 0x14);
const WHOLE_PERCENT = 100;
const WHOLE_BPS = 10_000;

/** Builds the router's instruction of a plan: `route` for V1, `route_v2` for V2. */
export function routeInstruction(plan: SwapPlan, steps: readonly RouterStep[], user: RouteUser): Instruction {
  const isFirst = plan.version === 'V1';
  const accounts = [
    ...(isFirst ? routeAccounts(plan, user) : routeV2Accounts(plan, user)),
    ...steps.flatMap((step) => step.accounts),
    ...(user.tracking === undefined ? [] : [readonlyAccount(user.tracking)]),
  ];
  return { program: ROUTER_PROGRAM, accounts, data: isFirst ? routeData(plan, steps) : routeV2Data(plan, steps) };
}

function routeAccounts(plan: SwapPlan, user: RouteUser): AccountMeta[] {
  return [
    readonlyAccount(programsOf(plan).destination),
    { address: user.owner, isSigner: true, isWritable: false },
    writableAccount(user.source),
    writableAccount(user.destination),
    optionalAccount(user.receiver),
    readonlyAccount(plan.outputMint),
    readonlyAccount(ROUTER_PROGRAM),
    readonlyAccount(ROUTER_EVENT_AUTHORITY),
    readonlyAccount(ROUTER_PROGRAM),
  ];
}

function routeV2Accounts(plan: SwapPlan, user: RouteUser): AccountMeta[] {
  const programs = programsOf(plan);
  return [
    { address: user.owner, isSigner: true, isWritable: false },
    writableAccount(user.source),
    writableAccount(user.destination),
    readonlyAccount(plan.inputMint),
    readonlyAccount(plan.outputMint),
    readonlyAccount(programs.source),
    readonlyAccount(programs.destination),
    optionalAccount(user.receiver),
    readonlyAccount(ROUTER_EVENT_AUTHORITY),
    readonlyAccount(ROUTER_PROGRAM),
  ];
}

function routeData(plan: SwapPlan, steps: readonly RouterStep[]): Uint8Array {
  const planBytes = steps.flatMap(({ swap }, index) => [...swap, WHOLE_PERCENT, index, index + 1]);
  // Platform fee: one byte of zero at the end.
  return Uint8Array.from([...ROUTE, ...u32(steps.length), ...planBytes, ...amounts(plan), 0]);
}

function routeV2Data(plan: SwapPlan, steps: readonly RouterStep[]): Uint8Array {
  const planBytes = steps.flatMap(({ swap }, index) => [...swap, ...u16(WHOLE_BPS), index, index + 1]);
  // Platform fee and share of a surplus: zero.
  return Uint8Array.from([...ROUTE_V2, ...amounts(plan), 0, 0, 0, 0, ...u32(steps.length), ...planBytes]);
}

/** In amount, quoted out amount and slippage stand in this order in both. */
function amounts({ inAmount, outAmount, slippageBps }: SwapPlan): number[] {
  return [...u64(inAmount), ...u64(outAmount), ...u16(slippageBps)];
}

function programsOf({ legs }: SwapPlan): { readonly source: Uint8Array; readonly destination: Uint8Array } {
  const [first, last] = [legs[0], legs.at(-1)];
  return {
    source: first === undefined ? TOKEN_PROGRAM : legMints(first).programIn,
    destination: last === undefined ? TOKEN_PROGRAM : legMints(last).programOut,
  };
}

function u16(value: number): number[] {
  return [value & 0xff, value >> 8];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

function readonlyAccount(address: Uint8Array): AccountMeta {
  return { address, isSigner: false, isWritable: false };
}

function writableAccount(address: Uint8Array): AccountMeta {
  return { address, isSigner: false, isWritable: true };
}

function optionalAccount(address: Uint8Array | undefined): AccountMeta {
  return address === undefined ? readonlyAccount(ROUTER_PROGRAM) : writableAccount(address);
}
