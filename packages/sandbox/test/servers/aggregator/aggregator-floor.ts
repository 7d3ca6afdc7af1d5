import {
  Configuration,
  SwapApi,
  type Instruction as AnsweredInstruction,
  type SwapInstructionsResponse,
} from '@jup-ag/api';
import { encodeInstructions, encodeLookupTables, type Instruction, type LookupTable } from '@tandem/core-native';
import { SeededRandom } from '@tandem/engine/testing';
import type { ClusterResult } from '../../../src/cluster/cluster.js';
import { addressAt, addressBytes, addressText } from '../../../src/seed/addresses.js';
import type { GenesisSymbol } from '../../../src/seed/genesis-tokens.js';
import {
  startAggregator,
  type Aggregator,
  type AggregatorOptions,
} from '../../../src/servers/aggregator/aggregator-server.js';
import { Faults } from '../../../src/servers/faults.js';
import { realClock } from '../../cluster/real-clock.js';
import { openMarketFloor, type MarketFloor } from '../../sandbox/market-floor.js';

/** The sandbox's pools behind an aggregator, the real client in front of it, and a wallet with all tokens but BBB. */
export interface AggregatorFloor extends MarketFloor {
  readonly aggregator: Aggregator;
  readonly faults: Faults;
  readonly api: SwapApi;
  readonly wallet: string;
  readonly mint: (symbol: GenesisSymbol) => string;
  readonly tokensOf: (symbol: GenesisSymbol, owner?: Uint8Array) => Promise<bigint>;
  readonly land: (instructions: readonly Instruction[]) => Promise<ClusterResult>;
  stop(): Promise<void>;
}

/** Starts it all; the wallet gets 2^50 units of each token. */
export async function openAggregatorFloor(
  seed: number,
  options: Partial<AggregatorOptions> = {},
  /** Puts more on the chain before the aggregator opens, and returns the addresses of the pools among it. */
  addPools: (floor: MarketFloor) => Promise<readonly Uint8Array[]> = async () => Promise.resolve([]),
): Promise<AggregatorFloor> {
  const floor = await openMarketFloor(seed);
  const added = await addPools(floor);
  const { core, cluster, genesis, faucet } = floor;
  const faults = new Faults(new SeededRandom(seed));
  const aggregator = await startAggregator({
    core,
    cluster,
    pools: [...genesis.pools.map(({ address }) => address), ...added],
    lookupTables: [genesis.lookupTable],
    clock: realClock,
    faults,
    ...options,
  });
  const owner = genesis.wallet.address;
  for (const [symbol, { facts }] of genesis.tokens) {
    if (symbol !== 'BBB') await faucet.setTokens({ owner, mint: facts }, 1n << 50n);
  }
  const factsOf = (symbol: GenesisSymbol) => genesis.tokens.get(symbol)!.facts;
  return {
    ...floor,
    aggregator,
    faults,
    api: apiOf(aggregator),
    wallet: addressText(owner),
    mint: (symbol) => addressText(factsOf(symbol).mint),
    tokensOf: async (symbol, of = owner) => faucet.tokensOf({ owner: of, mint: factsOf(symbol) }),
    land: async (instructions) => land(floor, instructions),
    stop: async () => {
      await aggregator.stop();
      await cluster.stop();
    },
  };
}

/** The package's own client; its factory would ignore the host. */
export function apiOf({ url }: Aggregator, headers: Record<string, string> = {}): SwapApi {
  return new SwapApi(new Configuration({ basePath: `${url}/swap/v1`, headers }));
}

/** Signs with the genesis wallet and sends straight to the cluster. */
async function land(floor: MarketFloor, instructions: readonly Instruction[]): Promise<ClusterResult> {
  const { core, cluster, genesis } = floor;
  cluster.advanceSlot();
  const blockhash = addressBytes(await cluster.latestBlockhash());
  const tables = encodeLookupTables([await genesisTable(floor)]);
  const message = core.compileMessage(genesis.wallet.address, blockhash, encodeInstructions(instructions), tables);
  const signer = core.createSigner(Uint8Array.from(genesis.wallet.secretKey));
  try {
    return await cluster.submit(core.signTransaction(signer, message));
  } finally {
    core.dropSigner(signer);
  }
}

async function genesisTable({ cluster, genesis }: MarketFloor): Promise<LookupTable> {
  const account = (await cluster.getAccount(genesis.lookupTable))!;
  const count = (account.data.length - 56) / 32;
  return {
    address: genesis.lookupTable,
    addresses: Array.from({ length: count }, (_, index) => addressAt(account.data, 56 + 32 * index)),
  };
}

/** Reads an instruction as the client package gives it. */
export function readInstruction({ programId, accounts, data }: AnsweredInstruction): Instruction {
  return {
    program: addressBytes(programId),
    accounts: accounts.map(({ pubkey, isSigner, isWritable }) => ({
      address: addressBytes(pubkey),
      isSigner,
      isWritable,
    })),
    data: Uint8Array.from(Buffer.from(data, 'base64')),
  };
}

/** Everything of an answer in the order in which it executes. */
export function allInstructions(answer: SwapInstructionsResponse): Instruction[] {
  return [
    ...answer.computeBudgetInstructions,
    ...answer.setupInstructions,
    answer.swapInstruction,
    ...(answer.cleanupInstruction ? [answer.cleanupInstruction] : []),
    ...answer.otherInstructions,
  ].map(readInstruction);
}
