import type { VenueStem } from '../market/venue-catalog.js';
import { configValue, parseConfigDocument } from './config-document.js';
import {
  configFileSchema,
  configJsonSchema,
  DECIMAL_KEYS,
  WRAPPED_SOL_MINT,
  type ConfigFile,
} from './config-file-schema.js';
import { configError, issuesFrom, type ConfigIssue, type ConfigSource, wrongValue } from './config-issue.js';
import { applyOverrides } from './config-overrides.js';
import { parseDecimal } from './decimal.js';
import { NETWORK_DEFAULTS, type NetworkName } from './defaults.js';
import { type JupiterConfig, readJupiter } from './jupiter-config.js';
import { readAddresses } from './read-addresses.js';
import { readRiskLimits, type RiskLimitsConfig } from './risk-config.js';
import { expectDistinctNames } from './distinct-names.js';
import { refuseSecrets } from './secret-guard.js';
import { type SecretPlace, secretPlace } from './secret-place.js';
import { readSenders, type SendersConfig } from './senders-config.js';

/** A mint cycles start and end in, with the bounds of its trades and its price in lamports. */
export interface BaseMintConfig {
  /** Base58. */
  readonly mint: string;
  readonly maxAmountIn: bigint;
  readonly minNetProfit: bigint;
  readonly lamportPriceNumerator: bigint;
  readonly lamportPriceDenominator: bigint;
}

/** A node beside the first one. */
interface EndpointConfig {
  readonly name: string;
  readonly rpcUrl: string;
}

/** The whole configuration: parsed once, at the edge; deeply frozen; no secret in it. */
export interface EngineConfig {
  readonly executionMode: 'REAL' | 'SIMULATION';
  readonly maxExecutionAmountLamports: bigint;
  readonly slippageToleranceBps: number;
  readonly executionTimeoutMs: number;
  readonly network: {
    readonly name: NetworkName;
    readonly rpcUrl: string;
    readonly wsUrl: string;
    /** Nodes beside the first one, in order of preference. */
    readonly endpoints: readonly EndpointConfig[];
    /** The node a fork copies from. */
    readonly remoteRpcUrl: string | null;
    readonly feed: 'websocket' | 'grpc';
    readonly grpcUrl: string | null;
    readonly grpcToken: SecretPlace;
    readonly commitment: 'processed' | 'confirmed';
    readonly confirmationCommitment: 'confirmed' | 'finalized';
    readonly requestTimeoutMs: number;
    readonly silenceTimeoutMs: number;
    readonly blockhashRefreshMs: number;
  };
  readonly wallet: { readonly keyFile: string | null };
  /** An empty list of pools means: discover them. */
  readonly venues: {
    readonly enabled: readonly VenueStem[];
    readonly pools: readonly string[];
    readonly maxPools: number;
    readonly selfTest: boolean;
  };
  readonly strategy: {
    readonly baseMints: readonly BaseMintConfig[];
    readonly route: 'direct' | 'jupiter' | 'mixed';
    readonly minProfitLamports: bigint;
    readonly maxAgeSlots: number;
    readonly maxCandidates: number;
    readonly computeUnitMarginBps: number;
  };
  readonly risk: RiskLimitsConfig & {
    readonly maxInFlight: number;
    readonly minWalletLamports: bigint;
    readonly maxSessionLossLamports: bigint;
    /** Largest input of the first trades. */
    readonly startExecutionAmountLamports: bigint;
    readonly scaleUpAfterProfits: number;
    readonly maxConsecutiveMisses: number;
    readonly maxSubmissionsPerSecond: number;
    /** Whether what was signed before a halt is still sent again. */
    readonly letLand: boolean;
  };
  readonly senders: SendersConfig;
  readonly jupiter: JupiterConfig;
  readonly monitor: { readonly metricsPort: number };
  readonly alerts: Readonly<Record<string, never>>;
}

export interface ParseConfigOptions {
  /** Whose defaults fill what is not configured; `sandbox` by default. */
  readonly network?: NetworkName;
  /** `TANDEM__SECTION__KEY` values; other names are ignored. */
  readonly overrides?: Readonly<Record<string, string>>;
}

const LAMPORT_DECIMALS = 9;
const PERCENT_TO_BPS_DECIMALS = 2;
const MAX_SLIPPAGE_BPS = 200n;
const U64_MAX = (1n << 64n) - 1n;

/**
 * Parses a configuration text (JSON with comments) into the frozen configuration.
 * @throws CONFIG_SYNTAX_INVALID, CONFIG_KEY_NOT_FOUND, CONFIG_KEY_MISSING, CONFIG_VALUE_INVALID, CONFIG_VENUE_UNSUPPORTED, CONFIG_SECRET_INVALID
 */
export function parseEngineConfig(text: string, options: ParseConfigOptions = {}): EngineConfig {
  const document = parseConfigDocument(text);
  refuseSecrets(document.root);
  const schema = configJsonSchema();
  const value = configValue(document, document.root, DECIMAL_KEYS) as Record<string, unknown>;
  const overriddenBy = applyOverrides(value, options.overrides ?? {}, schema);
  const source: ConfigSource = { document, overriddenBy, value };

  const parsed = configFileSchema.safeParse(value);
  if (!parsed.success) throwIssues(issuesFrom(parsed.error, value, schema), source);
  const issues: ConfigIssue[] = [];
  const config = buildConfig(parsed.data as ConfigFile, options.network ?? 'sandbox', issues);
  throwIssues(issues, source);
  return deepFreeze(config);
}

/** Returns the configuration of a network when nothing is configured. */
export function defaultEngineConfig(network: NetworkName): EngineConfig {
  return parseEngineConfig('{}', { network });
}

function buildConfig(file: ConfigFile, network: NetworkName, issues: ConfigIssue[]): EngineConfig {
  const maxExecutionAmountLamports = readAmount(file, issues);
  const defaults = NETWORK_DEFAULTS[network];
  const rpcUrl = file.network.rpc_url ?? defaults.rpcUrl;
  expectUrls(file, network, issues);
  expectDistinctNames(file, issues);
  return {
    executionMode: file.execution_mode,
    maxExecutionAmountLamports,
    slippageToleranceBps: readSlippage(file, issues),
    executionTimeoutMs: file.execution_timeout_seconds * 1_000,
    network: {
      name: network,
      rpcUrl,
      wsUrl: file.network.ws_url ?? deriveWsUrl(rpcUrl),
      endpoints: file.network.endpoints.map((endpoint) => ({ name: endpoint.name, rpcUrl: endpoint.rpc_url })),
      remoteRpcUrl: file.network.remote_rpc_url ?? null,
      feed: file.network.feed,
      grpcUrl: file.network.grpc_url ?? null,
      grpcToken: secretPlace(file.network.grpc_token_env, file.network.grpc_token_file),
      commitment: file.network.commitment,
      confirmationCommitment: file.network.confirmation_commitment,
      requestTimeoutMs: file.network.request_timeout_ms,
      silenceTimeoutMs: file.network.silence_timeout_ms,
      blockhashRefreshMs: file.network.blockhash_refresh_ms,
    },
    wallet: { keyFile: file.wallet.key_file ?? null },
    venues: {
      enabled: [...new Set(file.venues.enabled)] as VenueStem[],
      pools: readAddresses(['venues', 'pools'], file.venues.pools, issues),
      maxPools: file.venues.max_pools,
      selfTest: file.venues.self_test,
    },
    strategy: {
      baseMints: readBaseMints(file, maxExecutionAmountLamports, issues),
      route: file.strategy.route,
      minProfitLamports: BigInt(file.strategy.min_profit_lamports),
      maxAgeSlots: file.strategy.max_age_slots,
      maxCandidates: file.strategy.max_candidates,
      computeUnitMarginBps: file.strategy.compute_unit_margin_bps,
    },
    risk: {
      maxInFlight: file.risk.max_in_flight,
      minWalletLamports: BigInt(file.risk.min_wallet_lamports),
      maxSessionLossLamports: BigInt(file.risk.max_session_loss_lamports),
      startExecutionAmountLamports: readStartAmount(file, { network, maxExecutionAmountLamports }, issues),
      scaleUpAfterProfits: file.risk.scale_up_after_profits,
      maxConsecutiveMisses: file.risk.max_consecutive_misses,
      maxSubmissionsPerSecond: file.risk.max_submissions_per_second,
      letLand: file.risk.let_land,
      ...readRiskLimits(file, maxExecutionAmountLamports, issues),
    },
    senders: readSenders(file, network, issues),
    jupiter: readJupiter(file),
    monitor: { metricsPort: file.monitor.metrics_port ?? defaults.metricsPort },
    alerts: {},
  };
}

/** The sandbox brings its own servers after the configuration is read; elsewhere what is asked for must be named. */
function expectUrls({ network: urls }: ConfigFile, network: NetworkName, issues: ConfigIssue[]): void {
  if (network !== 'sandbox' && urls.feed === 'grpc' && urls.grpc_url === undefined)
    issues.push(wrongValue(['network', 'grpc_url'], 'the URL of a Yellowstone gRPC server, which feed "grpc" needs'));
}

function readAmount(file: ConfigFile, issues: ConfigIssue[]): bigint {
  const given = file.max_execution_amount_sol;
  const lamports = parseDecimal(String(given), LAMPORT_DECIMALS);
  if (lamports !== null && lamports > 0n && lamports <= U64_MAX) return lamports;
  issues.push(wrongValue(['max_execution_amount_sol'], 'a decimal number of SOL above 0 with at most 9 decimals'));
  return 0n;
}

/** The caps of a network that is not given its own: real money starts small. */
function readStartAmount(file: ConfigFile, limits: StartLimits, issues: ConfigIssue[]): bigint {
  const { network, maxExecutionAmountLamports } = limits;
  const given = file.risk.start_execution_amount_sol;
  if (given === undefined) {
    const start = NETWORK_DEFAULTS[network].startExecutionAmountLamports ?? maxExecutionAmountLamports;
    return start < maxExecutionAmountLamports ? start : maxExecutionAmountLamports;
  }
  const lamports = parseDecimal(String(given), LAMPORT_DECIMALS);
  if (lamports !== null && lamports > 0n && lamports <= maxExecutionAmountLamports) return lamports;
  const allowed = 'a decimal number of SOL above 0 and at most max_execution_amount_sol, with at most 9 decimals';
  issues.push(wrongValue(['risk', 'start_execution_amount_sol'], allowed));
  return maxExecutionAmountLamports;
}

interface StartLimits {
  readonly network: NetworkName;
  readonly maxExecutionAmountLamports: bigint;
}

function readSlippage(file: ConfigFile, issues: ConfigIssue[]): number {
  const given = file.slippage_tolerance;
  const bps = parseDecimal(String(given), PERCENT_TO_BPS_DECIMALS);
  if (bps !== null && bps <= MAX_SLIPPAGE_BPS) return Number(bps);
  issues.push(wrongValue(['slippage_tolerance'], 'a percentage from 0 to 2 with at most 2 decimals'));
  return 0;
}

function readBaseMints(file: ConfigFile, maxLamports: bigint, issues: ConfigIssue[]): BaseMintConfig[] {
  const mints = file.strategy.base_mints.map((given, index): BaseMintConfig => {
    const path = ['strategy', 'base_mints', index];
    if (typeof given === 'string') {
      // Only SOL has a price in lamports by itself; every other mint must be told its bounds and price.
      if (given !== WRAPPED_SOL_MINT)
        issues.push(
          wrongValue(
            path,
            'an object with mint, max_amount_in, min_net_profit and lamport price, for every mint but wrapped SOL',
          ),
        );
      const minNetProfit = BigInt(file.strategy.min_profit_lamports);
      return {
        mint: given,
        maxAmountIn: maxLamports,
        minNetProfit,
        lamportPriceNumerator: 1n,
        lamportPriceDenominator: 1n,
      };
    }
    readAddresses([...path, 'mint'], [given.mint], issues);
    return {
      mint: given.mint,
      maxAmountIn: BigInt(given.max_amount_in),
      minNetProfit: BigInt(given.min_net_profit),
      lamportPriceNumerator: BigInt(given.lamport_price_numerator),
      lamportPriceDenominator: BigInt(given.lamport_price_denominator),
    };
  });
  mints.forEach(({ mint }, index) => {
    if (mints.findIndex((other) => other.mint === mint) < index) {
      issues.push(wrongValue(['strategy', 'base_mints', index], 'a mint that is not on the list already'));
    }
  });
  return mints;
}

/** A node that names its port listens for websockets on the next one, as validators do; without a port both share the scheme's. */
function deriveWsUrl(rpcUrl: string): string {
  const url = new URL(rpcUrl);
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? '' : `:${Math.min(Number(url.port) + 1, 65_535)}`;
  const credentials = url.username === '' ? '' : `${url.username}:${url.password}@`;
  return `${secure ? 'wss' : 'ws'}://${credentials}${url.hostname}${port}${url.pathname}${url.search}`;
}

function throwIssues(issues: readonly ConfigIssue[], source: ConfigSource): void {
  const [first, ...others] = issues;
  if (first !== undefined) throw configError([first, ...others], source);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
