import type { CoreApi, LoadedCore } from '@tandem/core-native';
import { type EngineConfig, KeypairSigner } from '@tandem/engine';
import type { Clock } from '@tandem/engine/ports';
import { startFork } from '@tandem/sandbox';
import { cliError } from './cli-error.js';
import type { RunSetting } from './run-setting.js';
import { readSecrets } from './secrets.js';
import { readWalletFile } from './wallet-file.js';

const LAMPORTS_PER_SOL = 1_000_000_000n;
/** What the wallet holds on the fork, where SOL costs nothing. */
const FORK_WALLET_LAMPORTS = 100n * LAMPORTS_PER_SOL;

/** What a fork is started with, for a run or for a swap. */
export interface ForkSettingOptions {
  readonly options: { readonly seed: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly core: LoadedCore;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** Starts a fork of the configured node and funds the wallet on it: the user's, or one of the fork's own. @throws CLI_*, SANDBOX_* */
export async function openForkSetting(request: ForkSettingOptions, config: EngineConfig): Promise<RunSetting> {
  const { options, environment, clock, onFault } = request;
  const { remoteRpcUrl } = config.network;
  if (remoteRpcUrl === null) {
    throw cliError(
      'CLI_REMOTE_URL_MISSING',
      'a fork needs a node whose programs and pools it copies',
      'set network.remote_rpc_url (TANDEM__NETWORK__REMOTE_RPC_URL) to a Solana RPC node',
    );
  }
  const secrets = readSecrets(config, environment);
  const ownKey = config.wallet.keyFile === null ? undefined : readWalletFile(config.wallet.keyFile);
  const fork = await startFork({ remoteRpcUrl, seed: options.seed, clock, onFault });
  try {
    const keyFile = ownKey ?? new TextEncoder().encode(JSON.stringify([...fork.wallet.secretKey]));
    await fork.fund(addressIn(request.core.core, keyFile), FORK_WALLET_LAMPORTS);
    return {
      config: { ...config, network: { ...config.network, rpcUrl: fork.rpcUrl, wsUrl: fork.wsUrl } },
      chain: 'surfnet',
      keyFile,
      lookupTables: config.senders.lookupTables,
      secrets,
      sandbox: undefined,
      close: async () => fork.stop(),
    };
  } catch (error) {
    ownKey?.fill(0);
    await fork.stop();
    throw error;
  }
}

/** Returns the address of a key file and leaves the file for the engine. @throws CHAIN_KEY_FILE_INVALID */
function addressIn(core: CoreApi, keyFile: Uint8Array): Uint8Array {
  const signer = KeypairSigner.fromKeyFile(core, Uint8Array.from(keyFile));
  signer.close();
  return signer.address;
}
