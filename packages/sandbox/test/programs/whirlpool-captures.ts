import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeUpAddress, TRADER } from './captured-runs.js';
import { balanceOf, fundedLike, loadPool, SHARED, type CapturedPool } from './captured-swaps.js';
import { addressBytes, SwapMachine, type CallOutcome, type HeldAccount } from './swap-machine.js';
import { u64At } from './venue-calls.js';
import {
  oracleAddress,
  tickArrayAddress,
  u128At,
  WHIRLPOOL,
  whirlpoolCall,
  whirlpoolVaults,
} from './whirlpool-calls.js';

/** A swap that the real program executed, with what it answered. */
export interface CapturedWhirlpoolSwap {
  readonly pool: string;
  readonly ix: 'swap' | 'swap_v2';
  readonly inputSide: 'A' | 'B';
  readonly swapMode: 'exactIn' | 'exactOut';
  readonly amountSpecified: string;
  readonly sqrtPriceLimit: string;
  readonly slot: number;
  readonly unixTimestamp: number;
  readonly epoch?: number;
  readonly computeUnits: number;
  readonly tickArrayStarts: readonly number[];
  readonly seq?: string;
  readonly step?: number;
  readonly expected?: { readonly spent: string; readonly received: string };
  readonly error?: { readonly code: number };
  readonly vaults: readonly [string, string];
  readonly post?: CapturedState;
}

/** What a swap left in the pool and, with adaptive fees, in its oracle. */
interface CapturedState {
  readonly sqrtPrice: string;
  readonly tick: number;
  readonly liquidity: string;
  readonly protocolFee: readonly [string, string];
  readonly oracle?: Readonly<Record<string, string | number>>;
}

/** A captured swap and what a program made of it. */
export interface WhirlpoolRun {
  readonly swap: CapturedWhirlpoolSwap;
  readonly outcome: CallOutcome;
  readonly pool: string;
  readonly oracle: string;
  readonly vaults: readonly [string, string];
}

interface CapturedFile {
  readonly pools: Readonly<Record<string, { readonly accounts: string }>>;
  readonly vectors: readonly CapturedWhirlpoolSwap[];
}

const FILE = join(SHARED, 'vectors', 'whirlpool.json');
const FUNDS = 1n << 62n;

/** Says whether the captured swaps are on this machine. */
export function hasWhirlpoolCaptures(): boolean {
  return existsSync(FILE);
}

/** Runs every captured swap on a program: from its pool's snapshot, or from the state that its chain has left. */
export async function runWhirlpoolCaptures(program: Uint8Array): Promise<readonly WhirlpoolRun[]> {
  const { pools, vectors } = JSON.parse(readFileSync(FILE, 'utf8')) as CapturedFile;
  const runs: WhirlpoolRun[] = [];
  for (const [key, { accounts }] of Object.entries(pools)) {
    const pool = loadPool(accounts, WHIRLPOOL);
    const ofPool = vectors.filter((swap) => swap.pool === key);
    for (const chain of chainsOf(ofPool)) runs.push(...(await runChain(machineOn(program, pool), pool, chain)));
  }
  return runs;
}

/** Swaps with the same `seq` follow one another; each other one stands alone, together in one list. */
function chainsOf(swaps: readonly CapturedWhirlpoolSwap[]): readonly (readonly CapturedWhirlpoolSwap[])[] {
  const chains = new Map<string, CapturedWhirlpoolSwap[]>();
  for (const swap of swaps) {
    const chain = chains.get(swap.seq ?? '') ?? [];
    chains.set(swap.seq ?? '', [...chain, swap]);
  }
  return [...chains.values()].map((chain) => chain.sort((a, b) => (a.step ?? 0) - (b.step ?? 0)));
}

/** Returns a machine with a program at the mainnet id and the accounts of a pool. */
export function machineOn(program: Uint8Array, pool: CapturedPool): SwapMachine {
  const machine = new SwapMachine(madeUpAddress(6));
  machine.load(WHIRLPOOL, program);
  for (const [address, account] of pool.accounts) machine.put(address, account);
  return machine;
}

async function runChain(
  machine: SwapMachine,
  pool: CapturedPool,
  chain: readonly CapturedWhirlpoolSwap[],
): Promise<WhirlpoolRun[]> {
  const runs: WhirlpoolRun[] = [];
  const vaults = whirlpoolVaults(pool.accounts.get(pool.address)!.data);
  const oracle = await oracleAddress(pool.address);
  for (const swap of chain) {
    const outcome = await runOne(machine, pool, swap);
    if (swap.seq !== undefined) for (const [address, account] of outcome.after) machine.put(address, account);
    runs.push({ swap, outcome, pool: pool.address, oracle, vaults });
  }
  return runs;
}

async function runOne(machine: SwapMachine, pool: CapturedPool, swap: CapturedWhirlpoolSwap): Promise<CallOutcome> {
  const poolData = pool.accounts.get(pool.address)!.data;
  const [vaultA, vaultB] = whirlpoolVaults(poolData).map((address) => pool.accounts.get(address)!);
  fundTrader(machine, swap.inputSide === 'A' ? [vaultA!, vaultB!] : [vaultB!, vaultA!]);
  const epoch = BigInt(swap.epoch ?? Math.floor(swap.slot / 432_000));
  machine.setTime({ slot: BigInt(swap.slot), unixTimestamp: BigInt(swap.unixTimestamp), epoch });
  const isExactIn = swap.swapMode === 'exactIn';
  const tickArrays = swap.tickArrayStarts.map((start) => tickArrayAddress(pool.address, start));
  const call = whirlpoolCall({
    ix: swap.ix,
    pool: pool.address,
    poolData,
    tokenPrograms: [vaultA!.owner, vaultB!.owner],
    inputSide: swap.inputSide,
    isExactIn,
    amount: BigInt(swap.amountSpecified),
    // The captures were made without a limit: at least nothing, at most everything.
    threshold: isExactIn ? 0n : 2n ** 64n - 1n,
    sqrtPriceLimit: BigInt(swap.sqrtPriceLimit),
    tickArrays: await Promise.all(tickArrays),
    oracle: await oracleAddress(pool.address),
    user: TRADER,
  });
  return machine.execute(call);
}

/** Gives the trader an empty account of the output and a full one of the input; vaults are the models. */
function fundTrader(machine: SwapMachine, [input, output]: readonly [HeldAccount, HeldAccount]): void {
  const owner = addressBytes(TRADER.owner);
  machine.put(TRADER.source, fundedLike(input, owner, FUNDS));
  machine.put(TRADER.destination, fundedLike(output, owner, 0n));
}

/** Returns what a run moved, or how it failed, in the words of the captures. */
export function amountsOf({ outcome: { failure, after } }: WhirlpoolRun): CapturedWhirlpoolSwap['expected'] | object {
  if (failure !== undefined) return { code: failure.code ?? null };
  return {
    spent: String(FUNDS - balanceOf(after.get(TRADER.source)!)),
    received: String(balanceOf(after.get(TRADER.destination)!)),
  };
}

/** Returns what a run left in the pool and its oracle, in the words of the captures. */
export function stateOf({ outcome: { after }, pool, oracle }: WhirlpoolRun): CapturedState {
  const data = after.get(pool)!.data;
  const state = {
    sqrtPrice: String(u128At(data, 65)),
    tick: new DataView(data.buffer, data.byteOffset).getInt32(81, true),
    liquidity: String(u128At(data, 49)),
    protocolFee: [String(u64At(data, 85)), String(u64At(data, 93))] as const,
  };
  const oracleData = after.get(oracle)?.data;
  return oracleData?.length === 254 ? { ...state, oracle: oracleOf(oracleData) } : state;
}

/** The oracle's fields as the captures name them (`state/oracle.rs`). */
function oracleOf(data: Uint8Array): Readonly<Record<string, string | number>> {
  const view = new DataView(data.buffer, data.byteOffset);
  const half = (offset: number): number => view.getUint16(offset, true);
  const word = (offset: number): number => view.getUint32(offset, true);
  return {
    enable: String(u64At(data, 40)),
    filter: half(48),
    decay: half(50),
    red: half(52),
    afcf: word(54),
    maxva: word(58),
    tgs: half(62),
    mst: half(64),
    lru: String(u64At(data, 82)),
    lms: String(u64At(data, 90)),
    vr: word(98),
    tgir: view.getInt32(102, true),
    va: word(106),
  };
}

/** Names a captured swap in a failure message. */
export function nameOfRun({ swap }: WhirlpoolRun): string {
  const chain = swap.seq === undefined ? '' : ` ${swap.seq}/${swap.step}`;
  return `${swap.pool} ${swap.ix} ${swap.inputSide} ${swap.swapMode} ${swap.amountSpecified}${chain}`;
}
