/** The networks the engine knows by name. */
export const NETWORK_NAMES = ['sandbox', 'fork', 'devnet', 'mainnet'] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** What differs from network to network; everything else has one default, which stands in the schema. */
export interface NetworkDefaults {
  readonly rpcUrl: string;
  readonly metricsPort: number;
  /** Largest input of the first trades; `null` where nothing is at stake: the configured maximum. */
  readonly startExecutionAmountLamports: bigint | null;
  readonly jito: {
    /** Base URL of each region. */
    readonly blockEngineUrls: readonly string[];
    readonly tipAccounts: readonly string[];
    readonly tipFloorUrl: string | null;
  };
}

const NO_JITO = { blockEngineUrls: [], tipAccounts: [], tipFloorUrl: null };
/** 0.01 SOL. */
const SMALL_START_LAMPORTS = 10_000_000n;

/** Regions and tip accounts of mainnet: jito-docs, `lowlatencytxnsend` (February 2026). */
const MAINNET_JITO = {
  blockEngineUrls: ['amsterdam', 'dublin', 'frankfurt', 'london', 'ny', 'slc', 'singapore', 'tokyo'].map(
    (region) => `https://${region}.mainnet.block-engine.jito.wtf`,
  ),
  tipAccounts: [
    '96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5',
    'HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe',
    'Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY',
    'ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49',
    'DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh',
    'ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt',
    'DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL',
    '3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT',
  ],
  tipFloorUrl: 'https://bundles.jito.wtf/api/v1/bundles/tip_floor',
};

/** Loopback networks use any free metrics port, so that several can run beside each other. */
export const NETWORK_DEFAULTS: Readonly<Record<NetworkName, NetworkDefaults>> = {
  sandbox: { rpcUrl: 'http://127.0.0.1:8899', metricsPort: 0, startExecutionAmountLamports: null, jito: NO_JITO },
  fork: { rpcUrl: 'http://127.0.0.1:8899', metricsPort: 0, startExecutionAmountLamports: null, jito: NO_JITO },
  devnet: {
    rpcUrl: 'https://api.devnet.solana.com',
    metricsPort: 9464,
    startExecutionAmountLamports: SMALL_START_LAMPORTS,
    jito: NO_JITO,
  },
  mainnet: {
    rpcUrl: 'https://api.mainnet-beta.solana.com',
    metricsPort: 9464,
    startExecutionAmountLamports: SMALL_START_LAMPORTS,
    jito: MAINNET_JITO,
  },
};
