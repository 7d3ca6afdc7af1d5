import { z } from 'zod';
import { VENUE_STEMS } from '../market/venue-catalog.js';
import { RISK_LIMITS } from './risk-limits-schema.js';
import { decimal, positiveRawUnits, rawUnits, wholeNumber } from './value-kinds.js';

/** Mint of wrapped SOL. */
export const WRAPPED_SOL_MINT = 'So11111111111111111111111111111111111111112';

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `one of ${values.map((value) => `"${value}"`).join(', ')}` });
}

function url(protocols: RegExp, error: string) {
  return z.url({ protocol: protocols, error });
}

const address = z
  .string({ error: 'a base58 address' })
  .regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/, { error: 'a base58 address' });
const addressList = (max: number) =>
  z
    .array(address, { error: 'a list of base58 addresses' })
    .max(max, { error: `a list of at most ${max} base58 addresses` });
const filePath = z
  .string({ error: 'the path of a file' })
  .min(1, { error: 'the path of a file' })
  .max(4096, { error: 'the path of a file' });

const httpUrl = url(/^https?$/, 'an http:// or https:// URL');
const label = z
  .string({ error: 'a name of letters, digits, - and _' })
  .regex(/^[A-Za-z0-9_-]{1,32}$/, { error: 'a name of at most 32 letters, digits, - and _' });
const environmentName = z
  .string({ error: 'the name of an environment variable' })
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, { error: 'the name of an environment variable' });

const baseMint = z.strictObject(
  {
    mint: address,
    max_amount_in: positiveRawUnits('raw units'),
    min_net_profit: positiveRawUnits('raw units'),
    lamport_price_numerator: positiveRawUnits('raw units'),
    lamport_price_denominator: positiveRawUnits('lamports'),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type' ? 'a base58 address, or an object with mint, bounds and price' : undefined,
  },
);

const endpoint = z.strictObject({
  name: label.describe('Name in events, alerts and metrics'),
  rpc_url: httpUrl.describe('JSON-RPC endpoint'),
});

const network = z.strictObject({
  rpc_url: httpUrl.optional().describe('JSON-RPC endpoint; default by network'),
  ws_url: url(/^wss?$/, 'a ws:// or wss:// URL')
    .optional()
    .describe('Websocket endpoint; default derived from rpc_url'),
  endpoints: z
    .array(endpoint, { error: 'a list of endpoints' })
    .max(15, { error: 'a list of at most 15 endpoints' })
    .default([])
    .describe('Further nodes, for reads, verdicts and fan-out sends'),
  remote_rpc_url: httpUrl.optional().describe('fork: the node whose accounts and programs are copied on demand'),
  feed: oneOf(['websocket', 'grpc']).default('websocket').describe('Where account updates come from'),
  grpc_url: httpUrl.optional().describe('Yellowstone gRPC endpoint, for feed grpc'),
  grpc_token_env: environmentName.optional().describe('Environment variable that holds the x-token of grpc_url'),
  grpc_token_file: filePath.optional().describe('File that holds the x-token of grpc_url'),
  commitment: oneOf(['processed', 'confirmed'])
    .default('processed')
    .describe('Commitment of account updates and reads'),
  confirmation_commitment: oneOf(['confirmed', 'finalized'])
    .default('confirmed')
    .describe('Commitment at which an outcome counts'),
  request_timeout_ms: wholeNumber({ min: 100, max: 120_000, unit: 'milliseconds' })
    .default(10_000)
    .describe('Deadline of one read, retries included'),
  silence_timeout_ms: wholeNumber({ min: 200, max: 120_000, unit: 'milliseconds' })
    .default(5_000)
    .describe('No slot update for so long: the feed is lost'),
  blockhash_refresh_ms: wholeNumber({ min: 50, max: 20_000, unit: 'milliseconds' })
    .default(1_000)
    .describe('Time between blockhash refreshes'),
});

const wallet = z.strictObject({
  key_file: filePath.optional().describe('Path of a Solana CLI key file with mode 0600'),
});

const venues = z.strictObject({
  enabled: z
    .array(oneOf(VENUE_STEMS as readonly [string, ...string[]]), { error: 'a list of venue names' })
    .min(1, { error: 'a list of at least one venue name' })
    .default([...VENUE_STEMS])
    .describe('Venues to trade on'),
  pools: addressList(10_000).default([]).describe('Pools to trade; empty: discover all pools of the enabled venues'),
  max_pools: wholeNumber({ min: 1, max: 100_000, unit: 'pools' }).default(2_000).describe('Most pools discovery takes'),
  self_test: z
    .boolean({ error: 'true or false' })
    .default(true)
    .describe('Compare a quote of each venue with a simulated swap at the start, and disable the venues that differ'),
});

const strategy = z.strictObject({
  base_mints: z
    .array(z.union([address, baseMint], { error: 'a base58 address, or an object with mint, bounds and price' }), {
      error: 'a list of base mints',
    })
    .min(1, { error: 'a list of at least one base mint' })
    .max(16, { error: 'a list of at most 16 base mints' })
    .default([WRAPPED_SOL_MINT])
    .describe('Mints cycles start and end in'),
  route: oneOf(['direct', 'jupiter', 'mixed'])
    .default('direct')
    .describe('direct: our own swaps; jupiter: every leg through Jupiter; mixed: one leg each way'),
  min_profit_lamports: positiveRawUnits('lamports')
    .default(10_000)
    .describe('Smallest expected net profit worth a transaction'),
  max_age_slots: wholeNumber({ min: 1, max: 150, unit: 'slots' })
    .default(4)
    .describe('Oldest picture of the market that is acted on'),
  max_candidates: wholeNumber({ min: 1, max: 1_000, unit: 'candidates' })
    .default(16)
    .describe('Candidates of one search'),
  compute_unit_margin_bps: wholeNumber({ min: 0, max: 20_000, unit: 'basis points' })
    .default(1_000)
    .describe('Compute-unit limit above the estimate'),
});

const risk = z.strictObject({
  max_in_flight: wholeNumber({ min: 1, max: 256, unit: 'submissions' })
    .default(8)
    .describe('Submissions without a verdict at one time'),
  min_wallet_lamports: rawUnits('lamports').default(10_000_000).describe('Native balance the wallet never goes below'),
  max_session_loss_lamports: positiveRawUnits('lamports')
    .default(100_000_000)
    .describe('Net loss of a run at which the engine halts'),
  start_execution_amount_sol: decimal('a decimal number of SOL above 0 with at most 9 decimals')
    .optional()
    .describe(
      'Largest input of the first trades; it doubles after proven profits, halves after a loss; default by network',
    ),
  scale_up_after_profits: wholeNumber({ min: 1, max: 10_000, unit: 'trades' })
    .default(5)
    .describe('Trades with a proven profit in a row after which the largest input doubles'),
  max_consecutive_misses: wholeNumber({ min: 1, max: 100_000, unit: 'misses' })
    .default(50)
    .describe('Misses in a row at which the engine halts'),
  max_submissions_per_second: wholeNumber({ min: 1, max: 10_000, unit: 'submissions' })
    .default(200)
    .describe('Submission rate'),
  let_land: z
    .boolean()
    .default(false)
    .describe('Whether transactions that were signed before a halt are still sent again until they land or expire'),
  ...RISK_LIMITS,
});

const jito = z.strictObject({
  block_engine_urls: z
    .array(httpUrl, { error: 'a list of block engine URLs' })
    .max(16, { error: 'a list of at most 16 block engine URLs' })
    .default([])
    .describe('Base URL of each region; all of them are sent to; default by network'),
  submit: oneOf(['bundle', 'transaction'])
    .default('bundle')
    .describe('bundle: sendBundle; transaction: sendTransaction with bundleOnly=true'),
  auth_env: environmentName.optional().describe('Environment variable that holds the x-jito-auth token'),
  auth_file: filePath.optional().describe('File that holds the x-jito-auth token'),
  requests_per_second: wholeNumber({ min: 1, max: 1_000, unit: 'requests' })
    .default(1)
    .describe('Rate budget of each region'),
  tip_floor_url: httpUrl.optional().describe('Tip floor feed; default by network'),
});

const stakedSender = z.strictObject({
  name: label.describe('Name in events, alerts and metrics'),
  url: httpUrl.describe('Where transactions are posted'),
  dialect: oneOf(['rpc', 'bloxroute', 'jupiter'])
    .default('rpc')
    .describe('rpc: sendTransaction; bloxroute: /api/v2/submit; jupiter: sendTransaction as tx.jup.ag takes it'),
  token_header: z
    .string({ error: 'the name of an HTTP header' })
    .regex(/^[A-Za-z0-9-]{1,64}$/, { error: 'the name of an HTTP header' })
    .default('authorization')
    .describe('Header that carries the token'),
  token_env: environmentName.optional().describe('Environment variable that holds the token'),
  token_file: filePath.optional().describe('File that holds the token'),
  requests_per_second: wholeNumber({ min: 1, max: 10_000, unit: 'requests' }).default(5).describe('Rate budget'),
  min_tip_lamports: rawUnits('lamports').default(0).describe('Smallest tip this sender takes; below it is left out'),
  tip_accounts: addressList(64).default([]).describe('Accounts its tip goes to, one of them a transaction'),
});

const senders = z.strictObject({
  sender: oneOf(['rpc', 'fanout', 'jito'])
    .default('rpc')
    .describe('rpc: the first node; fanout: every node and staked sender; jito: every block engine region'),
  jito: jito.prefault({}),
  staked: z
    .array(stakedSender, { error: 'a list of staked senders' })
    .max(16, { error: 'a list of at most 16 staked senders' })
    .default([])
    .describe('Staked senders, used beside the chosen one'),
  transaction_version: oneOf(['auto', 'v0', 'v1'])
    .default('auto')
    .describe('auto: v0, and v1 for what is too large for v0 where the network accepts it'),
  lookup_tables: addressList(32).default([]).describe('Address lookup tables that make transactions smaller'),
  tip_policy: oneOf(['fixed', 'share', 'floor'])
    .default('fixed')
    .describe('fixed: tip_lamports; share: plus tip_share_bps of the profit; floor: at least the tip floor as well'),
  tip_floor_percentile: oneOf(['25', '50', '75', '95', '99'])
    .default('50')
    .describe('Percentile of landed tips that the floor policy follows'),
  max_tip_lamports: rawUnits('lamports').default(10_000_000).describe('No transaction tips more'),
  tip_budget_lamports: rawUnits('lamports').default(1_000_000_000).describe('All tips of 24 hours together'),
  compute_price: oneOf(['fixed', 'recent'])
    .default('fixed')
    .describe('recent: from the fees lately paid for the written accounts, within the two bounds'),
  compute_price_percentile: wholeNumber({ min: 1, max: 100, unit: 'percent' })
    .default(75)
    .describe('Percentile of recent fees'),
  max_compute_unit_price_micro_lamports: rawUnits('micro-lamports')
    .default(1_000_000)
    .describe('No transaction offers more for a compute unit'),
  tip_lamports: rawUnits('lamports').default(0).describe('Fixed tip'),
  tip_share_bps: wholeNumber({ min: 0, max: 9_000, unit: 'basis points' })
    .default(0)
    .describe('Share of the gross profit tipped on top'),
  tip_accounts: addressList(64).default([]).describe('Accounts a tip goes to, one of them a transaction'),
  compute_unit_price_micro_lamports: rawUnits('micro-lamports').default(1_000).describe('Priority fee a compute unit'),
  rebroadcast_ms: wholeNumber({ min: 50, max: 30_000, unit: 'milliseconds' })
    .default(400)
    .describe('Time between two sends of the same bytes'),
});

const jupiter = z.strictObject({
  url: httpUrl.default('https://api.jup.ag').describe('Host of the API, without /swap/v1'),
  api: oneOf(['v1', 'v2'])
    .default('v1')
    .describe('v1: quote and swap-instructions; v2: build, which cannot merge two quotes'),
  key_env: environmentName.optional().describe('Environment variable that holds the API key'),
  key_file: filePath.optional().describe('File that holds the API key'),
  form: oneOf(['merged', 'two-instructions'])
    .default('merged')
    .describe('merged: two quotes in one swap instruction; two-instructions: one each'),
  requests_per_minute: wholeNumber({ min: 1, max: 100_000, unit: 'requests' })
    .default(60)
    .describe('Rate budget of the organisation; all keys share it'),
  timeout_ms: wholeNumber({ min: 50, max: 60_000, unit: 'milliseconds' })
    .default(2_000)
    .describe('Deadline of one call, retries included'),
  max_accounts: wholeNumber({ min: 8, max: 64, unit: 'accounts' })
    .default(32)
    .describe('Accounts of one quote at first; it steps down while the transaction is too large'),
  max_age_slots: wholeNumber({ min: 1, max: 150, unit: 'slots' })
    .default(4)
    .describe('Oldest picture of the market a quote may rest on'),
});

const monitor = z.strictObject({
  metrics_port: wholeNumber({ min: 0, max: 65_535, unit: 'port' })
    .optional()
    .describe('Loopback port of the metrics; 0: any free one'),
});

/** The configuration file: the only description of it, from which `config.schema.json` is written. */
export const configFileSchema = z.strictObject({
  $schema: z.string({ error: 'a string' }).optional(),
  execution_mode: oneOf(['REAL', 'SIMULATION'])
    .default('SIMULATION')
    .describe('REAL signs and sends; SIMULATION signs nothing'),
  max_execution_amount_sol: decimal('a decimal number of SOL above 0 with at most 9 decimals')
    .default('1.0')
    .describe('Largest input of one trade, SOL'),
  slippage_tolerance: decimal('a percentage from 0 to 2 with at most 2 decimals')
    .default('1.5')
    .describe('Percent; above 2 is refused'),
  execution_timeout_seconds: wholeNumber({ min: 1, max: 600, unit: 'seconds' })
    .default(30)
    .describe('Time in which a submission must have a verdict'),
  network: network.prefault({}),
  wallet: wallet.prefault({}),
  venues: venues.prefault({}),
  strategy: strategy.prefault({}),
  risk: risk.prefault({}),
  senders: senders.prefault({}),
  jupiter: jupiter.prefault({}),
  monitor: monitor.prefault({}),
  alerts: z.strictObject({}).prefault({}),
});

/** A configuration file after the schema: snake_case, defaults filled in. */
export type ConfigFile = z.output<typeof configFileSchema>;

/** Keys whose numbers are kept as written, so that their decimals stay exact. */
export const DECIMAL_KEYS: ReadonlySet<string> = new Set([
  'max_execution_amount_sol',
  'slippage_tolerance',
  'start_execution_amount_sol',
  'max_exposure_sol',
  'max_inventory_sol',
]);

/** A node of the JSON Schema, as far as it is read here. */
export interface JsonSchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly items?: JsonSchemaNode;
  readonly anyOf?: readonly JsonSchemaNode[];
}

/** Returns the JSON Schema of the configuration file. */
export function configJsonSchema(): JsonSchemaNode {
  return z.toJSONSchema(configFileSchema, { io: 'input', target: 'draft-2020-12' }) as JsonSchemaNode;
}
