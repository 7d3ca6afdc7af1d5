import type { LoadedCore } from '@tandem/core-native';
import { type EngineConfig, parseEngineConfig, WRAPPED_SOL_MINT } from '@tandem/engine';
import type { Clock } from '@tandem/engine/ports';
import { type Sandbox, sandboxConfig, startSandbox } from '@tandem/sandbox';
import { cliError } from './cli-error.js';
import type { SwapOptions } from './commands/swap-options.js';
import { configOverrides, readConfigText } from './config-file.js';
import { openForkSetting } from './fork-setting.js';
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
  readonly onFault: (error: unknown) => void;
}

const SOL_NAME: ReadonlyMap<string, string> = new Map([['SOL', WRAPPED_SOL_MINT]]);

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
  if (options.network === 'fork') {
    const { secrets, ...fork } = await openForkSetting(request, config);
    return { ...fork, apiKey: secrets.jupiter, names: SOL_NAME, mayTrade };
  }
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
    names: SOL_NAME,
    mayTrade,
    close: async () => {},
  };
}

async function openSandbox(request: SwapSettingOptions, config: EngineConfig): Promise<SwapSetting> {
  const { options, core, clock, onFault } = request;
  const sandbox = await startSandbox({
    chain: 'litesvm',
    seed: options.seed,
    rivals: 0,
    programs: [],
    accountDirs: [],
    services: { aggregator: true },
    core: core.core,
    clock,
    onFault,
  });
  return {
    config: sandboxConfig(config, sandbox, false),
    keyFile: new TextEncoder().encode(JSON.stringify([...sandbox.wallet.secretKey])),
    apiKey: undefined,
    names: sandboxNames(sandbox),
    mayTrade: true,
    close: async () => sandbox.stop(),
  };
}

/** The sandbox's dollar is the base mint beside SOL; its address follows from the seed. */
function sandboxNames({ baseMints }: Sandbox): ReadonlyMap<string, string> {
  const dollar = baseMints.find(({ mint }) => mint !== WRAPPED_SOL_MINT)?.mint;
  return new Map([['SOL', WRAPPED_SOL_MINT], ...(dollar === undefined ? [] : [['USD', dollar] as const])]);
}
