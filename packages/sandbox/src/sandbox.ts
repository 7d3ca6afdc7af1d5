import { readFile } from 'node:fs/promises';
import type { CoreApi, PoolDescription } from '@tandem/core-native';
import { EngineError, type Clock } from '@tandem/engine/ports';
import type { Cluster } from './cluster/cluster.js';
import { startEmbeddedCluster } from './cluster/embedded-cluster.js';
import { startSurfnetCluster } from './cluster/surfnet-cluster.js';
import { loadAccountDirs, type DumpedAccount } from './dumps/account-files.js';
import { adoptDumpedPools, findDumpedPools } from './dumps/dumped-pools.js';
import { fundLoadedMints } from './dumps/loaded-wallet.js';
import { poolSwapAddresses } from './dumps/pool-swap-addresses.js';
import { loadProgramFiles, type ProgramImage, type ProgramOption } from './dumps/program-files.js';
import { Faucet } from './faucet.js';
import { chooseBaseMints, type SandboxBaseMint } from './market/base-mints.js';
import { Market } from './market/market.js';
import type { MarketCounters } from './market/market-counters.js';
import { quotedPriceX64 } from './market/pool-price.js';
import { PoolView } from './market/pool-view.js';
import { isTradable } from './market/tradable.js';
import { venuePrograms } from './programs/venue-programs.js';
import { addressBytes, addressText, uniqueAddresses } from './seed/addresses.js';
import { planGenesis, type Genesis } from './seed/genesis.js';
import { encodeLookupTable, LOOKUP_TABLE_CAPACITY } from './seed/lookup-table.js';
import { sandboxVenue } from './seed/sandbox-venues.js';
import { seededBytes } from './seed/seeded-keys.js';
import { openServices, type SandboxServices, type ServiceOptions } from './services.js';
import { SlotStampProxy } from './surfnet/slot-stamp-proxy.js';

export interface SandboxOptions {
  /** `litesvm`: the embedded cluster. `surfnet`: an independent runtime and RPC. */
  readonly chain: 'litesvm' | 'surfnet';
  /** Repeats addresses, keys and the walk; any whole number. */
  readonly seed: number;
  /** Competing traders, 0 or more. */
  readonly rivals: number;
  /** Program dumps that replace ours. */
  readonly programs: readonly ProgramOption[];
  /** Folders of account dumps. */
  readonly accountDirs: readonly string[];
  /** Milliseconds of a slot; by default 100 on LiteSVM and 50 on Surfnet. */
  readonly slotMs?: number;
  /** Prices the walk moves a second; by default 10 on LiteSVM and 2 on Surfnet. */
  readonly gapsPerSecond?: number;
  readonly core: CoreApi;
  readonly clock: Clock;
  /** Servers beside the chain; none by default. */
  readonly services?: ServiceOptions;
  /** Told of every error in the background: of the walk, the rivals and the cluster. */
  readonly onFault: (error: unknown) => void;
}

/** A running chain with a market on it, reachable by any Solana client. */
export interface Sandbox {
  readonly cluster: Cluster;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** The funded wallet. Worthless tokens only: the key follows from the seed. */
  readonly wallet: { readonly address: string; readonly secretKey: Uint8Array };
  readonly lookupTables: readonly string[];
  /** Every pool of the chain: seeded, loaded and the siblings of loaded ones. */
  readonly pools: readonly SandboxPool[];
  readonly baseMints: readonly SandboxBaseMint[];
  readonly tipAccounts: readonly string[];
  readonly faucet: Faucet;
  readonly counters: Readonly<MarketCounters>;
  readonly services: SandboxServices;
  /** Lets the walk and the rivals trade, or go on. */
  startMarket(): void;
  /** Stops them after what they have under way. */
  pauseMarket(): Promise<void>;
  /** Stops everything; calling it again changes nothing. */
  stop(): Promise<void>;
}

export interface SandboxPool {
  /** Base58. */
  readonly address: string;
  /** File stem, as in events. */
  readonly venue: string;
}

/** Updates take a slot longer to arrive on Surfnet: at 10 a second one trade in seven would meet a price that has moved on. */
const DEFAULT_GAPS_PER_SECOND = { litesvm: 10, surfnet: 2 } as const;
const LARGEST_GAPS_PER_SECOND = 1_000;
const LARGEST_RIVALS = 100;
const LARGEST_SLOT_MS = 10_000;
/** As the clusters themselves have it: Surfnet confirms with a slot, so its slots are short. */
const DEFAULT_SLOT_MS = { litesvm: 100, surfnet: 50 } as const;

/**
 * Starts a chain with programs, pools, lookup tables, a funded wallet and everyone else who trades there; nobody trades before
 * `startMarket`.
 *
 * @throws SANDBOX_* for options, programs or accounts that cannot be used; nothing keeps running then
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  checkOptions(options);
  const images = loadProgramFiles(options.programs);
  const dumps = loadAccountDirs(options.accountDirs);
  const dumpedPools = findDumpedPools(options.core, dumps);
  const genesis = await planGenesis(options.seed);
  const cluster = await startCluster(options);
  try {
    await loadPrograms(cluster, images);
    await writeGenesis(cluster, genesis, dumps);
    return await openSandbox({ ...options, cluster, genesis, dumpedPools });
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function checkOptions(options: SandboxOptions): void {
  const {
    seed,
    rivals,
    chain,
    slotMs = DEFAULT_SLOT_MS[chain],
    gapsPerSecond = DEFAULT_GAPS_PER_SECOND[chain],
  } = options;
  if (!Number.isSafeInteger(seed)) throw optionError('seed', seed, 'a whole number');
  if (!Number.isInteger(rivals) || rivals < 0 || rivals > LARGEST_RIVALS)
    throw optionError('rivals', rivals, `0 to ${LARGEST_RIVALS}`);
  if (!(slotMs >= 1 && slotMs <= LARGEST_SLOT_MS)) throw optionError('slotMs', slotMs, `1 to ${LARGEST_SLOT_MS}`);
  const isRate = gapsPerSecond > 0 && gapsPerSecond <= LARGEST_GAPS_PER_SECOND;
  if (!isRate) throw optionError('gapsPerSecond', gapsPerSecond, `above 0, at most ${LARGEST_GAPS_PER_SECOND}`);
}

function optionError(option: string, value: number, range: string): EngineError {
  return new EngineError('SANDBOX_OPTION_OUT_OF_RANGE', `${option} is ${value}, but must be ${range}`, {
    severity: 'fatal',
    context: { option, value: String(value) },
    action: `Give ${option} a value that is ${range}.`,
  });
}

async function startCluster({ chain, slotMs, clock, seed, onFault }: SandboxOptions): Promise<Cluster> {
  const pace = { clock, slotMs: slotMs ?? DEFAULT_SLOT_MS[chain] };
  return chain === 'surfnet'
    ? startSurfnetCluster({ ...pace, onFault })
    : startEmbeddedCluster({ ...pace, seed: `sandbox/${seed}` });
}

/** Our programs first, so that a dump at the same id replaces ours. */
async function loadPrograms(cluster: Cluster, images: readonly ProgramImage[]): Promise<void> {
  const dumped = new Set(images.map(({ programId }) => addressText(programId)));
  for (const { programId, soPath } of venuePrograms()) {
    if (!dumped.has(programId))
      await cluster.loadProgram(addressBytes(programId), Uint8Array.from(await readFile(soPath)));
  }
  for (const { programId, elf } of images) await cluster.loadProgram(programId, elf);
}

/** Dumps come last: what the user loads stands as it is. */
async function writeGenesis(cluster: Cluster, genesis: Genesis, dumps: readonly DumpedAccount[]): Promise<void> {
  for (const account of genesis.accounts) await cluster.setAccount(account);
  for (const { account } of dumps) await cluster.setAccount(account);
}

interface OpeningOptions extends SandboxOptions {
  readonly cluster: Cluster;
  readonly genesis: Genesis;
  readonly dumpedPools: readonly Uint8Array[];
}

async function openSandbox(options: OpeningOptions): Promise<Sandbox> {
  const { cluster, genesis, core, clock, seed, rivals, onFault } = options;
  const faucet = new Faucet(cluster);
  const floor = await prepareFloor(options, faucet);
  const market = await Market.create({
    core,
    cluster,
    faucet,
    clock,
    seed,
    rivals,
    onFault,
    pools: floor.pools.map((pool) => pool.address),
    baseMints: floor.baseMints,
    gapsPerSecond: options.gapsPerSecond ?? DEFAULT_GAPS_PER_SECOND[options.chain],
    slotMs: options.slotMs ?? DEFAULT_SLOT_MS[options.chain],
  });
  const feed =
    cluster.kind === 'surfnet' ? await SlotStampProxy.start({ upstreamUrl: cluster.wsUrl, onFault }) : undefined;
  const wsUrl = feed?.url ?? cluster.wsUrl;
  const services = await openServices({
    services: options.services ?? {},
    core,
    cluster,
    wsUrl,
    clock,
    seed,
    pools: floor.pools.map((pool) => pool.address),
    lookupTables: [genesis.lookupTable, ...floor.lookupTables],
    tipAccounts: genesis.tipAccounts,
  });
  let stopped: Promise<void> | undefined;
  return {
    cluster,
    rpcUrl: cluster.rpcUrl,
    wsUrl,
    wallet: { address: addressText(genesis.wallet.address), secretKey: genesis.wallet.secretKey },
    lookupTables: [genesis.lookupTable, ...floor.lookupTables].map(addressText),
    pools: floor.pools.map((pool) => ({ address: addressText(pool.address), venue: sandboxVenue(pool.venue).stem })),
    baseMints: floor.baseMints,
    tipAccounts: genesis.tipAccounts.map(addressText),
    faucet,
    counters: market.counters,
    services,
    startMarket: () => market.start(),
    pauseMarket: async () => market.pause(),
    stop: async () => {
      stopped ??= stopAll({ services, market, cluster, feed });
      await stopped;
    },
  };
}

interface Stoppable {
  readonly services: SandboxServices;
  readonly market: Market;
  readonly cluster: Cluster;
  readonly feed: SlotStampProxy | undefined;
}

async function stopAll({ services, market, cluster, feed }: Stoppable): Promise<void> {
  try {
    await services.stop();
    await market.close();
    await feed?.stop();
  } finally {
    await cluster.stop();
  }
}

/** What the market stands on once the loaded pools can be traded. */
interface Floor {
  readonly pools: readonly PoolDescription[];
  readonly baseMints: readonly SandboxBaseMint[];
  readonly lookupTables: readonly Uint8Array[];
}

async function prepareFloor(options: OpeningOptions, faucet: Faucet): Promise<Floor> {
  const { cluster, genesis, core, seed, dumpedPools } = options;
  const view = new PoolView(core, cluster);
  try {
    const seeded = await view.add(genesis.pools.map((pool) => pool.address));
    const loaded = await view.add(dumpedPools);
    const siblings = await adoptDumpedPools({ cluster, faucet, view, seed, core, loaded: dumpedPools });
    const added = [...loaded, ...(await view.add(siblings.map((pool) => pool.address)))];
    await fundLoadedMints(faucet, genesis.wallet.address, view.describe(added));
    const pools = view.describe([...seeded, ...added]);
    const clock = await view.chainClock();
    const entries = view.describe(added).flatMap((pool) => poolSwapAddresses(core, view.store, pool));
    const preferred = [...genesis.tokens.values()]
      .filter(({ symbol }) => symbol === 'USD')
      .map(({ facts }) => facts.mint);
    return {
      pools,
      baseMints: chooseBaseMints(
        pools
          .filter((pool) => isTradable(core, view.store, pool, clock))
          .map((pool) => ({ pool, priceX64: quotedPriceX64({ core, store: view.store, clock }, pool) })),
        preferred,
      ),
      lookupTables: await writeLookupTables(cluster, seed, uniqueAddresses(entries)),
    };
  } finally {
    view.close();
  }
}

async function writeLookupTables(
  cluster: Cluster,
  seed: number,
  entries: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const tables: Uint8Array[] = [];
  for (let at = 0; at < entries.length; at += LOOKUP_TABLE_CAPACITY) {
    const address = seededBytes(seed, `lookup-table/loaded/${at}`);
    await cluster.setAccount(encodeLookupTable(address, entries.slice(at, at + LOOKUP_TABLE_CAPACITY)));
    tables.push(address);
  }
  return tables;
}
