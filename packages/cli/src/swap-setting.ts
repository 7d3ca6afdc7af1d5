import type { LoadedCore } from '@tandem/core-native';
import { decodeAddress, type EngineConfig, parseEngineConfig, WRAPPED_SOL_MINT } from '@tandem/engine';
import type { Clock, Random } from '@tandem/engine/ports';
import { Faults, type Sandbox, startAggregator, startSandbox } from '@tandem/sandbox';
import { cliError } from './cli-error.js';
import type { SwapOptions } from './commands/swap-options.js';
import { configOverrides, readConfigText } from './config-file.js';
import { readSecret } from './read-secret.js';
import { requireChosenCore } from './run-setting.js';
import { readWalletFile } from './wallet-file.js';

/** Where and with what a swap is made. */
export interface SwapSetting {
  readonly config: EngineConfig;
  readonly keyFile: Uint8Array;
  readonly apiKey: string | undefined;
  /** Mints by the names that may stand in their place. */
  readonly names: ReadonlyMap<string, string>;
  /** Whether the swap may be signed, as far as the configuration says; elsewhere it ends with its preview. */
  readonly mayTrade: boolean;
  /** Stops the sandbox, where there is one. */
  readonly close: () => Promise<void>;
}

export interface SwapSettingOptions {
  readonly options: SwapOptions;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly core: LoadedCore;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFault: (error: unknown) => void;
}

/** Reads the configuration and, for the sandbox, starts the chain and an aggregator over its pools. @throws CONFIG_*, CLI_*, SANDBOX_* */
export async function openSwapSetting(request: SwapSettingOptions): Promise<SwapSetting> {
  const { options, environment, core } = request;
  const config = parseEngineConfig(readConfigText(options.config), {
    network: options.network,
    overrides: configOverrides(environment),
  });
  if (options.network === 'sandbox') return await openSandbox(request, config);
  const mayTrade = config.executionMode === 'REAL';
  if (mayTrade) requireChosenCore(core);
  if (config.wallet.keyFile === null) {
    throw cliError(
      'CLI_KEY_FILE_MISSING',
      `network ${options.network} needs a wallet`,
      'set wallet.key_file to a Solana CLI key file with mode 0600',
    );
  }
  return {
    config,
    keyFile: readWalletFile(config.wallet.keyFile),
    apiKey: readSecret(config.jupiter.key, environment),
    names: new Map([['SOL', WRAPPED_SOL_MINT]]),
    mayTrade,
    close: async () => {},
  };
}

async function openSandbox(request: SwapSettingOptions, config: EngineConfig): Promise<SwapSetting> {
  const { options, core, clock, random, onFault } = request;
  const sandbox = await startSandbox({
    chain: 'litesvm',
    seed: options.seed,
    rivals: 0,
    programs: [],
    accountDirs: [],
    core: core.core,
    clock,
    onFault,
  });
  try {
    const aggregator = await startAggregator({
      core: core.core,
      cluster: sandbox.cluster,
      pools: sandbox.pools.map(({ address }) => decodeAddress(address)),
      lookupTables: sandbox.lookupTables.map(decodeAddress),
      clock,
      faults: new Faults(random),
    });
    return {
      config: {
        ...config,
        network: { ...config.network, rpcUrl: sandbox.rpcUrl, wsUrl: sandbox.wsUrl },
        jupiter: { ...config.jupiter, url: aggregator.url },
      },
      keyFile: new TextEncoder().encode(JSON.stringify([...sandbox.wallet.secretKey])),
      apiKey: undefined,
      names: sandboxNames(sandbox),
      mayTrade: true,
      close: async () => {
        await aggregator.stop();
        await sandbox.stop();
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

/** The sandbox's dollar is the base mint beside SOL; its address follows from the seed. */
function sandboxNames({ baseMints }: Sandbox): ReadonlyMap<string, string> {
  const dollar = baseMints.find(({ mint }) => mint !== WRAPPED_SOL_MINT)?.mint;
  return new Map([['SOL', WRAPPED_SOL_MINT], ...(dollar === undefined ? [] : [['USD', dollar] as const])]);
}
