import { availableParallelism } from 'node:os';
import type { LoadedCore } from '@tandem/core-native';
import {
  type ConnectSecrets,
  connectEngine,
  type ConnectedEngine,
  type EngineConfig,
  SqliteJournal,
} from '@tandem/engine';
import type { Clock, Random } from '@tandem/engine/ports';
import { journalFile } from './data-dir.js';
import { VERSION } from './version.js';

export interface ComposeOptions {
  readonly config: EngineConfig;
  readonly core: LoadedCore;
  readonly clock: Clock;
  readonly random: Random;
  /** Bytes of a Solana CLI key file; wiped here. */
  readonly keyFile: Uint8Array;
  /** Base58 addresses of lookup tables that transactions may use. */
  readonly lookupTables: readonly string[];
  readonly secrets: ConnectSecrets;
  readonly chain: string;
  readonly dataDir: string;
  /** Stop sending after so many trades; `undefined` trades on. */
  readonly tradeLimit: number | undefined;
}

/** Gives the engine this machine: its disk, its cores, and a cluster's RPC and websocket. @throws CHAIN_*, JOURNAL_* */
export async function compose(options: ComposeOptions): Promise<ConnectedEngine> {
  const { config, core, clock, random, keyFile, lookupTables, secrets, chain, dataDir, tradeLimit } = options;
  return await connectEngine({
    config,
    core: core.core,
    clock,
    random,
    keyFile,
    lookupTables,
    secrets,
    tradeLimit,
    openJournal: () => new SqliteJournal(journalFile(dataDir, config.network.name)),
    facts: { chain, dataDir, version: VERSION },
    parallelism: availableParallelism(),
  });
}
