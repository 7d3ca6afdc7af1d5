import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCore } from '@tandem/core-native';
import {
  connectJupiterExecutor,
  decodeAddress,
  parseEngineConfig,
  SqliteJournal,
  WRAPPED_SOL_MINT,
} from '@tandem/engine';
import { SeededRandom } from '@tandem/engine/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, type SandboxServices, startSandbox } from '../src/index.js';
import { realClock } from '../test/cluster/real-clock.js';

const { core } = loadCore();
const folder = mkdtempSync(join(tmpdir(), 'tandem-swap-scenario-'));
const AMOUNT = 100_000_000n;
let sandbox: Sandbox;
let router: NonNullable<SandboxServices['aggregator']>;
let usd: string;
let newcomer: { readonly address: Uint8Array; readonly secretKey: Uint8Array };

beforeAll(async () => {
  sandbox = await startSandbox({
    chain: 'litesvm',
    seed: 7,
    rivals: 0,
    programs: [],
    accountDirs: [],
    core,
    clock: realClock,
    onFault: () => undefined,
    services: { aggregator: true, endpoints: 3 },
  });
  router = sandbox.services.aggregator!;
  newcomer = await fundedWallet();
  usd = sandbox.baseMints.find(({ mint }) => mint !== WRAPPED_SOL_MINT)!.mint;
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

/** A wallet with native SOL and no token account at all. */
async function fundedWallet() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
  const address = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
  await sandbox.faucet.setLamports(address, 10_000_000_000n);
  return { address, secretKey: new Uint8Array([...seed, ...address]) };
}

async function connect(api: 'v1' | 'v2' = 'v1', secretKey = newcomer.secretKey, network: Partial<NetworkConfig> = {}) {
  const parsed = parseEngineConfig(JSON.stringify({ jupiter: { url: router.url, api, requests_per_minute: 1_000 } }));
  return await connectJupiterExecutor({
    config: { ...parsed, network: { ...parsed.network, rpcUrl: sandbox.rpcUrl, wsUrl: sandbox.wsUrl, ...network } },
    core,
    clock: realClock,
    random: new SeededRandom(1),
    keyFile: new TextEncoder().encode(JSON.stringify([...secretKey])),
    apiKey: undefined,
    openJournal: () => new SqliteJournal(join(folder, 'swaps.sqlite')),
    onFault: () => undefined,
  });
}

type NetworkConfig = ReturnType<typeof parseEngineConfig>['network'];

/** Native and wrapped SOL of a wallet together. */
async function solOf(address: Uint8Array): Promise<bigint> {
  const mint = await sandbox.faucet.findMint(decodeAddress(WRAPPED_SOL_MINT));
  const wrapped = mint === null ? 0n : await sandbox.faucet.tokensOf({ owner: address, mint });
  return wrapped + ((await sandbox.cluster.getAccount(address))?.lamports ?? 0n);
}

describe.each([
  ['v1', 'a wallet with native SOL only', () => newcomer],
  ['v2', 'a wallet with native SOL only', () => newcomer],
  ['v1', 'a wallet that trades', () => tradingWallet()],
  ['v2', 'a wallet that trades', () => tradingWallet()],
] as const)('a swap through the aggregator, API %s, %s', (api, _what, walletOf) => {
  test('there and back gives what the chain says, and every lamport is accounted for', async () => {
    const { address, secretKey } = walletOf();
    const jupiter = await connect(api, secretKey);
    try {
      const before = await solOf(address);
      const there = await jupiter.executor.executeSwap(WRAPPED_SOL_MINT, usd, AMOUNT, 50);
      expect(there.inputAmount).toBe(AMOUNT);
      const between = await solOf(address);
      expect(before - between).toBe(AMOUNT + there.feeLamports + there.rentLamports);
      const back = await jupiter.executor.executeSwap(usd, WRAPPED_SOL_MINT, there.outputAmount, 50);
      expect(back.inputAmount).toBe(there.outputAmount);
      expect(back.outputAmount).toBeLessThan(AMOUNT);
      expect(back.outputAmount).toBeGreaterThan((AMOUNT * 9n) / 10n);
      expect((await solOf(address)) - between).toBe(back.outputAmount - back.feeLamports - back.rentLamports);
    } finally {
      await jupiter.close();
    }
  });
});

function tradingWallet() {
  return { address: decodeAddress(sandbox.wallet.address), secretKey: sandbox.wallet.secretKey };
}

test('a swap is read, sent and judged by the nodes that are left when the first one is gone', async () => {
  const [first, ...others] = sandbox.services.endpoints;
  const endpoints = others.map(({ name, rpcUrl }) => ({ name, rpcUrl }));
  const jupiter = await connect('v1', newcomer.secretKey, { rpcUrl: first!.rpcUrl, endpoints });
  first!.faults.set('disconnect', { perMille: 1_000 });
  try {
    const swapped = await jupiter.executor.executeSwap(WRAPPED_SOL_MINT, usd, AMOUNT, 100);
    expect(swapped.inputAmount).toBe(AMOUNT);
    expect(first!.faults.struck('disconnect')).toBeGreaterThan(0);
  } finally {
    first!.faults.clear();
    await jupiter.close();
  }
});

test('a router that steals and lies gets no signature', async () => {
  const jupiter = await connect();
  router.faults.set('wrong', { perMille: 1_000 });
  try {
    const before = await solOf(newcomer.address);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const swap = jupiter.executor.executeSwap(WRAPPED_SOL_MINT, usd, AMOUNT, 50);
      await expect(swap).rejects.toMatchObject({
        code: expect.stringMatching(/^JUPITER_(INSTRUCTION|SIMULATION)_INVALID$/),
      });
    }
    expect(router.faults.struck('wrong')).toBeGreaterThanOrEqual(10);
    expect(await solOf(newcomer.address)).toBe(before);
  } finally {
    router.faults.clear();
    await jupiter.close();
  }
});

test('swaps go on through a server that fails half of the time', async () => {
  const jupiter = await connect();
  for (const name of ['server_error', 'disconnect', 'rate_limit'] as const) router.faults.set(name, { perMille: 150 });
  try {
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const outcome = await jupiter.executor.executeSwap(WRAPPED_SOL_MINT, usd, AMOUNT / 100n, 100).then(
        () => 'landed',
        (error: { code?: string }) => error.code ?? 'no code',
      );
      outcomes.push(outcome);
    }
    expect(outcomes.filter((outcome) => outcome === 'landed').length).toBeGreaterThanOrEqual(7);
    expect(outcomes.every((outcome) => outcome === 'landed' || outcome.startsWith('JUPITER_'))).toBe(true);
  } finally {
    router.faults.clear();
    await jupiter.close();
  }
});
