import { strict as assert } from 'node:assert';
import { loadCore } from '@tandem/core-native';
import type { BenchRecord } from './bench-record.js';
import { compare, type Contestant } from './interleaved.js';
import { packageVersion } from './setting.js';
import { type BatchOfQuotes, ourBatch } from './venue-market.js';

/** A vendor's code that quotes the first legs of a batch. */
export interface QuotePeer {
  /** `name@version`, and which of its functions where it has several. */
  readonly name: string;
  /** Quotes leg `index` of the batch; the output in raw units is asserted to equal ours. */
  readonly quote: (index: number) => { toString(): string };
  /** Legs in one round: as many as take about a millisecond. */
  readonly legs: number;
}

export interface QuoteCase {
  readonly topic: string;
  readonly case: string;
  readonly batch: BatchOfQuotes;
  readonly peers: readonly QuotePeer[];
  /** Default 100. */
  readonly rounds?: number;
}

/** Measures a batch on both of our cores against every peer, and the cores against each other. */
export async function measureQuotes({
  topic,
  case: name,
  batch,
  peers,
  rounds = 100,
}: QuoteCase): Promise<BenchRecord[]> {
  const cores = new Map([loadCore(), loadCore({ backend: 'typescript' })].map(({ backend, core }) => [backend, core]));
  const terms = { topic, rounds, warmupRounds: Math.ceil(rounds / 4) };
  const records: BenchRecord[] = [];
  const sides = new Map([...cores].map(([backend, core]) => [backend, ourBatch(core, batch)]));
  for (const [backend, ours] of sides) {
    for (const peer of peers) {
      const theirs = peerContestant(peer);
      const expected = [...ours.run().subarray(0, peer.legs)].map(String);
      assert.deepEqual(theirs.run().map(String), expected, `${peer.name} gives the same outputs`);
      records.push(await compare({ ...terms, case: `${name}, ${backend}`, peer: peer.name, ours, theirs }));
    }
  }
  const [native, typescript] = [sides.get('native'), sides.get('typescript')];
  if (native !== undefined && typescript !== undefined) {
    const peer = `@tandem/core-native (TypeScript)@${packageVersion('@tandem/core-native')}`;
    records.push(await compare({ ...terms, case: `${name}, native`, peer, ours: native, theirs: typescript }));
  }
  return records;
}

function peerContestant({ quote, legs }: QuotePeer) {
  const run = () => Array.from({ length: legs }, (_, index) => quote(index));
  return { run, callsPerRound: 1, piecesPerCall: legs } satisfies Contestant;
}
