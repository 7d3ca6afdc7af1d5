import type { Severity } from './engine-error.js';

/** What stands behind a code: whether the engine can go on, and what the user can do when the thrower knows nothing better. */
export interface CodeDefinition {
  readonly severity: Severity;
  readonly action: string;
}

const CONFIG_CODES = {
  CONFIG_SYNTAX_INVALID: { severity: 'fatal', action: 'Correct the configuration file at the line and column named.' },
  CONFIG_KEY_NOT_FOUND: { severity: 'fatal', action: 'Remove the key or use the known one that is named.' },
  CONFIG_KEY_MISSING: { severity: 'fatal', action: 'Add the key that is named to the configuration.' },
  CONFIG_VALUE_INVALID: { severity: 'fatal', action: 'Give the key a value of the kind that is named.' },
  CONFIG_VENUE_UNSUPPORTED: { severity: 'fatal', action: 'Enable only venues that are named as known.' },
  CONFIG_SECRET_INVALID: {
    severity: 'fatal',
    action:
      'Take the secret out of the configuration: put the key in a file with mode 0600 and name it in wallet.key_file.',
  },
} as const satisfies Record<string, CodeDefinition>;

const CHAIN_CODES = {
  CHAIN_UNREACHABLE: {
    severity: 'recoverable',
    action: 'Check that network.rpc_url and network.ws_url are right and that the node is up.',
  },
  CHAIN_TIMEOUT: {
    severity: 'recoverable',
    action: 'Use a node that is nearer or less loaded, or raise network.request_timeout_ms.',
  },
  CHAIN_RATE_LIMIT_EXCEEDED: {
    severity: 'recoverable',
    action: 'Wait, or use a node whose plan allows more requests.',
  },
  CHAIN_ACCESS_INVALID: {
    severity: 'fatal',
    action: 'Check the access token in the RPC URL and what its plan allows.',
  },
  CHAIN_REQUEST_TOO_LARGE: { severity: 'recoverable', action: 'Use a node that accepts larger requests.' },
  CHAIN_REQUEST_INVALID: { severity: 'recoverable', action: 'Report this as a bug, with the message.' },
  CHAIN_METHOD_UNSUPPORTED: { severity: 'fatal', action: 'Use a node that serves the method named.' },
  CHAIN_RESPONSE_INVALID: {
    severity: 'recoverable',
    action: 'Check that the URL is a Solana JSON-RPC node; use another node if it keeps failing.',
  },
  CHAIN_NODE_LAG_EXCEEDED: { severity: 'recoverable', action: 'Wait for the node to catch up or use another one.' },
  CHAIN_HISTORY_NOT_FOUND: { severity: 'recoverable', action: 'Use a node that keeps more history.' },
  CHAIN_TRANSACTION_VERSION_UNSUPPORTED: { severity: 'recoverable', action: 'Use a node of a current release.' },
  CHAIN_ENDPOINT_MISMATCH: {
    severity: 'fatal',
    action: 'Check network.rpc_url and network.endpoints: the nodes named are not of one cluster.',
  },
  CHAIN_QUORUM_MISSING: {
    severity: 'recoverable',
    action: 'Wait for the nodes to come back; three endpoints go on where one fails, two do not.',
  },
  CHAIN_BLOCKHASH_EXPIRED: {
    severity: 'recoverable',
    action: 'Wait for the node to answer again; nothing is sent meanwhile.',
  },
  CHAIN_FEED_EXCEEDED: {
    severity: 'recoverable',
    action: 'Watch fewer pools: the machine cannot keep up with their updates.',
  },
  CHAIN_SUBSCRIPTION_INVALID: {
    severity: 'recoverable',
    action: 'Use a node that allows this many websocket subscriptions.',
  },
  CHAIN_GRPC_UNSUPPORTED: {
    severity: 'fatal',
    action: 'Set network.feed to websocket, or run where @triton-one/yellowstone-grpc has a native part.',
  },
  CHAIN_ADDRESS_INVALID: { severity: 'recoverable', action: 'Give a base58 address of 32 bytes.' },
  CHAIN_LOOKUP_TABLE_NOT_FOUND: { severity: 'recoverable', action: 'Check the address of the lookup table.' },
  CHAIN_LOOKUP_TABLE_INVALID: {
    severity: 'recoverable',
    action: 'Check that the address is a lookup table of this cluster.',
  },
  CHAIN_KEY_FILE_INVALID: {
    severity: 'fatal',
    action: 'Give a key file as solana-keygen writes it: a JSON list of 64 numbers.',
  },
} as const satisfies Record<string, CodeDefinition>;

const SENDER_CODES = {
  SENDER_UNREACHABLE: {
    severity: 'recoverable',
    action: 'Check the URL of the sender; the same bytes are sent again.',
  },
  SENDER_TIMEOUT: {
    severity: 'recoverable',
    action: 'The outcome is unknown until the signature is confirmed or expires; the same bytes are sent again.',
  },
  SENDER_RATE_LIMIT_EXCEEDED: { severity: 'recoverable', action: 'Use a node whose plan allows more sends.' },
  SENDER_ACCESS_INVALID: {
    severity: 'fatal',
    action: 'Check the access token in the sender URL and what its plan allows.',
  },
  SENDER_BLOCKHASH_NOT_FOUND: {
    severity: 'recoverable',
    action: 'The node lags or the transaction has expired; wait for the verdict.',
  },
  SENDER_TRANSACTION_INVALID: { severity: 'recoverable', action: "Report this as a bug, with the node's answer." },
  SENDER_TRANSACTION_TOO_LARGE: { severity: 'recoverable', action: 'Use a shorter route or lookup tables.' },
  SENDER_BALANCE_EXCEEDED: { severity: 'recoverable', action: 'Fund the wallet with SOL for fees.' },
  SENDER_PREFLIGHT_INVALID: {
    severity: 'recoverable',
    action: 'The node refused the transaction; see the error in the context.',
  },
  SENDER_NODE_LAG_EXCEEDED: { severity: 'recoverable', action: 'Wait for the node to catch up or use another one.' },
  SENDER_RESPONSE_INVALID: { severity: 'recoverable', action: 'Check that the URL is a Solana JSON-RPC node.' },
  SENDER_SIGNATURE_MISMATCH: {
    severity: 'fatal',
    action: 'Do not use this sender: it answered with another signature than the one sent.',
  },
  SENDER_BUNDLE_ID_MISMATCH: {
    severity: 'recoverable',
    action: 'Do not believe what this block engine says of bundles: its id is not the one of the bytes sent.',
  },
  SENDER_BLOCKHASH_EXPIRED: { severity: 'recoverable', action: 'Wait for the verdict: the transaction is too old.' },
  SENDER_TIP_MISSING: {
    severity: 'recoverable',
    action: 'Set senders.tip_lamports and senders.tip_accounts to what the sender takes.',
  },
  SENDER_TIP_TOO_SHORT: { severity: 'recoverable', action: 'Raise senders.tip_lamports to what the sender takes.' },
  SENDER_TIP_FLOOR_INVALID: {
    severity: 'recoverable',
    action: 'Check senders.jito.tip_floor_url; the fixed tip counts until the floor is known again.',
  },
  SENDER_LOCKS_EXCEEDED: { severity: 'recoverable', action: 'Use a shorter route: it locks too many accounts.' },
  SENDER_LEADER_NOT_FOUND: {
    severity: 'recoverable',
    action: 'Wait for a leader that takes bundles, or send on another road as well.',
  },
  SENDER_PROTECTION_MISSING: {
    severity: 'recoverable',
    action: 'Nothing is to be done: what tips is not sent where a failure would cost its fee.',
  },
  SENDER_VERSION_UNSUPPORTED: {
    severity: 'recoverable',
    action: 'Set senders.transaction_version to v0, or send on a road that takes this version.',
  },
  SENDER_ROAD_MISSING: {
    severity: 'recoverable',
    action: 'Configure a sender that takes such a transaction: see the reasons in the context.',
  },
} as const satisfies Record<string, CodeDefinition>;

const MARKET_CODES = {
  MARKET_POOL_NOT_FOUND: {
    severity: 'fatal',
    action: 'Check venues.pools and venues.enabled: no pool that can be traded was found.',
  },
  MARKET_ACCOUNT_NOT_FOUND: { severity: 'recoverable', action: 'Check the address: the cluster has no such account.' },
  MARKET_POOL_LIMIT_EXCEEDED: {
    severity: 'recoverable',
    action: 'Name the pools to trade in venues.pools, or raise venues.max_pools.',
  },
  MARKET_POOL_RENT_UNSUPPORTED: {
    severity: 'recoverable',
    action: 'Trade other pools; start again once somebody else has swapped in this one.',
  },
  MARKET_LAYOUT_MISMATCH: {
    severity: 'recoverable',
    action: 'Update Tandem: the pool accounts of the venue have another size than this version knows.',
  },
  MARKET_SELF_TEST_MISMATCH: {
    severity: 'fatal',
    action:
      'The venues have changed or the programs are not the real ones: update Tandem, or set venues.self_test to false to trade at your own risk.',
  },
  MARKET_VENUE_MISMATCH: {
    severity: 'recoverable',
    action: 'Enable the venue of this pool in venues.enabled, or take the pool out of venues.pools.',
  },
} as const satisfies Record<string, CodeDefinition>;

const JOURNAL_CODES = {
  JOURNAL_FILE_INVALID: {
    severity: 'fatal',
    action:
      'Check that the data directory exists, is writable and holds a journal of this program, or choose another with --data-dir.',
  },
  JOURNAL_WRITE_INVALID: {
    severity: 'fatal',
    action: 'Free disk space or repair the disk, then start again: sends in flight are resolved first.',
  },
  JOURNAL_LOCK_TIMEOUT: {
    severity: 'fatal',
    action: 'Stop the other process that uses this data directory, or choose another with --data-dir.',
  },
  JOURNAL_MODULE_MISMATCH: {
    severity: 'fatal',
    action: 'Run npx pnpm rebuild better-sqlite3 with the version of Node that runs Tandem.',
  },
  JOURNAL_VERSION_UNSUPPORTED: {
    severity: 'fatal',
    action: 'Install the pinned better-sqlite3: older SQLite releases can corrupt a write-ahead log.',
  },
} as const satisfies Record<string, CodeDefinition>;

const JUPITER_CODES = {
  JUPITER_INSTRUCTION_INVALID: {
    severity: 'recoverable',
    action: 'Nothing was signed; if it repeats, do not use this router: its answers are not what was asked for.',
  },
  JUPITER_UNREACHABLE: { severity: 'recoverable', action: 'Check jupiter.url and that the service is up.' },
  JUPITER_TIMEOUT: { severity: 'recoverable', action: 'Use a nearer host, or raise jupiter.timeout_ms.' },
  JUPITER_RATE_LIMIT_EXCEEDED: {
    severity: 'recoverable',
    action: 'Set jupiter.requests_per_minute to what the plan allows, or use a larger plan.',
  },
  JUPITER_KEY_INVALID: {
    severity: 'fatal',
    action: 'Check the API key that jupiter.key_env or jupiter.key_file names.',
  },
  JUPITER_ACCESS_INVALID: {
    severity: 'recoverable',
    action: 'Check what the plan of the API key allows, and whether the firewall of the service blocks this address.',
  },
  JUPITER_PATH_NOT_FOUND: {
    severity: 'recoverable',
    action: 'Check jupiter.url and jupiter.api: the host does not serve this path.',
  },
  JUPITER_RESPONSE_INVALID: {
    severity: 'recoverable',
    action: 'Check that jupiter.url is a Jupiter swap API of the version jupiter.api names.',
  },
  JUPITER_REQUEST_INVALID: {
    severity: 'recoverable',
    action: 'Check mints and amount; the answer says what is wrong.',
  },
  JUPITER_REQUEST_UNSUPPORTED: {
    severity: 'recoverable',
    action: 'Swap another way; the answer says what is missing.',
  },
  JUPITER_ROUTE_NOT_FOUND: { severity: 'recoverable', action: 'Try another amount or more accounts, or wait.' },
  JUPITER_ROUTE_UNSUPPORTED: {
    severity: 'recoverable',
    action: 'Set jupiter.form to two-instructions where routes often cannot be merged.',
  },
  JUPITER_TOKEN_UNSUPPORTED: {
    severity: 'recoverable',
    action: 'Trade another mint: the router does not trade this one.',
  },
  JUPITER_MARKET_NOT_FOUND: { severity: 'recoverable', action: 'Ask again: the route names a market that is gone.' },
  JUPITER_AMOUNT_TOO_LARGE: { severity: 'recoverable', action: 'Swap less: the route cannot take the whole amount.' },
  JUPITER_CIRCLE_UNSUPPORTED: {
    severity: 'recoverable',
    action: 'Ask for two quotes: the router prices no swap of a mint into itself.',
  },
  JUPITER_THRESHOLD_INVALID: { severity: 'recoverable', action: 'Give another amount or slippage.' },
  JUPITER_ACCOUNTS_EXCEEDED: { severity: 'recoverable', action: 'Lower jupiter.max_accounts.' },
  JUPITER_FEE_INVALID: { severity: 'recoverable', action: 'Report this as a bug: two kinds of fee were asked for.' },
  JUPITER_ACCOUNTS_NOT_FOUND: { severity: 'recoverable', action: 'Ask for a new quote: the route cannot be built.' },
  JUPITER_QUOTE_MISMATCH: {
    severity: 'recoverable',
    action: 'Do not use this host: it answers another question than asked.',
  },
  JUPITER_QUOTE_EXPIRED: {
    severity: 'recoverable',
    action: 'Ask again, or raise jupiter.max_age_slots: the router looks at an old market.',
  },
  JUPITER_MINT_NOT_FOUND: {
    severity: 'recoverable',
    action: 'Check the mint: the cluster has no token of this address.',
  },
  JUPITER_CONFIRMATION_MISSING: {
    severity: 'recoverable',
    action: 'Nothing was signed. Ask for the swap again if it is still wanted.',
  },
  JUPITER_MINIMUM_EXCEEDED: {
    severity: 'recoverable',
    action: 'Look at the new price, then swap again if it is good.',
  },
  JUPITER_SIMULATION_INVALID: { severity: 'recoverable', action: 'Nothing was sent; the reason says what would fail.' },
  JUPITER_TRANSACTION_TOO_LARGE: {
    severity: 'recoverable',
    action: 'Lower jupiter.max_accounts, or swap another pair.',
  },
  JUPITER_SWAP_INVALID: { severity: 'recoverable', action: 'Only the fee is spent; the reason says why it failed.' },
  JUPITER_SWAP_EXPIRED: {
    severity: 'recoverable',
    action: 'Nothing was spent; check that the node forwards transactions.',
  },
} as const satisfies Record<string, CodeDefinition>;

const WALLET_CODES = {
  WALLET_FUNDS_MISSING: { severity: 'fatal', action: 'Fund the wallet, or lower the amounts in the configuration.' },
  WALLET_SETUP_INVALID: {
    severity: 'fatal',
    action: 'See the reason in the context; the wallet could not create its accounts.',
  },
  WALLET_SETUP_TIMEOUT: { severity: 'fatal', action: 'Check that the node forwards transactions, then start again.' },
} as const satisfies Record<string, CodeDefinition>;

const RISK_CODES = {
  RISK_STATE_INVALID: {
    severity: 'fatal',
    action: 'Find out why, see docs/risk.md, and then run `tandem resume`: nothing else lets trading go on.',
  },
} as const satisfies Record<string, CodeDefinition>;

const ENGINE_OWN_CODES = {
  ENGINE_STATE_INVALID: { severity: 'fatal', action: 'Call the engine in its order: start once, then drain or stop.' },
  ENGINE_SENDER_MISSING: { severity: 'fatal', action: 'Configure at least one sender.' },
  ENGINE_ROUTER_MISSING: { severity: 'fatal', action: 'Set strategy.route to direct, or plug a swap router in.' },
  STRATEGY_WORKER_INVALID: {
    severity: 'recoverable',
    action: 'The scan went on in the main thread; restart to get the workers back.',
  },
  STRATEGY_SCAN_TIMEOUT: {
    severity: 'recoverable',
    action: 'The scan went on in the main thread; lower venues.max_pools if it repeats.',
  },
} as const satisfies Record<string, CodeDefinition>;

/** Every code the engine throws itself, with its severity and default action. Codes are never renamed or reused; core codes keep their own table. */
export const ENGINE_CODES = {
  ...CONFIG_CODES,
  ...CHAIN_CODES,
  ...SENDER_CODES,
  ...MARKET_CODES,
  ...JOURNAL_CODES,
  ...JUPITER_CODES,
  ...WALLET_CODES,
  ...RISK_CODES,
  ...ENGINE_OWN_CODES,
} as const satisfies Record<string, CodeDefinition>;

export type EngineCode = keyof typeof ENGINE_CODES;
