/** The networks the engine knows by name. */
export const NETWORK_NAMES = ['sandbox', 'fork', 'devnet', 'mainnet'] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** What differs from network to network; everything else has one default, which stands in the schema. */
export interface NetworkDefaults {
  readonly rpcUrl: string;
  readonly metricsPort: number;
}

/** Loopback networks use any free metrics port, so that several can run beside each other. */
export const NETWORK_DEFAULTS: Readonly<Record<NetworkName, NetworkDefaults>> = {
  sandbox: { rpcUrl: 'http://127.0.0.1:8899', metricsPort: 0 },
  fork: { rpcUrl: 'http://127.0.0.1:8899', metricsPort: 0 },
  devnet: { rpcUrl: 'https://api.devnet.solana.com', metricsPort: 9464 },
  mainnet: { rpcUrl: 'https://api.mainnet-beta.solana.com', metricsPort: 9464 },
};
