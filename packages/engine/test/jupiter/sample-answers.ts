import type { SwapRequest } from '../../src/ports/index.js';
import { SOL, USD } from '../strategy/sample-opportunity.js';

export { SOL, USD };
export const BONK = 'DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263';
export const WALLET = 'GkwFnmMDvn3HGMpJpWBg8tgJxr3NxNvg3AXxvXVPbRGJ';
export const JUPITER = 'JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4';
export const POOLS = [
  'CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C',
  '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8',
  'CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK',
  'whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc',
] as const;
/** Above 2^53, and odd. */
export const HUGE = 9_007_199_254_740_993n;

export const request: SwapRequest = {
  inputMint: SOL,
  outputMint: USD,
  amountIn: HUGE,
  slippageBps: 50,
  maxAccounts: 32,
  wallet: WALLET,
  hops: 'any',
};

export interface SampleStep {
  readonly pool?: string;
  readonly from?: string;
  readonly to?: string;
  readonly percent?: number | null;
  readonly bps?: number | null;
}

export function planStep({ pool = POOLS[0], from = SOL, to = USD, ...share }: SampleStep = {}) {
  return {
    swapInfo: { ammKey: pool, label: 'Raydium CP', inputMint: from, outputMint: to, inAmount: '1', outAmount: '1' },
    percent: 100,
    ...share,
  };
}

/** A quote as `/swap/v1/quote` answers. */
export function quoteBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    inputMint: SOL,
    inAmount: HUGE.toString(),
    outputMint: USD,
    outAmount: (HUGE + 2n).toString(),
    otherAmountThreshold: '1',
    swapMode: 'ExactIn',
    slippageBps: 50,
    platformFee: null,
    priceImpactPct: '0.0012',
    routePlan: [planStep()],
    contextSlot: 311_000_000,
    timeTaken: 0.01,
    ...change,
  };
}

/** Data of a V2 swap: discriminator of route_v2, the fixed arguments, an empty plan. */
export function routeV2Data(change: { positiveSlippageBps?: number } = {}) {
  const data = Buffer.alloc(34);
  Buffer.from('bb64facc31c4af14', 'hex').copy(data);
  data.writeBigUInt64LE(HUGE, 8);
  data.writeBigUInt64LE(777n, 16);
  data.writeUInt16LE(50, 24);
  data.writeUInt16LE(change.positiveSlippageBps ?? 0, 28);
  return data;
}

export function instructionBody(data: Buffer = Buffer.from([1, 2, 3])) {
  return {
    programId: JUPITER,
    accounts: [{ pubkey: WALLET, isSigner: true, isWritable: false }],
    data: data.toString('base64'),
  };
}

/** What `/swap/v1/swap-instructions` answers. */
export function instructionsBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    otherInstructions: [],
    computeBudgetInstructions: [instructionBody()],
    setupInstructions: [instructionBody()],
    swapInstruction: instructionBody(),
    cleanupInstruction: null,
    addressLookupTableAddresses: [POOLS[0]],
    ...change,
  };
}

/** What `/swap/v2/build` answers. */
export function buildBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  const { contextSlot: _slot, timeTaken: _time, platformFee: _fee, ...quote } = quoteBody();
  return {
    ...quote,
    routePlan: [{ ...planStep(), percent: 100, bps: 10_000 }],
    computeBudgetInstructions: [instructionBody()],
    setupInstructions: [],
    swapInstruction: instructionBody(routeV2Data()),
    cleanupInstruction: null,
    otherInstructions: [],
    tipInstruction: null,
    addressesByLookupTableAddress: { [POOLS[1]]: [POOLS[2]] },
    ...change,
  };
}
