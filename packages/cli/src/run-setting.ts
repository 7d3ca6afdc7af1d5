import type { LoadedCore } from '@tandem/core-native';
import { type ConnectSecrets, type EngineConfig, parseEngineConfig } from '@tandem/engine';
import type { Clock } from '@tandem/engine/ports';
import type { Sandbox } from '@tandem/sandbox';
import { cliError } from './cli-error.js';
import type { RunOptions } from './commands/run-options.js';
import { configOverrides, readConfigText } from './config-file.js';
import { openForkSetting } from './fork-setting.js';
import { openSandboxSetting } from './sandbox-setting.js';
import { readSecrets } from './secrets.js';
import { readWalletFile } from './wallet-file.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where and with what a run trades. */
export interface RunSetting {
  readonly config: EngineConfig;
  readonly chain: string;
  readonly keyFile: Uint8Array;
  readonly lookupTables: readonly string[];
  readonly secrets: ConnectSecrets;
  /** The embedded chain, when the run has one. */
  readonly sandbox: Sandbox | undefined;
  /** Stops what was started for the run. */
  readonly close: () => Promise<void>;
}

export interface RunSettingOptions {
  readonly options: RunOptions;
  readonly environment: Environment;
  readonly core: LoadedCore;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/**
 * Reads the configuration and starts the chain of a sandbox or a fork.
 * @throws CONFIG_*, CLI_*, SANDBOX_*, CORE_NATIVE_MISSING
 */
export async function openRunSetting(request: RunSettingOptions): Promise<RunSetting> {
  const { options, environment } = request;
  const parsed = parseEngineConfig(readConfigText(options.config), {
    network: options.network,
    overrides: { ...configOverrides(environment), ...chosenRoads(options) },
  });
  if (options.network === 'sandbox') return openSandboxSetting(request, parsed);
  refuseSandboxOptions(options);
  const config = withMode(parsed, options);
  if (config.executionMode === 'REAL') requireChosenCore(request.core);
  if (options.network === 'fork') return openForkSetting(request, config);
  if (config.wallet.keyFile === null) {
    throw cliError(
      'CLI_KEY_FILE_MISSING',
      `network ${options.network} needs a wallet`,
      'set wallet.key_file to a Solana CLI key file with mode 0600',
    );
  }
  return {
    config,
    chain: options.network,
    keyFile: readWalletFile(config.wallet.keyFile),
    lookupTables: config.senders.lookupTables,
    secrets: readSecrets(config, environment),
    sandbox: undefined,
    close: async () => {},
  };
}

/** What the command line says about route, sender and feed stands above the file and the environment. */
function chosenRoads({ route, sender, feed }: RunOptions): Record<string, string> {
  return {
    ...(route === undefined ? {} : { TANDEM__STRATEGY__ROUTE: route }),
    ...(sender === undefined ? {} : { TANDEM__SENDERS__SENDER: sender }),
    ...(feed === undefined ? {} : { TANDEM__NETWORK__FEED: feed }),
  };
}

function refuseSandboxOptions(options: RunOptions): void {
  const used = [
    options.rivals > 0 ? '--rivals' : undefined,
    options.gaps === undefined ? undefined : '--gaps',
    options.program.length > 0 ? '--program' : undefined,
    options.accounts.length > 0 ? '--accounts' : undefined,
    options.chain === 'litesvm' ? undefined : '--chain',
    options.linger > 0 ? '--linger' : undefined,
  ].filter((name) => name !== undefined);
  if (used.length === 0) return;
  throw cliError(
    'CLI_OPTION_UNSUPPORTED',
    `${used.join(', ')} only make sense in the sandbox`,
    `leave them out, or use --network sandbox`,
  );
}

/** Outside the sandbox real trading is said twice: in the configuration and on the command line. */
function withMode(config: EngineConfig, options: RunOptions): EngineConfig {
  if (options.mode !== 'real') return { ...config, executionMode: 'SIMULATION' };
  if (config.executionMode === 'REAL') return config;
  throw cliError(
    'CLI_MODE_MISMATCH',
    '--mode real needs "execution_mode": "REAL" in the configuration',
    'set execution_mode to REAL, or run --mode simulation',
  );
}

/** Money is not traded on a core that nobody asked for. */
export function requireChosenCore({ backend, requested, loadErrors }: LoadedCore): void {
  if (backend === 'native' || requested === 'typescript') return;
  throw cliError(
    'CLI_CORE_MISMATCH',
    `the native core could not be loaded: ${loadErrors.join('; ')}`,
    'build it with a Rust toolchain (pnpm build), or set TANDEM_CORE=typescript to trade on the slower core knowingly',
  );
}
