// An account that changed, from packed bytes to a pool that can be quoted, against the decoder of the vendor's kit, which gives an
// object and no more. A regression here is a later quote after every update. The mark is 1 us for the decoding itself, which
// `cargo bench -p tandem-pools --bench decode` prints for every kind of account; what a batch adds here is finding the account,
// comparing and keeping its bytes, and deciding what it touches.
//
// Orca's kit for offline quotes ships no decoder, so that Whirlpools are missing here.
import { strict as assert } from 'node:assert';
import {
  CpmmPoolInfoLayout,
  liquidityStateV4Layout,
  PoolInfoLayout,
  splAccountLayout,
  TickArrayLayout,
} from '@raydium-io/raydium-sdk-v2';
import { PUMP_AMM_SDK } from '@pump-fun/pump-swap-sdk';
import { type CoreApi, encodeAccountBatch, loadCore } from '@tandem/core-native';
import { type ClusterAccount, encodeAmmV4Pool } from '@tandem/sandbox/seed';
import type { BenchRecord } from './bench-record.js';
import { clmmMarket } from './clmm-peer.js';
import { cpmmPool, seededCpmm, sharedCpmm, SLOT } from './cpmm-market.js';
import { dammV2Market, decodeDammV2 } from './damm-v2-peer.js';
import { decodeBinArray, decodePair, dlmmMarket } from './dlmm-peer.js';
import { compare, type Contestant } from './interleaved.js';
import { accountInfo, pumpswapMarket } from './pumpswap-peer.js';
import { peerName } from './setting.js';
import { openStore, recordsOf, side, type VenueMarket } from './venue-market.js';

const POOLS = 64;
/** Header of a packed record: address, owner, slot, length. */
const HEADER_BYTES = 76;
const RECORD_SLOT = 64;
/** Above every balance here, so that the first bytes are others too. */
const CHANGED_FROM = 10n ** 15n;

interface DecodeCase {
  readonly name: string;
  readonly market: VenueMarket;
  /** Bytes of the account that changes in every pool. */
  readonly length: number;
  /** Offset of a `u64` that the program changes: eight bytes that were never there before make it another account. */
  readonly changing: number;
  readonly peer: string;
  readonly decode: (account: ClusterAccount) => unknown;
}

/** Measures both of our cores against the vendors' decoders. */
export async function decodeBench(): Promise<BenchRecord[]> {
  const cores = new Map([loadCore(), loadCore({ backend: 'typescript' })].map(({ backend, core }) => [backend, core]));
  const cases = [...(await clmmCases()), ...cpmmCases(), ammV4Case(), ...(await meteoraCases()), await pumpswapCase()];
  const records: BenchRecord[] = [];
  for (const [backend, core] of cores) {
    for (const decodeCase of cases) records.push(await measure(core, backend, decodeCase));
  }
  return records;
}

// What changes: the global fee growth of a CLMM pool and the fee growth of its array's first tick; the last epoch of a CPMM pool
// and the balance of a vault; the coins swapped in of AMM v4; the protocol's fees of a DLMM pair and a reward of its array's first
// bin; the protocol's fees of DAMM v2; the supply of LP tokens of PumpSwap.

async function clmmCases(): Promise<DecodeCase[]> {
  const market = await clmmMarket(POOLS);
  return [
    { name: 'CLMM pool', market, length: 1_544, changing: 277, ...withLayout('PoolInfoLayout', PoolInfoLayout) },
    {
      name: 'CLMM tick array',
      market,
      length: 10_240,
      changing: 80,
      ...withLayout('TickArrayLayout', TickArrayLayout),
    },
  ];
}

function cpmmCases(): DecodeCase[] {
  const pools = indices().map((index) =>
    seededCpmm(cpmmPool(`pool ${index}`, 'mint', [1_000_000_000n + BigInt(index), 2_000_000_000n])),
  );
  const market = { pools, shared: sharedCpmm() };
  return [
    { name: 'CPMM pool', market, length: 637, changing: 381, ...withLayout('CpmmPoolInfoLayout', CpmmPoolInfoLayout) },
    { name: 'token vault', market, length: 165, changing: 64, ...withLayout('splAccountLayout', splAccountLayout) },
  ];
}

function ammV4Case(): DecodeCase {
  const pools = indices().map((index) =>
    encodeAmmV4Pool({
      seed: 1,
      label: `bench ${index}`,
      coin: side('amm a', 1_000_000_000n),
      pc: side('amm b', 2_000_000_000n),
      swapFeeNumerator: 25n,
      pendingPnl: 0n,
    }),
  );
  const theirs = withLayout('liquidityStateV4Layout', liquidityStateV4Layout);
  return { name: 'AMM v4 pool', market: { pools, shared: [] }, length: 752, changing: 256, ...theirs };
}

async function meteoraCases(): Promise<DecodeCase[]> {
  const [dlmm, dammV2] = [await dlmmMarket(POOLS), await dammV2Market(POOLS)];
  const [dlmmKit, dammV2Kit] = [peerName('@meteora-ag/dlmm'), peerName('@meteora-ag/cp-amm-sdk')];
  const pair = ({ data }: ClusterAccount): unknown => decodePair(data);
  const binArray = ({ data }: ClusterAccount): unknown => decodeBinArray(data);
  const pool = ({ data }: ClusterAccount): unknown => decodeDammV2(data);
  return [
    { name: 'DLMM pair', market: dlmm, length: 904, changing: 216, peer: `${dlmmKit} lbPair`, decode: pair },
    {
      name: 'DLMM bin array',
      market: dlmm,
      length: 10_136,
      changing: 104,
      peer: `${dlmmKit} binArray`,
      decode: binArray,
    },
    { name: 'DAMM v2 pool', market: dammV2, length: 1_112, changing: 392, peer: `${dammV2Kit} pool`, decode: pool },
  ];
}

async function pumpswapCase(): Promise<DecodeCase> {
  const market = await pumpswapMarket(POOLS);
  const decode = (account: ClusterAccount): unknown => PUMP_AMM_SDK.decodePool(accountInfo(account));
  const peer = `${peerName('@pump-fun/pump-swap-sdk')} decodePool`;
  return { name: 'PumpSwap pool', market, length: 301, changing: 203, peer, decode };
}

function withLayout(name: string, layout: { decode(data: Buffer): unknown }): Pick<DecodeCase, 'peer' | 'decode'> {
  return {
    peer: `${peerName('@raydium-io/raydium-sdk-v2')} ${name}`,
    decode: ({ data }) => layout.decode(Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  };
}

async function measure(core: CoreApi, backend: string, decodeCase: DecodeCase): Promise<BenchRecord> {
  const { name, market, length, decode, peer } = decodeCase;
  const changed = market.pools.flatMap(({ accounts }) => accounts.find(({ data }) => data.length === length) ?? []);
  assert.equal(changed.length, POOLS, 'every pool has such an account');
  const ours = applying(core, decodeCase, changed);
  const theirs: Contestant = { run: () => changed.map(decode), callsPerRound: 1, piecesPerCall: POOLS };
  const title = `${name}, ${length} bytes, applied in a batch of ${POOLS}, ${backend}`;
  return compare({ topic: 'decode', case: title, peer, ours, theirs, rounds: 100, warmupRounds: 25 });
}

/** Applies the accounts with other bytes and a newer slot in every call. */
function applying(
  core: CoreApi,
  { name, market, changing }: DecodeCase,
  changed: readonly ClusterAccount[],
): Contestant {
  const store = openStore(core, market);
  const batch = encodeAccountBatch(recordsOf(changed));
  const view = new DataView(batch.buffer);
  const step = HEADER_BYTES + (changed[0]?.data.length ?? 0);
  let call = 0n;
  const run = (): void => {
    call += 1n;
    for (let at = 0; at < batch.length; at += step) {
      view.setBigUint64(at + RECORD_SLOT, SLOT + call, true);
      view.setBigUint64(at + HEADER_BYTES + changing, CHANGED_FROM + call, true);
    }
    const { touched, refusals } = core.applyAccounts(store, batch);
    if (touched.length !== POOLS || refusals.length > 0)
      throw new Error(`${name}: ${touched.length} pools were touched, ${refusals[0]?.code}`);
  };
  return { run, callsPerRound: core.backend === 'native' ? 4 : 1, piecesPerCall: POOLS };
}

function indices(): number[] {
  return Array.from({ length: POOLS }, (_, index) => index);
}
