import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRADER } from './captured-runs.js';
import { balanceOf, fundedLike, loadAccounts, SHARED } from './captured-swaps.js';
import { DLMM, dlmmCall, dlmmReserves, type DlmmWish } from './dlmm-call.js';
import { addressBytes, type CallOutcome, type HeldAccount, type SwapMachine } from './swap-machine.js';

/** A DLMM swap that the real program executed. */
interface DlmmCapture {
  readonly pool: string;
  readonly ix: DlmmWish['ix'];
  readonly inputSide: 'A' | 'B';
  readonly swapMode: 'exactIn' | 'exactOut';
  readonly amountSpecified: string;
  readonly slot: number;
  readonly unixTimestamp: number;
  readonly binArrays: readonly string[];
  readonly seq?: string;
  readonly step?: number;
  readonly computeUnits: number;
  readonly expected?: { readonly spent: string; readonly received: string };
  readonly error?: { readonly code: number };
  readonly vaults?: readonly [string, string];
  readonly post?: DlmmPost;
}

/** The state that a captured swap left. */
interface DlmmPost {
  readonly activeId: number;
  readonly va: number;
  readonly vr: number;
  readonly ir: number;
  readonly lut: string;
  readonly protocolFee: readonly [string, string];
}

interface DlmmFile {
  readonly pools: Readonly<Record<string, { readonly accounts: string; readonly poolPubkey: string }>>;
  readonly vectors: readonly DlmmCapture[];
}

/** A captured swap and what a program made of it. */
export interface DlmmRun {
  readonly capture: DlmmCapture;
  readonly outcome: CallOutcome;
  readonly pair: string;
  readonly reserves: readonly [string, string];
}

// More than any captured swap spends, and little enough that no captured reserve overflows.
const FUNDS = 1n << 62n;

const FILE = join(SHARED, 'vectors', 'dlmm.json');

/** Says whether the captured DLMM swaps are on this machine. */
export function hasDlmmCaptures(): boolean {
  return existsSync(FILE);
}

/** Runs every captured swap: from its pool's snapshot, or, inside a sequence, from what the swap before it left. */
export function runDlmmCaptures(machine: SwapMachine): readonly DlmmRun[] {
  const file = JSON.parse(readFileSync(FILE, 'utf8')) as DlmmFile;
  return Object.entries(file.pools).flatMap(([key, { accounts: folder, poolPubkey: pair }]) => {
    const snapshot = loadAccounts(folder);
    const swaps = file.vectors.filter(({ pool }) => pool === key);
    const single = swaps.filter(({ seq }) => seq === undefined).map((swap) => [swap]);
    const names = new Set(swaps.flatMap(({ seq }) => seq ?? []));
    const chained = [...names].map((name) =>
      swaps.filter(({ seq }) => seq === name).toSorted((a, b) => a.step! - b.step!),
    );
    return [...single, ...chained].flatMap((chain) => runChain(machine, pair, snapshot, chain));
  });
}

function runChain(
  machine: SwapMachine,
  pair: string,
  snapshot: ReadonlyMap<string, HeldAccount>,
  chain: readonly DlmmCapture[],
): DlmmRun[] {
  const state = new Map(snapshot);
  return chain.map((capture) => {
    for (const [address, account] of state) machine.put(address, account);
    const run = runOne(machine, pair, state, capture);
    if (run.outcome.failure === undefined) {
      for (const address of snapshot.keys()) state.set(address, run.outcome.after.get(address) ?? state.get(address)!);
    }
    return run;
  });
}

function runOne(
  machine: SwapMachine,
  pair: string,
  state: ReadonlyMap<string, HeldAccount>,
  capture: DlmmCapture,
): DlmmRun {
  const pairData = state.get(pair)!.data;
  const reserves = dlmmReserves(pairData);
  const [into, out] = capture.inputSide === 'A' ? reserves : [reserves[1], reserves[0]];
  const owner = addressBytes(TRADER.owner);
  machine.put(TRADER.source, fundedLike(state.get(into)!, owner, FUNDS));
  machine.put(TRADER.destination, fundedLike(state.get(out)!, owner, 0n));
  const { slot, unixTimestamp } = capture;
  machine.setTime({
    slot: BigInt(slot),
    unixTimestamp: BigInt(unixTimestamp),
    epoch: BigInt(Math.floor(slot / 432_000)),
  });
  const amount = BigInt(capture.amountSpecified);
  // The captures were made without a limit: at least nothing, at most everything.
  const [first, second] = capture.swapMode === 'exactIn' ? [amount, 0n] : [2n ** 64n - 1n, amount];
  const arrays = binArraysByIndex(state);
  const call = dlmmCall({
    pair,
    pairData,
    inputSide: capture.inputSide,
    ix: capture.ix,
    first,
    second,
    user: TRADER,
    binArrays: capture.binArrays.map((index) => arrays.get(index)!),
  });
  return { capture, outcome: machine.execute(call), pair, reserves };
}

/** Bin arrays are told by their discriminator; their index stands at offset 8. */
function binArraysByIndex(state: ReadonlyMap<string, HeldAccount>): ReadonlyMap<string, string> {
  const arrays = [...state].filter(
    ([, { owner, data }]) => owner === DLMM && Buffer.from(data.subarray(0, 8)).toString('hex') === '5c8e5cdc059446b5',
  );
  return new Map(
    arrays.map(([address, { data }]) => [String(new DataView(data.buffer).getBigInt64(8, true)), address]),
  );
}

/** Returns what a run moved, or how it failed, in the words of the captures. */
export function dlmmVerdict({ outcome: { failure, after } }: DlmmRun): Readonly<Record<string, unknown>> {
  if (failure !== undefined) return { code: failure.code ?? null };
  return {
    spent: String(FUNDS - balanceOf(after.get(TRADER.source)!)),
    received: String(balanceOf(after.get(TRADER.destination)!)),
  };
}

/** Returns the state that a run left, in the words of the captures. */
export function dlmmPost({ outcome, pair }: DlmmRun): DlmmPost {
  const data = outcome.after.get(pair)!.data;
  const view = new DataView(data.buffer, data.byteOffset);
  return {
    activeId: view.getInt32(76, true),
    va: view.getUint32(40, true),
    vr: view.getUint32(44, true),
    ir: view.getInt32(48, true),
    lut: String(view.getBigInt64(56, true)),
    protocolFee: [String(view.getBigUint64(216, true)), String(view.getBigUint64(224, true))],
  };
}
