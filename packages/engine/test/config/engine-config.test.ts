import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/errors/engine-error.js';
import { configSchemaText } from '../../src/config/config-schema-text.js';
import { NETWORK_NAMES } from '../../src/config/defaults.js';
import {
  defaultEngineConfig,
  parseEngineConfig,
  type EngineConfig,
  type ParseConfigOptions,
} from '../../src/config/engine-config.js';
import { VENUE_STEMS } from '../../src/market/venue-catalog.js';
import { BAD_CONFIGS } from './bad-configs.js';

function refusalOf(text: string, options: ParseConfigOptions): EngineError {
  try {
    parseEngineConfig(text, options);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('a bad configuration', () => {
  it('is tried in at least forty ways', () => {
    expect(BAD_CONFIGS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(BAD_CONFIGS.map((bad) => bad.name)).size).toBe(BAD_CONFIGS.length);
  });

  it.each(BAD_CONFIGS)('$name is refused with $code', ({ text, overrides, code, names, hides }) => {
    const error = refusalOf(text, { overrides: overrides ?? {} });
    expect(error.code, error.message).toBe(code);
    for (const name of names) expect(error.message).toContain(name);
    expect(error.action).toMatch(/\.$/);
    expect(error.severity).toBe('fatal');
    if (hides !== undefined) expect(JSON.stringify([error.message, error.action, error.context])).not.toContain(hides);
  });

  it('tells of every mistake in the context and counts them in the message', () => {
    const error = refusalOf('{ "execution_mode": "x", "slippage_tolerance": "y", "risk": { "max_in_flight": 0 } }', {});
    expect(error.message).toContain('(and 2 more)');
    expect(error.context['issues']).toHaveLength(3);
  });
});

describe('a good configuration', () => {
  it('has the defaults of the contract when it is empty', () => {
    expect(parseEngineConfig('{}')).toMatchObject({
      executionMode: 'SIMULATION',
      maxExecutionAmountLamports: 1_000_000_000n,
      slippageToleranceBps: 150,
      executionTimeoutMs: 30_000,
      venues: { enabled: VENUE_STEMS, pools: [] },
    });
  });

  it('bounds exposure and inventory by the size of a trade, and a lapse of the lease by the stall, where nothing is said', () => {
    const { risk } = parseEngineConfig(
      '{ "max_execution_amount_sol": 0.5, "risk": { "max_in_flight": 3, "max_loop_stall_ms": 700 } }',
    );
    expect(risk).toMatchObject({
      maxExposureLamports: 1_500_000_000n,
      maxInventoryLamports: 500_000_000n,
      maxLeaseLapseMs: 700,
    });
    const said = '{ "risk": { "max_exposure_sol": "0.000000001", "max_inventory_sol": 2, "max_lease_lapse_ms": 100 } }';
    expect(parseEngineConfig(said).risk).toMatchObject({
      maxExposureLamports: 1n,
      maxInventoryLamports: 2_000_000_000n,
      maxLeaseLapseMs: 100,
    });
  });

  it('takes the example of the contract, comments and trailing commas included', () => {
    const config = parseEngineConfig(`\uFEFF{
      // where editors find the schema
      "$schema": "./config.schema.json",
      "execution_mode": "REAL", /* typed out */
      "max_execution_amount_sol": 0.1,
      "slippage_tolerance": 2,
      "execution_timeout_seconds": 5,
    }`);
    expect(config).toMatchObject({
      executionMode: 'REAL',
      maxExecutionAmountLamports: 100_000_000n,
      slippageToleranceBps: 200,
      executionTimeoutMs: 5_000,
    });
  });

  it('reads amounts to the last lamport, where a float would not', () => {
    const amount = (text: string) =>
      parseEngineConfig(`{ "max_execution_amount_sol": ${text} }`).maxExecutionAmountLamports;
    expect(amount('18446744073.709551615')).toBe(18_446_744_073_709_551_615n);
    expect(amount('9007199.254740993')).toBe(9_007_199_254_740_993n);
    expect(amount('"0.000000001"')).toBe(1n);
    expect(amount('1e-9')).toBe(1n);
    expect(amount('1.10e1')).toBe(11_000_000_000n);
  });

  it('reads every amount a lamport count can be written as', () => {
    const lamports = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(lamports, (value) => {
        const digits = value.toString().padStart(10, '0');
        const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`;
        expect(parseEngineConfig(`{"max_execution_amount_sol":${text}}`).maxExecutionAmountLamports).toBe(value);
      }),
      { numRuns: 100 },
    );
  });

  it('accepts no slippage at all', () => {
    expect(parseEngineConfig('{ "slippage_tolerance": 0 }').slippageToleranceBps).toBe(0);
  });

  it('gives wrapped SOL the bounds of the top level and other mints their own', () => {
    const usdc = {
      mint: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
      max_amount_in: '200000000',
      min_net_profit: 5_000,
      lamport_price_numerator: 2,
      lamport_price_denominator: 10_000,
    };
    const text = JSON.stringify({
      strategy: { base_mints: ['So11111111111111111111111111111111111111112', usdc], min_profit_lamports: 7 },
    });
    expect(parseEngineConfig(text).strategy.baseMints).toEqual([
      {
        mint: 'So11111111111111111111111111111111111111112',
        maxAmountIn: 1_000_000_000n,
        minNetProfit: 7n,
        lamportPriceNumerator: 1n,
        lamportPriceDenominator: 1n,
      },
      {
        mint: usdc.mint,
        maxAmountIn: 200_000_000n,
        minNetProfit: 5_000n,
        lamportPriceNumerator: 2n,
        lamportPriceDenominator: 10_000n,
      },
    ]);
  });

  it('is frozen to the last list', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(
      frozen(parseEngineConfig('{ "venues": { "pools": ["So11111111111111111111111111111111111111112"] } }')),
    ).toBe(true);
  });

  it.each(NETWORK_NAMES)('has defaults for %s, real execution never among them', (network) => {
    const config: EngineConfig = defaultEngineConfig(network);
    expect(config.network.name).toBe(network);
    expect(config.executionMode).toBe('SIMULATION');
    expect(config.network.wsUrl).toMatch(/^wss?:/);
  });

  it.each([
    ['http://127.0.0.1:8899', 'ws://127.0.0.1:8900/'],
    ['https://node.example/abc?x=1', 'wss://node.example/abc?x=1'],
    ['https://[::1]:443/', 'wss://[::1]/'],
  ])('derives the websocket URL of %s', (rpcUrl, wsUrl) => {
    expect(parseEngineConfig('{}', { overrides: { TANDEM__NETWORK__RPC_URL: rpcUrl } }).network.wsUrl).toBe(wsUrl);
  });
});

describe('overrides', () => {
  it('take a list of nodes whose URLs hold access tokens, as the refusal of the file says', () => {
    const endpoints = '[{ "name": "second", "rpc_url": "https://b.example/?api-key=1" }]';
    const error = refusalOf(`{ "network": { "endpoints": ${endpoints} } }`, {});
    expect(error.code).toBe('CONFIG_SECRET_INVALID');
    const action = error.action ?? '';
    expect(action).toContain('written as JSON');
    const variable = /TANDEM__[A-Z_0-9]+/.exec(action)?.[0] ?? 'no variable';
    const config = parseEngineConfig('{}', { overrides: { [variable]: endpoints } });
    expect(config.network.endpoints).toEqual([{ name: 'second', rpcUrl: 'https://b.example/?api-key=1' }]);
  });

  it('set every kind of key, over what the file says, and leave other names alone', () => {
    const config = parseEngineConfig('{ "execution_mode": "SIMULATION", "network": { "commitment": "confirmed" } }', {
      overrides: {
        TANDEM__EXECUTION_MODE: 'REAL',
        TANDEM__MAX_EXECUTION_AMOUNT_SOL: '0.25',
        TANDEM__NETWORK__RPC_URL: 'https://node.example/?api-key=from-the-environment',
        TANDEM__VENUES__ENABLED: 'raydium_amm_v4',
        TANDEM__SENDERS__TIP_LAMPORTS: '18446744073709551615',
        TANDEM__SENDERS__MAX_TIP_LAMPORTS: '18446744073709551615',
        TANDEM__SENDERS__TIP_ACCOUNTS: '["So11111111111111111111111111111111111111112"]',
        TANDEM__RISK__MAX_IN_FLIGHT: '3',
        TANDEM_CORE: 'native',
        PATH: '/bin',
      },
    });
    expect(config).toMatchObject({
      executionMode: 'REAL',
      maxExecutionAmountLamports: 250_000_000n,
      network: { rpcUrl: 'https://node.example/?api-key=from-the-environment', commitment: 'confirmed' },
      venues: { enabled: ['raydium_amm_v4'] },
      senders: {
        tipLamports: 18_446_744_073_709_551_615n,
        tipAccounts: ['So11111111111111111111111111111111111111112'],
      },
      risk: { maxInFlight: 3 },
    });
  });
});

describe('config.schema.json', () => {
  it('is what the schema in the code says (else: build and run scripts/export-config-schema.mjs)', () => {
    const committed = readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8');
    expect(committed).toBe(configSchemaText());
  });

  it('refuses unknown keys in every section', () => {
    const schema = JSON.parse(configSchemaText()) as {
      additionalProperties: boolean;
      properties: Record<string, { properties?: object; additionalProperties?: boolean }>;
    };
    expect(schema.additionalProperties).toBe(false);
    for (const section of Object.values(schema.properties))
      if (section.properties) expect(section.additionalProperties).toBe(false);
  });
});

describe('any text whatsoever', () => {
  it('gives a configuration or a coded error, never anything else', () => {
    const fragment = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '"network"', '1', '//', '/*', 'null'),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (parts) => {
        try {
          parseEngineConfig(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError);
          expect((error as EngineError).code).toMatch(/^CONFIG_/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives a coded error for values of any kind under any known key', () => {
    const schema = JSON.parse(configSchemaText()) as {
      properties: Record<string, { properties?: Record<string, object> }>;
    };
    const places = Object.entries(schema.properties).flatMap(([key, node]) =>
      node.properties ? Object.keys(node.properties).map((inner) => [key, inner]) : [[key]],
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), ([section, key], value) => {
        const object = key === undefined ? { [section ?? '']: value } : { [section ?? '']: { [key]: value } };
        try {
          parseEngineConfig(JSON.stringify(object));
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
