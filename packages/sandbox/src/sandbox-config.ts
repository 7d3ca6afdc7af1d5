import type { BaseMintConfig, EngineConfig } from '@tandem/engine/config';
import type { Sandbox } from './sandbox.js';
import { AGGREGATOR_REQUESTS_PER_MINUTE, BLOCK_ENGINE_REQUESTS_PER_SECOND, type ServiceOptions } from './services.js';

/** Tip of the sandbox when none is configured, so that the path with a tip is the one that runs. */
const TIP_LAMPORTS = 10_000n;
/** Nodes that a fan-out sends through, and that verdicts are taken from. */
const FANOUT_ENDPOINTS = 3;
const BLOCK_ENGINE_REGIONS = 2;

/** Returns the servers that a configuration's route, sender and feed need beside the chain. */
export function servicesFor({ strategy, senders, network }: EngineConfig): ServiceOptions {
  return {
    endpoints: senders.sender === 'fanout' ? FANOUT_ENDPOINTS : 0,
    blockEngineRegions: senders.sender === 'jito' ? BLOCK_ENGINE_REGIONS : 0,
    geyser: network.feed === 'grpc',
    aggregator: strategy.route !== 'direct',
  };
}

/** Returns the configuration pointed at the servers of a sandbox; `isLoaded` says that the user loaded pools of their own. */
export function sandboxConfig(config: EngineConfig, sandbox: Sandbox, isLoaded: boolean): EngineConfig {
  const { endpoints, blockEngine, geyser, aggregator } = sandbox.services;
  const [first, ...others] = endpoints;
  const { network, strategy, senders, jupiter } = config;
  return {
    ...config,
    network: {
      ...network,
      rpcUrl: first?.rpcUrl ?? sandbox.rpcUrl,
      wsUrl: first?.wsUrl ?? sandbox.wsUrl,
      endpoints: others.map(({ name, rpcUrl }) => ({ name, rpcUrl })),
      grpcUrl: geyser?.url ?? network.grpcUrl,
    },
    strategy: isLoaded ? { ...strategy, baseMints: withLoadedMints(config, sandbox) } : strategy,
    senders: {
      ...withTip(senders, sandbox),
      jito: {
        ...senders.jito,
        blockEngineUrls: blockEngine?.regionUrls ?? senders.jito.blockEngineUrls,
        tipFloorUrl: blockEngine?.tipFloorUrl ?? senders.jito.tipFloorUrl,
        requestsPerSecond:
          blockEngine === undefined ? senders.jito.requestsPerSecond : BLOCK_ENGINE_REQUESTS_PER_SECOND,
      },
    },
    jupiter:
      aggregator === undefined
        ? jupiter
        : { ...jupiter, url: aggregator.url, requestsPerMinute: AGGREGATOR_REQUESTS_PER_MINUTE },
  };
}

function withTip(senders: EngineConfig['senders'], { tipAccounts }: Sandbox): EngineConfig['senders'] {
  if (senders.sender !== 'jito' || senders.tipLamports > 0n || senders.tipAccounts.length > 0) return senders;
  return { ...senders, tipLamports: TIP_LAMPORTS, tipAccounts };
}

/** Loaded pools may lie beside SOL: the mints that reach them are bases too, with the same bounds in lamports. */
function withLoadedMints(config: EngineConfig, sandbox: Sandbox): readonly BaseMintConfig[] {
  const configured = config.strategy.baseMints;
  const known = new Set(configured.map((base) => base.mint));
  const added = sandbox.baseMints
    .filter((base) => !known.has(base.mint))
    .map((base) => ({
      ...base,
      // Down for what we may spend, up for what we must earn.
      maxAmountIn: (config.maxExecutionAmountLamports * base.lamportPriceNumerator) / base.lamportPriceDenominator,
      minNetProfit: divideUp(
        config.strategy.minProfitLamports * base.lamportPriceNumerator,
        base.lamportPriceDenominator,
      ),
    }));
  return [...configured, ...added];
}

function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
