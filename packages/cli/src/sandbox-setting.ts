import type { EngineConfig } from '@tandem/engine';
import { sandboxConfig, servicesFor, type ServiceOptions, startSandbox } from '@tandem/sandbox';
import { cliError } from './cli-error.js';
import type { RunOptions } from './commands/run-options.js';
import type { RunSetting, RunSettingOptions } from './run-setting.js';
import { readSecrets } from './secrets.js';

/** Starts the embedded chain with the servers that the chosen route, sender and feed need. @throws CLI_*, SANDBOX_* */
export async function openSandboxSetting(request: RunSettingOptions, parsed: EngineConfig): Promise<RunSetting> {
  const { options, core, clock, onFault, environment } = request;
  const services = servicesFor(parsed);
  refuseUnsupported(options, services);
  const sandbox = await startSandbox({
    chain: options.chain,
    seed: options.seed,
    rivals: options.rivals,
    ...(options.gaps === undefined ? {} : { gapsPerSecond: options.gaps }),
    programs: options.program,
    accountDirs: options.accounts,
    services,
    core: core.core,
    clock,
    onFault,
  });
  try {
    const config = sandboxConfig(parsed, sandbox, options.accounts.length > 0);
    return {
      config: { ...config, executionMode: options.mode === 'simulation' ? 'SIMULATION' : 'REAL' },
      chain: options.chain,
      keyFile: new TextEncoder().encode(JSON.stringify([...sandbox.wallet.secretKey])),
      lookupTables: [...config.senders.lookupTables, ...sandbox.lookupTables],
      secrets: readSecrets(config, environment),
      sandbox,
      close: async () => sandbox.stop(),
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

function refuseUnsupported({ chain }: RunOptions, { blockEngineRegions = 0, geyser = false }: ServiceOptions): void {
  if (chain === 'litesvm' || (blockEngineRegions === 0 && !geyser)) return;
  const wanted = [blockEngineRegions > 0 ? '--sender jito' : undefined, geyser ? '--feed grpc' : undefined]
    .filter((name) => name !== undefined)
    .join(' and ');
  throw cliError(
    'CLI_OPTION_UNSUPPORTED',
    `${wanted} on --chain ${chain}: only the embedded chain has a block engine and a gRPC stream`,
    'use --chain litesvm, or --sender rpc|fanout with --feed websocket',
  );
}
