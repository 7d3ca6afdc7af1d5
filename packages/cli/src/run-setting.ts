import type { LoadedCore } from '@tandem/core-native';
import { type BaseMintConfig, type EngineConfig, parseEngineConfig } from '@tandem/engine';
import { type Sandbox, startSandbox } from '@tandem/sandbox';
import type { Clock } from '@tandem/engine/ports';
import { cliError } from './cli-error.js';
import type { RunOptions } from './commands/run-options.js';
import { configOverrides, readConfigText } from './config-file.js';
import { readWalletFile } from './wallet-file.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where and with what a run trades. */
export interface RunSetting {
  readonly config: EngineConfig;
  readonly chain: string;
  readonly keyFile: Uint8Array;
  readonly lookupTables: readonly string[];
  /** The embedded chain, when the run has one. */
  readonly sandbox: Sandbox | undefined;
}

export interface RunSettingOptions {
  readonly options: RunOptions;
  readonly environment: Environment;
  readonly core: LoadedCore;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** Tip of the sandbox when none is configured, so that the path with a tip is the one that runs. */
const SANDBOX_TIP_LAMPORTS = 10_000n;

/** Reads the configuration and, for the sandbox, starts the chain. @throws CONFIG_*, CLI_*, SANDBOX_*, CORE_NATIVE_MISSING */
export async function openRunSetting(request: RunSettingOptions): Promise<RunSetting> {
  const { options, environment } = request;
  const parsed = parseEngineConfig(readConfigText(options.config), {
    network: options.network,
    overrides: configOverrides(environment),
  });
  if (options.network === 'sandbox') return openSandboxSetting(request, parsed);
  refuseSandboxOptions(options);
  const config = withMode(parsed, options);
  if (config.executionMode === 'REAL') requireChosenCore(request.core);
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
    lookupTables: [],
    sandbox: undefined,
  };
}

async function openSandboxSetting(request: RunSettingOptions, parsed: EngineConfig): Promise<RunSetting> {
  const { options, core, clock, onFault } = request;
  const sandbox = await startSandbox({
    chain: options.chain,
    seed: options.seed,
    rivals: options.rivals,
    ...(options.gaps === undefined ? {} : { gapsPerSecond: options.gaps }),
    programs: options.program,
    accountDirs: options.accounts,
    core: core.core,
    clock,
    onFault,
  });
  const executionMode = options.mode === 'simulation' ? ('SIMULATION' as const) : ('REAL' as const);
  const config: EngineConfig = {
    ...parsed,
    executionMode,
    network: { ...parsed.network, rpcUrl: sandbox.rpcUrl, wsUrl: sandbox.wsUrl },
    strategy: {
      ...parsed.strategy,
      baseMints: options.accounts.length === 0 ? parsed.strategy.baseMints : loadedBaseMints(parsed, sandbox),
    },
    senders: withSandboxTip(parsed.senders, sandbox),
  };
  const keyFile = new TextEncoder().encode(JSON.stringify([...sandbox.wallet.secretKey]));
  return { config, chain: options.chain, keyFile, lookupTables: sandbox.lookupTables, sandbox };
}

/** Loaded pools may lie beside SOL: the mints that reach them are bases too, with the same bounds in lamports. */
function loadedBaseMints(config: EngineConfig, sandbox: Sandbox): readonly BaseMintConfig[] {
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

function withSandboxTip(senders: EngineConfig['senders'], sandbox: Sandbox): EngineConfig['senders'] {
  if (senders.tipLamports > 0n || senders.tipAccounts.length > 0) return senders;
  return { ...senders, tipLamports: SANDBOX_TIP_LAMPORTS, tipAccounts: sandbox.tipAccounts };
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
