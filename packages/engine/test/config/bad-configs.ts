/** One configuration that must be refused, the code it is refused with, and what the message must name. */
export interface BadConfig {
  readonly name: string;
  readonly text: string;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly code: string;
  readonly names: readonly string[];
  /** Must not appear anywhere in the error. */
  readonly hides?: string;
}

const SECRET_LIST = JSON.stringify(Array.from({ length: 64 }, (_, index) => (index * 37) % 256));
const SECRET_TEXT = '4Z7cXSyeFR8wNGMVXUE1TwtKn5D5Vu7FzEv69dokLv7KrQk7h6pu4LF8ZRR9yQBhc7uSM6RTTZtU1fmaxiNrxXrs';
const WRONG = 'CONFIG_VALUE_INVALID';
const UNKNOWN = 'CONFIG_KEY_NOT_FOUND';
const SYNTAX = 'CONFIG_SYNTAX_INVALID';
const SECRET = 'CONFIG_SECRET_INVALID';

/** Every kind of mistake seen or feared in a configuration. */
export const BAD_CONFIGS: readonly BadConfig[] = [
  { name: 'an empty file', text: '', code: SYNTAX, names: ['line 1'] },
  { name: 'only a comment', text: '// nothing yet\n', code: SYNTAX, names: ['value expected'] },
  {
    name: 'a missing comma',
    text: '{\n  "execution_mode": "REAL"\n  "slippage_tolerance": 1\n}',
    code: SYNTAX,
    names: ['line 3, column 3', 'comma'],
  },
  { name: 'a missing brace', text: '{ "network": { "rpc_url": "http://x" }', code: SYNTAX, names: ['line 1', 'brace'] },
  { name: 'an unfinished string', text: '{\n\n"execution_mode": "REAL\n}', code: SYNTAX, names: ['line 3'] },
  { name: 'single quotes', text: "{ 'execution_mode': 'REAL' }", code: SYNTAX, names: ['line 1, column 3'] },
  { name: 'text after the end', text: '{} {}', code: SYNTAX, names: ['line 1, column 4'] },
  { name: 'a list at the top', text: '[1, 2]', code: SYNTAX, names: ['must be an object, not a array'] },
  { name: 'a word at the top', text: 'null', code: SYNTAX, names: ['must be an object'] },
  { name: 'a number no JSON has', text: '{ "slippage_tolerance": 0x10 }', code: SYNTAX, names: ['line 1'] },
  { name: 'NaN', text: '{ "slippage_tolerance": NaN }', code: SYNTAX, names: ['line 1'] },
  {
    name: 'the same key twice',
    text: '{ "slippage_tolerance": 1,\n "slippage_tolerance": 2 }',
    code: SYNTAX,
    names: ['line 2, column 2', 'stands twice'],
  },
  {
    name: 'the same key twice in a section',
    text: '{ "risk": { "max_in_flight": 1, "max_in_flight": 2 } }',
    code: SYNTAX,
    names: ['max_in_flight'],
  },
  { name: 'a tower of brackets', text: '['.repeat(100_000), code: SYNTAX, names: ['nested deeper'] },
  { name: 'a file of two megabytes', text: `{"$schema":"${'x'.repeat(2_000_000)}"}`, code: SYNTAX, names: ['1 MB'] },

  {
    name: 'a node that has the name of the first one',
    text: '{ "network": { "endpoints": [{ "name": "rpc", "rpc_url": "http://b" }] } }',
    code: WRONG,
    names: ['network.endpoints[0].name', 'a name of its own', 'network.rpc_url'],
  },
  {
    name: 'two nodes of one name',
    text: '{ "network": { "endpoints": [{ "name": "b", "rpc_url": "http://b" }, { "name": "b", "rpc_url": "http://c" }] } }',
    code: WRONG,
    names: ['network.endpoints[1].name', 'network.endpoints[0]'],
  },
  {
    name: 'two staked senders of one name, of which one would be given the token of the other',
    text: '{ "senders": { "staked": [{ "name": "s", "url": "http://b" }, { "name": "s", "url": "http://c" }] } }',
    code: WRONG,
    names: ['senders.staked[1].name', 'senders.staked[0]'],
  },
  {
    name: 'a staked sender with the name of a node',
    text: '{ "network": { "endpoints": [{ "name": "b", "rpc_url": "http://b" }] }, "senders": { "staked": [{ "name": "b", "url": "http://c" }] } }',
    code: WRONG,
    names: ['senders.staked[0].name', 'network.endpoints[0]'],
  },

  {
    name: 'a misspelt top-level key',
    text: '{ "slipage_tolerance": 1 }',
    code: UNKNOWN,
    names: ['slipage_tolerance', 'did you mean slippage_tolerance?'],
  },
  {
    name: 'a camelCase key',
    text: '{ "maxExecutionAmountSol": 1 }',
    code: UNKNOWN,
    names: ['max_execution_amount_sol'],
  },
  {
    name: 'an upper-case key',
    text: '{ "EXECUTION_MODE": "REAL" }',
    code: UNKNOWN,
    names: ['did you mean execution_mode?'],
  },
  {
    name: 'a key of a section at the top',
    text: '{ "rpc_url": "http://x" }',
    code: UNKNOWN,
    names: ['did you mean network.rpc_url?'],
  },
  {
    name: 'a key of another section',
    text: '{ "network": { "tip_lamports": 5 } }',
    code: UNKNOWN,
    names: ['network.tip_lamports', 'senders.tip_lamports'],
  },
  { name: 'a misspelt section', text: '{ "netwrok": {} }', code: UNKNOWN, names: ['did you mean network?'] },
  {
    name: 'a misspelt key in a section',
    text: '{\n "risk": {\n  "max_inflight": 1 } }',
    code: UNKNOWN,
    names: ['risk.max_inflight', 'line 3, column 19', 'risk.max_in_flight'],
  },
  {
    name: 'a key nothing is like',
    text: '{ "zzzzzzzzzzzzzzzzzzzzzz": 1 }',
    code: UNKNOWN,
    names: ['known here', 'execution_mode'],
  },
  {
    name: 'a key in an empty section',
    text: '{ "jupiter": { "slippage": 1 } }',
    code: UNKNOWN,
    names: ['jupiter.slippage'],
  },
  { name: '__proto__', text: '{ "__proto__": { "execution_mode": "REAL" } }', code: UNKNOWN, names: ['__proto__'] },
  { name: 'constructor', text: '{ "constructor": 1 }', code: UNKNOWN, names: ['constructor'] },
  {
    name: 'an unknown key of a base mint',
    text: '{ "strategy": { "base_mints": [ { "mnt": "x" } ] } }',
    code: UNKNOWN,
    names: ['strategy.base_mints[0].mnt', 'did you mean strategy.base_mints[0].mint?'],
  },

  {
    name: 'a mode in lower case',
    text: '{ "execution_mode": "real" }',
    code: WRONG,
    names: ['"real"', '"REAL", "SIMULATION"'],
  },
  {
    name: 'a mode that is a boolean',
    text: '{ "execution_mode": true }',
    code: WRONG,
    names: ['execution_mode', 'true'],
  },
  { name: 'null for a mode', text: '{ "execution_mode": null }', code: WRONG, names: ['null'] },
  { name: 'an amount of zero', text: '{ "max_execution_amount_sol": 0 }', code: WRONG, names: ['is 0;', 'above 0'] },
  { name: 'an amount of 0.0', text: '{ "max_execution_amount_sol": 0.0 }', code: WRONG, names: ['is 0.0;'] },
  { name: 'a negative amount', text: '{ "max_execution_amount_sol": -1 }', code: WRONG, names: ['-1'] },
  {
    name: 'an amount with ten decimals',
    text: '{ "max_execution_amount_sol": 0.0000000001 }',
    code: WRONG,
    names: ['0.0000000001', '9 decimals'],
  },
  {
    name: 'an amount beyond u64',
    text: '{ "max_execution_amount_sol": 18446744073.709551616 }',
    code: WRONG,
    names: ['18446744073.709551616'],
  },
  { name: 'an amount that is a word', text: '{ "max_execution_amount_sol": "all" }', code: WRONG, names: ['"all"'] },
  { name: 'an amount with a unit', text: '{ "max_execution_amount_sol": "1 SOL" }', code: WRONG, names: ['1 SOL'] },
  {
    name: 'an amount with a gigantic exponent',
    text: '{ "max_execution_amount_sol": 1e999 }',
    code: WRONG,
    names: ['1e999'],
  },
  {
    name: 'slippage above two percent',
    text: '{ "slippage_tolerance": 2.01 }',
    code: WRONG,
    names: ['is 2.01;', 'from 0 to 2'],
  },
  { name: 'negative slippage', text: '{ "slippage_tolerance": -0.5 }', code: WRONG, names: ['-0.5'] },
  {
    name: 'slippage in fractions of a basis point',
    text: '{ "slippage_tolerance": 1.505 }',
    code: WRONG,
    names: ['1.505', '2 decimals'],
  },
  { name: 'slippage with a percent sign', text: '{ "slippage_tolerance": "1%" }', code: WRONG, names: ['"1%"'] },
  { name: 'a timeout of zero', text: '{ "execution_timeout_seconds": 0 }', code: WRONG, names: ['is 0', '1 to 600'] },
  {
    name: 'a timeout with a fraction',
    text: '{ "execution_timeout_seconds": 1.5 }',
    code: WRONG,
    names: ['1.5', 'whole number'],
  },
  { name: 'a timeout as text', text: '{ "execution_timeout_seconds": "30" }', code: WRONG, names: ['"30"'] },
  { name: 'a section that is a list', text: '{ "network": [] }', code: WRONG, names: ['network'] },
  {
    name: 'a breaker that could never trip',
    text: '{ "risk": { "max_shortfalls": 21 } }',
    code: WRONG,
    names: ['risk.max_shortfalls', 'shortfall_window_trades'],
  },
  {
    name: 'an exposure of nothing',
    text: '{ "risk": { "max_exposure_sol": 0 } }',
    code: WRONG,
    names: ['risk.max_exposure_sol', 'above 0'],
  },
  { name: 'a section that is null', text: '{ "risk": null }', code: WRONG, names: ['risk'] },
  {
    name: 'an RPC URL without a scheme',
    text: '{ "network": { "rpc_url": "127.0.0.1:8899" } }',
    code: WRONG,
    names: ['network.rpc_url', 'http:// or https://'],
  },
  { name: 'a websocket URL for RPC', text: '{ "network": { "rpc_url": "ws://x" } }', code: WRONG, names: ['ws://x'] },
  {
    name: 'an HTTP URL for the websocket',
    text: '{ "network": { "ws_url": "http://x" } }',
    code: WRONG,
    names: ['ws:// or wss://'],
  },
  {
    name: 'an unknown commitment',
    text: '{ "network": { "commitment": "recent" } }',
    code: WRONG,
    names: ['"processed", "confirmed"'],
  },
  { name: 'an empty list of venues', text: '{ "venues": { "enabled": [] } }', code: WRONG, names: ['at least one'] },
  {
    name: 'venues as one word',
    text: '{ "venues": { "enabled": "raydium_cpmm" } }',
    code: WRONG,
    names: ['a list of venue names'],
  },
  {
    name: 'a pool that is no address',
    text: '{ "venues": { "pools": ["hello"] } }',
    code: WRONG,
    names: ['venues.pools[0]', '"hello"'],
  },
  {
    name: 'a pool address of the wrong length',
    text: '{ "venues": { "pools": ["11111111111111111111111111111111111"] } }',
    code: WRONG,
    names: ['32 bytes'],
  },
  {
    name: 'a pool address with a zero in it',
    text: '{ "venues": { "pools": ["0o11111111111111111111111111111111111111112"] } }',
    code: WRONG,
    names: ['venues.pools[0]'],
  },
  {
    name: 'a foreign base mint without a price',
    text: '{ "strategy": { "base_mints": ["EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"] } }',
    code: WRONG,
    names: ['lamport price'],
  },
  {
    name: 'a base mint twice',
    text: '{ "strategy": { "base_mints": ["So11111111111111111111111111111111111111112", "So11111111111111111111111111111111111111112"] } }',
    code: WRONG,
    names: ['base_mints[1]', 'already'],
  },
  {
    name: 'a minimum profit of zero',
    text: '{ "strategy": { "min_profit_lamports": 0 } }',
    code: WRONG,
    names: ['from 1'],
  },
  {
    name: 'a base mint object without its bounds',
    text: '{ "strategy": { "base_mints": [ { "mint": "So11111111111111111111111111111111111111112" } ] } }',
    code: 'CONFIG_KEY_MISSING',
    names: ['max_amount_in'],
  },
  {
    name: 'a tip beyond u64',
    text: '{ "senders": { "tip_lamports": "18446744073709551616" } }',
    code: WRONG,
    names: ['senders.tip_lamports', '2^64-1'],
  },
  {
    name: 'a tip that lost digits',
    text: '{ "senders": { "tip_lamports": 9007199254740993 } }',
    code: WRONG,
    names: ['is 9007199254740993;', 'string of digits'],
  },
  {
    name: 'a tip without an account',
    text: '{ "senders": { "tip_lamports": 5 } }',
    code: WRONG,
    names: ['tip_accounts', 'where a tip is paid'],
  },
  {
    name: 'more than nine tenths tipped',
    text: '{ "senders": { "tip_share_bps": 9001, "tip_accounts": [] } }',
    code: WRONG,
    names: ['9000'],
  },
  { name: 'a port beyond the last', text: '{ "monitor": { "metrics_port": 65536 } }', code: WRONG, names: ['65535'] },

  {
    name: 'an unknown venue',
    text: '{ "venues": { "enabled": ["raydium_cpmm", "uniswap"] } }',
    code: 'CONFIG_VENUE_UNSUPPORTED',
    names: ['uniswap', 'raydium_cpmm, raydium_amm_v4'],
  },
  {
    name: 'a misspelt venue',
    text: '{ "venues": { "enabled": ["raydium-cpmm"] } }',
    code: 'CONFIG_VENUE_UNSUPPORTED',
    names: ['did you mean raydium_cpmm?'],
  },
  {
    name: 'a venue that is a number',
    text: '{ "venues": { "enabled": [1] } }',
    code: 'CONFIG_VENUE_UNSUPPORTED',
    names: ['1 is no known venue'],
  },

  {
    name: 'a private key by name',
    text: '{ "wallet": { "private_key": "abc-do-not-show" } }',
    code: SECRET,
    names: ['wallet.private_key'],
    hides: 'do-not-show',
  },
  {
    name: 'a secret anywhere',
    text: '{ "alerts": { "webhook_secret": "do-not-show" } }',
    code: SECRET,
    names: ['alerts.webhook_secret'],
    hides: 'do-not-show',
  },
  {
    name: 'a mnemonic',
    text: '{ "mnemonic": "legal winner thank year" }',
    code: SECRET,
    names: ['mnemonic'],
    hides: 'winner',
  },
  {
    name: 'key bytes as the key file',
    text: `{ "wallet": { "key_file": ${SECRET_LIST} } }`,
    code: SECRET,
    names: ['wallet.key_file'],
    hides: '37',
  },
  {
    name: 'a base58 secret as the key file',
    text: `{ "wallet": { "key_file": "${SECRET_TEXT}" } }`,
    code: SECRET,
    names: ['wallet.key_file'],
    hides: 'XSyeFR8',
  },
  {
    name: 'key bytes as a text',
    text: JSON.stringify({ $schema: SECRET_LIST }),
    code: SECRET,
    names: ['$schema'],
    hides: '37,74',
  },
  {
    name: 'an access token in a URL',
    text: '{ "network": { "rpc_url": "https://node.example/?api-key=do-not-show" } }',
    code: SECRET,
    names: ['network.rpc_url'],
    hides: 'do-not-show',
  },
  {
    name: 'a password in a URL',
    text: '{ "network": { "ws_url": "wss://me:do-not-show@node.example/" } }',
    code: SECRET,
    names: ['network.ws_url'],
    hides: 'do-not-show',
  },

  {
    name: 'an override of an unknown key',
    text: '{}',
    overrides: { TANDEM__NETWORK__RPC_ULR: 'http://x' },
    code: UNKNOWN,
    names: ['TANDEM__NETWORK__RPC_ULR', 'TANDEM__NETWORK__RPC_URL'],
  },
  {
    name: 'an override of a whole section',
    text: '{}',
    overrides: { TANDEM__NETWORK: '{}' },
    code: UNKNOWN,
    names: ['TANDEM__NETWORK'],
  },
  {
    name: 'an override of the wrong kind',
    text: '{}',
    overrides: { TANDEM__RISK__MAX_IN_FLIGHT: 'many' },
    code: WRONG,
    names: ['TANDEM__RISK__MAX_IN_FLIGHT', '"many"'],
  },
  {
    name: 'an override out of bounds',
    text: '{ "slippage_tolerance": 1 }',
    overrides: { TANDEM__SLIPPAGE_TOLERANCE: '3' },
    code: WRONG,
    names: ['TANDEM__SLIPPAGE_TOLERANCE', 'is "3";'],
  },
  {
    name: 'an empty override of a number',
    text: '{}',
    overrides: { TANDEM__EXECUTION_TIMEOUT_SECONDS: '' },
    code: WRONG,
    names: ['TANDEM__EXECUTION_TIMEOUT_SECONDS'],
  },
  {
    name: 'an override with an unknown venue',
    text: '{}',
    overrides: { TANDEM__VENUES__ENABLED: 'raydium_cpmm,orca' },
    code: 'CONFIG_VENUE_UNSUPPORTED',
    names: ['orca'],
  },
  {
    name: 'a secret by override',
    text: '{}',
    overrides: { TANDEM__WALLET__PRIVATE_KEY: 'do-not-show' },
    code: SECRET,
    names: ['TANDEM__WALLET__PRIVATE_KEY'],
    hides: 'do-not-show',
  },
  {
    name: 'a base58 secret by override',
    text: '{}',
    overrides: { TANDEM__WALLET__KEY_FILE: SECRET_TEXT },
    code: SECRET,
    names: ['TANDEM__WALLET__KEY_FILE'],
    hides: 'XSyeFR8',
  },
];
