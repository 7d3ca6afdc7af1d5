import { createRequire } from 'node:module';

import { EngineError } from '@tandem/engine/ports';

/** What this package uses of a Surfnet; the native package ships no declarations. */
export interface SurfnetInstance {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** Takes events out of a channel that stops the whole runtime once it holds 1024. */
  drainEvents(): unknown[];
  /** Lamports are a JavaScript number, so exact up to 2^53 only. */
  setAccount(address: string, lamports: number, data: readonly number[], owner: string, executable?: boolean): void;
  deploy(program: { programId: string; soPath?: string; soBytes?: readonly number[] }): unknown;
  stop(): void;
}

interface SurfnetModule {
  readonly Surfnet: {
    startWithConfig(config: {
      offline: boolean;
      /** Where accounts are read that nobody has written yet; not with `offline`. */
      remoteRpcUrl?: string;
      blockProductionMode: 'clock' | 'transaction' | 'manual';
      slotTimeMs: number;
    }): SurfnetInstance;
  };
}

/** Native packages by platform and architecture. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@solana/surfpool-linux-x64-gnu',
  'darwin-arm64': '@solana/surfpool-darwin-arm64',
  'darwin-x64': '@solana/surfpool-darwin-x64',
};

const load = createRequire(import.meta.url);

/** Whether this machine has a Surfnet to start. */
export function isSurfnetAvailable(): boolean {
  try {
    loadSurfnet();
    return true;
  } catch {
    return false;
  }
}

/**
 * Loads the native package of a platform, by default of this one.
 * @throws SANDBOX_SURFNET_MISSING when there is none, or it is not installed or does not load
 */
export function loadSurfnet(target = `${process.platform}-${process.arch}`): SurfnetModule {
  const name = PACKAGES[target];
  const options = {
    severity: 'fatal' as const,
    context: { target, package: name ?? null },
    action: 'use the embedded cluster (--chain litesvm), or install the optional dependency on a platform that has it',
  };
  if (name === undefined)
    throw new EngineError('SANDBOX_SURFNET_MISSING', `there is no Surfnet for ${target}`, options);
  try {
    return load(name) as SurfnetModule;
  } catch (cause) {
    throw new EngineError('SANDBOX_SURFNET_MISSING', `${name} is not installed or does not load`, {
      ...options,
      cause,
    });
  }
}
