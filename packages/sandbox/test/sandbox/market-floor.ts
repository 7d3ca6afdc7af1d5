import { readFileSync } from 'node:fs';
import { loadCore, type CoreApi } from '@tandem/core-native';
import { startEmbeddedCluster, type EmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { Faucet } from '../../src/faucet.js';
import { createMarketCounters, type MarketCounters } from '../../src/market/market-counters.js';
import { PoolView } from '../../src/market/pool-view.js';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { addressBytes } from '../../src/seed/addresses.js';
import { planGenesis, type Genesis } from '../../src/seed/genesis.js';
import { realClock } from '../cluster/real-clock.js';

/** A chain with the genesis on it whose blocks open only when asked. */
export interface MarketFloor {
  readonly core: CoreApi;
  readonly cluster: EmbeddedCluster;
  readonly genesis: Genesis;
  readonly faucet: Faucet;
  readonly counters: MarketCounters;
}

/** Starts a chain that repeats itself: its clock begins at a fixed time and nothing runs in the background. */
export async function openMarketFloor(seed: number): Promise<MarketFloor> {
  const { core } = loadCore();
  const cluster = await startEmbeddedCluster({
    clock: realClock,
    blockProduction: 'manual',
    genesisUnixTime: 1_800_000_000,
    seed: `${seed}`,
  });
  for (const { programId, soPath } of venuePrograms()) {
    await cluster.loadProgram(addressBytes(programId), Uint8Array.from(readFileSync(soPath)));
  }
  const genesis = await planGenesis(seed);
  for (const account of genesis.accounts) await cluster.setAccount(account);
  return { core, cluster, genesis, faucet: new Faucet(cluster), counters: createMarketCounters() };
}

/** Opens a view on every pool of the floor. */
export async function openView(floor: MarketFloor): Promise<PoolView> {
  const view = new PoolView(floor.core, floor.cluster);
  await view.add(floor.genesis.pools.map((pool) => pool.address));
  return view;
}
