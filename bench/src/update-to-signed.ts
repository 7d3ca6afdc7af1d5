// From the bytes of one vault update to a signed transaction: apply, search the cycles it touches, build both swaps, compile,
// sign. A regression here is latency on every trade. The mark is a median of 50 us on the native core.
import { strict as assert } from 'node:assert';
import { generateKeyPairSync } from 'node:crypto';
import { type CoreApi, loadCore } from '@tandem/core-native';
import type { BenchRecord } from './bench-record.js';
import { type CpmmPool, cpmmPool } from './cpmm-market.js';
import { compare } from './interleaved.js';
import { ourPath } from './our-path.js';
import { peerName } from './setting.js';
import { type SignedTrade, vendorPath } from './vendor-path.js';

const RESERVES = [10_000_000_000_000n, 1_500_000_000_000n] as const;
/** Balances of the first pool's SOL vault: each update opens a gap of about one percent, to one side and to the other. */
const BALANCES = [10_120_000_000_000n, 9_880_000_000_000n] as const;
/** Pools that share the pair of the updated one, itself included. */
const POOLS_OF_PAIR = 4;
const OTHER_POOLS = 96;

/** A wallet and what its transaction refers to. */
export interface TradeSetting {
  readonly pools: readonly CpmmPool[];
  readonly secretKey: Uint8Array;
  readonly payer: Uint8Array;
  /** Balance of the updated vault, by call. */
  readonly balanceAt: (call: number) => bigint;
}

/** Measures both of our cores against BN quotes and web3.js. */
export async function updateToSignedBench(): Promise<BenchRecord[]> {
  const setting = tradeSetting();
  const cores = new Map([loadCore(), loadCore({ backend: 'typescript' })].map(({ backend, core }) => [backend, core]));
  const records: BenchRecord[] = [];
  for (const [backend, core] of cores) {
    const ours = ourPath(core, setting);
    const theirs = vendorPath(setting);
    for (let call = 0; call < 4; call += 1) assertSameTrade(core, ours(), theirs());
    records.push(
      await compare({
        topic: 'update-to-signed',
        case: `vault update, ${POOLS_OF_PAIR} pools of the pair among ${setting.pools.length}, ${backend}`,
        peer: `${peerName('bn.js')} + ${peerName('@solana/web3.js')}`,
        ours: { run: ours, callsPerRound: backend === 'native' ? 20 : 4 },
        theirs: { run: theirs, callsPerRound: 2 },
        rounds: 500,
        warmupRounds: 100,
      }),
    );
  }
  return records;
}

function tradeSetting(): TradeSetting {
  const pair = Array.from({ length: POOLS_OF_PAIR }, (_, index) => cpmmPool(`pool ${index}`, 'usd', RESERVES));
  const others = Array.from({ length: OTHER_POOLS }, (_, index) =>
    cpmmPool(`other ${index}`, `mint ${index >> 2}`, RESERVES),
  );
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d, x } = privateKey.export({ format: 'jwk' });
  const [seed, payer] = [Buffer.from(d ?? '', 'base64url'), Uint8Array.from(Buffer.from(x ?? '', 'base64url'))];
  return {
    pools: [...pair, ...others],
    secretKey: Uint8Array.from([...seed, ...payer]),
    payer,
    balanceAt: (call) => BALANCES[call % 2 === 0 ? 0 : 1] + BigInt(call % 1_000),
  };
}

/** Both trade through the same pools, and ours earns no less: the vendors' way sizes by the closed form. */
function assertSameTrade(core: CoreApi, ours: SignedTrade, theirs: SignedTrade): void {
  assert.deepEqual(ours.pools, theirs.pools, `${core.backend} trades through the same pools`);
  assert.ok(ours.gross >= theirs.gross, `${core.backend} earns ${ours.gross}, the closed form ${theirs.gross}`);
  assert.equal(ours.transaction.length, theirs.transaction.length, `${core.backend} signs as many bytes`);
}
