import type { ConfigFile } from './config-file-schema.js';
import { type ConfigIssue, wrongValue } from './config-issue.js';
import { NETWORK_DEFAULTS, type NetworkName } from './defaults.js';
import { readAddresses } from './read-addresses.js';
import { type SecretPlace, secretPlace } from './secret-place.js';

/** A staked connection to leaders, rented from someone. */
export interface StakedSenderConfig {
  readonly name: string;
  readonly url: string;
  readonly dialect: 'rpc' | 'bloxroute' | 'jupiter';
  readonly tokenHeader: string;
  readonly token: SecretPlace;
  readonly requestsPerSecond: number;
  readonly minTipLamports: bigint;
  readonly tipAccounts: readonly string[];
}

/** Jito's block engine. */
interface JitoConfig {
  /** Base URL of each region. */
  readonly blockEngineUrls: readonly string[];
  readonly submit: 'bundle' | 'transaction';
  readonly auth: SecretPlace;
  /** Rate budget of each region. */
  readonly requestsPerSecond: number;
  readonly tipFloorUrl: string | null;
}

/** Roads to the leader, and what is paid on them. */
export interface SendersConfig {
  readonly sender: 'rpc' | 'fanout' | 'jito';
  readonly jito: JitoConfig;
  readonly staked: readonly StakedSenderConfig[];
  readonly transactionVersion: 'auto' | 'v0' | 'v1';
  /** Base58. */
  readonly lookupTables: readonly string[];
  readonly tipPolicy: 'fixed' | 'share' | 'floor';
  /** Percentile of landed tips. */
  readonly tipFloorPercentile: 25 | 50 | 75 | 95 | 99;
  readonly tipLamports: bigint;
  readonly tipShareBps: number;
  readonly tipAccounts: readonly string[];
  readonly maxTipLamports: bigint;
  /** All tips of a run together. */
  readonly tipBudgetLamports: bigint;
  readonly computePrice: 'fixed' | 'recent';
  readonly computePricePercentile: number;
  /** The price where it is fixed, the lower bound where it follows recent fees. */
  readonly computeUnitPriceMicroLamports: bigint;
  readonly maxComputeUnitPriceMicroLamports: bigint;
  readonly rebroadcastMs: number;
}

/** Returns the section `senders`. */
export function readSenders(file: ConfigFile, network: NetworkName, issues: ConfigIssue[]): SendersConfig {
  const { senders } = file;
  const computeUnitPriceMicroLamports = BigInt(senders.compute_unit_price_micro_lamports);
  const maxComputeUnitPriceMicroLamports = BigInt(senders.max_compute_unit_price_micro_lamports);
  if (computeUnitPriceMicroLamports > maxComputeUnitPriceMicroLamports) {
    const allowed = `at most senders.max_compute_unit_price_micro_lamports (${maxComputeUnitPriceMicroLamports})`;
    issues.push(wrongValue(['senders', 'compute_unit_price_micro_lamports'], allowed));
  }
  return {
    sender: senders.sender,
    jito: readJito(file, network, issues),
    staked: readStaked(file, issues),
    transactionVersion: senders.transaction_version,
    lookupTables: readAddresses(['senders', 'lookup_tables'], senders.lookup_tables, issues),
    ...readTip(file, network, issues),
    computePrice: senders.compute_price,
    computePricePercentile: senders.compute_price_percentile,
    computeUnitPriceMicroLamports,
    maxComputeUnitPriceMicroLamports,
    rebroadcastMs: senders.rebroadcast_ms,
  };
}

function readJito({ senders }: ConfigFile, network: NetworkName, issues: ConfigIssue[]): JitoConfig {
  const { jito } = senders;
  const known = NETWORK_DEFAULTS[network].jito;
  const blockEngineUrls = jito.block_engine_urls.length > 0 ? jito.block_engine_urls : known.blockEngineUrls;
  // The sandbox adds its own block engine after the configuration is read.
  if (senders.sender === 'jito' && blockEngineUrls.length === 0 && network !== 'sandbox')
    issues.push(
      wrongValue(['senders', 'jito', 'block_engine_urls'], `a list of block engines: ${network} has none by default`),
    );
  return {
    blockEngineUrls,
    submit: jito.submit,
    auth: secretPlace(jito.auth_env, jito.auth_file),
    requestsPerSecond: jito.requests_per_second,
    tipFloorUrl: jito.tip_floor_url ?? known.tipFloorUrl,
  };
}

function readStaked({ senders }: ConfigFile, issues: ConfigIssue[]): StakedSenderConfig[] {
  return senders.staked.map((staked, index) => {
    const path = ['senders', 'staked', index];
    const minTipLamports = BigInt(staked.min_tip_lamports);
    const tipAccounts = readAddresses([...path, 'tip_accounts'], staked.tip_accounts, issues);
    if (minTipLamports > 0n && tipAccounts.length === 0)
      issues.push(wrongValue([...path, 'tip_accounts'], 'a list of at least one base58 address where its tip is paid'));
    return {
      name: staked.name,
      url: staked.url,
      dialect: staked.dialect,
      tokenHeader: staked.token_header,
      token: secretPlace(staked.token_env, staked.token_file),
      requestsPerSecond: staked.requests_per_second,
      minTipLamports,
      tipAccounts,
    };
  });
}

type TipConfig = Pick<
  SendersConfig,
  | 'tipPolicy'
  | 'tipFloorPercentile'
  | 'tipLamports'
  | 'tipShareBps'
  | 'tipAccounts'
  | 'maxTipLamports'
  | 'tipBudgetLamports'
>;

function readTip({ senders }: ConfigFile, network: NetworkName, issues: ConfigIssue[]): TipConfig {
  const tipLamports = BigInt(senders.tip_lamports);
  const tipShareBps = senders.tip_share_bps;
  const given = readAddresses(['senders', 'tip_accounts'], senders.tip_accounts, issues);
  const isJito = senders.sender === 'jito';
  const tipAccounts = given.length === 0 && isJito ? NETWORK_DEFAULTS[network].jito.tipAccounts : given;
  const tips = tipLamports > 0n || tipShareBps > 0;
  if (tipAccounts.length === 0 && (tips || (isJito && network !== 'sandbox')))
    issues.push(wrongValue(['senders', 'tip_accounts'], 'a list of at least one base58 address where a tip is paid'));
  const maxTipLamports = BigInt(senders.max_tip_lamports);
  if (tipLamports > maxTipLamports)
    issues.push(wrongValue(['senders', 'tip_lamports'], `at most senders.max_tip_lamports (${maxTipLamports})`));
  return {
    tipPolicy: senders.tip_policy,
    tipFloorPercentile: Number(senders.tip_floor_percentile) as SendersConfig['tipFloorPercentile'],
    tipLamports,
    tipShareBps,
    tipAccounts,
    maxTipLamports,
    tipBudgetLamports: BigInt(senders.tip_budget_lamports),
  };
}
