import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkBinding, loadNativeBinding } from '../ts/backends/native-binding.js';
import { encodeAccountBatch } from '../ts/account-batch.js';
import { Direction, SwapMode } from '../ts/core-api.js';
import type { CoreApi, LoadedCore, LoadCoreOptions } from '../ts/index.js';

/** RFC 8032, section 7.1, test 1: seed and public key. */
const RFC_8032_KEY =
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

const absence = loadNativeBinding().errors.join('; ');
const itNative = absence === '' ? it : it.skip;
const why = absence === '' ? '' : ` (left out: ${absence})`;

/** A copy of the loader that has loaded nothing yet. */
async function freshLoader(): Promise<(options?: LoadCoreOptions) => LoadedCore> {
  vi.resetModules();
  const { loadCore } = await import('../ts/load-core.js');
  return loadCore;
}

/** Stands for a machine without the addon. */
function hideAddon(): void {
  vi.doMock('../ts/backends/native-binding.js', () => ({
    loadNativeBinding: () => ({ binding: undefined, errors: ['Cannot find native binding.', 'no such file'] }),
  }));
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock('../ts/backends/native-binding.js');
});

describe('loadCore', () => {
  itNative(`takes the native core when nothing is asked for${why}`, async () => {
    vi.stubEnv('TANDEM_CORE', undefined);
    const loaded = (await freshLoader())();
    expect(loaded).toMatchObject({ backend: 'native', requested: 'auto', loadErrors: [] });
    expect(loaded.core).toMatchObject({ backend: 'native', sharesStoresAcrossThreads: true });
  });

  it('takes what TANDEM_CORE says, and what an option says before that', async () => {
    vi.stubEnv('TANDEM_CORE', 'typescript');
    const loadCore = await freshLoader();
    expect(loadCore()).toMatchObject({ backend: 'typescript', requested: 'typescript', loadErrors: [] });
    vi.stubEnv('TANDEM_CORE', 'nonsense');
    expect(loadCore({ backend: 'typescript' }).core).toMatchObject({
      backend: 'typescript',
      sharesStoresAcrossThreads: false,
    });
  });

  it('gives the same core to every caller of a thread', async () => {
    const loadCore = await freshLoader();
    expect(loadCore({ backend: 'typescript' })).toBe(loadCore({ backend: 'typescript' }));
    expect(loadCore({ backend: 'auto' }).core).toBe(loadCore({ backend: loadCore({ backend: 'auto' }).backend }).core);
  });

  it('refuses a backend it does not know, and names those it does', async () => {
    vi.stubEnv('TANDEM_CORE', 'rust');
    const loadCore = await freshLoader();
    expect(() => loadCore()).toThrow(
      expect.objectContaining({
        code: 'CORE_BACKEND_INVALID',
        message: 'TANDEM_CORE is "rust"; set it to one of auto, native, typescript, or leave it unset',
      }),
    );
  });

  it('falls back to TypeScript with the reasons why, and says nothing on the console', async () => {
    hideAddon();
    const spies = (['log', 'warn', 'error', 'info'] as const).map((name) => vi.spyOn(console, name));
    const loaded = (await freshLoader())({ backend: 'auto' });
    expect(loaded).toMatchObject({
      backend: 'typescript',
      requested: 'auto',
      loadErrors: ['Cannot find native binding.', 'no such file'],
    });
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it('refuses to fall back when the native core is asked for, and says what to do', async () => {
    hideAddon();
    const loadCore = await freshLoader();
    expect(() => loadCore({ backend: 'native' })).toThrow(
      expect.objectContaining({
        code: 'CORE_NATIVE_MISSING',
        message: expect.stringMatching(/run `pnpm build` with a Rust toolchain.*TANDEM_CORE=typescript.*no such file/s),
      }),
    );
  });

  itNative(`does not take an addon of an earlier build${why}`, () => {
    const { binding } = loadNativeBinding();
    expect(checkBinding({ ...binding }).errors).toEqual([]);
    expect(checkBinding({ ...binding, quoteBatch: undefined as never })).toEqual({
      binding: undefined,
      errors: ['the addon is of an earlier build and lacks quoteBatch'],
    });
  });

  it('reads the reasons from the generated loader when its binary is missing', async () => {
    const script = `
      process.env.NAPI_RS_NATIVE_LIBRARY_PATH = '/nonexistent/tandem-core.node';
      const { loadCore } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
      const { parentPort } = await import('node:worker_threads');
      const { backend, loadErrors } = loadCore({ backend: 'auto' });
      parentPort.postMessage({ backend, loadErrors });
    `;
    const { backend, loadErrors } = (await runWorker(script, {})) as { backend: string; loadErrors: string[] };
    expect(backend).toBe('typescript');
    // Not the loader's own headline, which advises about npm.
    expect(loadErrors).toEqual(["Cannot find module '/nonexistent/tandem-core.node'"]);
  });
});

/** Runs a module in a worker thread and returns the first message it posts. */
async function runWorker(module: string, workerData: unknown): Promise<unknown> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(module)}`);
  const worker = new Worker(url, { workerData });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

/** A pool of our fixtures with everything its quote needs, as a packed batch. */
function packPool(name: string): Uint8Array {
  const folder = new URL(`../../../fixtures/raydium_cpmm/${name}/`, import.meta.url);
  const { slot, accounts } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as {
    slot: string;
    accounts: { file: string; address: string; owner: string }[];
  };
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
  const records = accounts.map(({ file, address, owner }) => ({
    address: bytes(address),
    owner: bytes(owner),
    slot: BigInt(slot),
    data: Uint8Array.from(readFileSync(new URL(file, folder))),
  }));
  return encodeAccountBatch(records);
}

describe('worker threads', () => {
  const script = `
    const { loadCore } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
    const { parentPort, workerData } = await import('node:worker_threads');
    const { core } = loadCore({ backend: workerData.backend });
    const attempt = (call) => { try { return call(); } catch (error) { return error.code; } };
    parentPort.postMessage({
      address: attempt(() => core.signerAddress(workerData.signer)),
      added: attempt(() => [...core.addPools(workerData.store, workerData.batch).indices].filter((index) => index === 0).length),
      touched: attempt(() => [...core.applyAccounts(workerData.store, workerData.batch).touched]),
    });
  `;
  const clock = { slot: 400_000_000n, epoch: 900n, unixTimestamp: 1_800_000_000n };
  const secretKey = Uint8Array.from(Buffer.from(RFC_8032_KEY, 'hex'));

  async function meet(core: CoreApi) {
    const store = core.createStore();
    const signer = core.createSigner(secretKey);
    const workerData = { backend: core.backend, store, signer, batch: packPool('creator-fee-on-input') };
    const seen = (await runWorker(script, workerData)) as Record<string, unknown>;
    return { seen, store };
  }

  itNative(`open the native stores and signers of the main thread by id${why}`, async () => {
    const { core } = (await freshLoader())({ backend: 'native' });
    const { seen, store } = await meet(core);
    expect(seen).toEqual({ address: secretKey.slice(32), added: 1, touched: [0] });
    // What the worker wrote is quoted here.
    expect(core.poolCount(store)).toBe(1);
    expect(core.describePools(store, Uint32Array.of(0))[0]).toMatchObject({ ready: true, slot: 400_000_000n });
    expect(core.quote(store, 0, Direction.AToB, SwapMode.ExactIn, 1_000_000n, clock).amountOut).toBeGreaterThan(0n);
  });

  it('do not see TypeScript stores and signers of the main thread', async () => {
    const { core } = (await freshLoader())({ backend: 'typescript' });
    const { seen, store } = await meet(core);
    expect(seen).toEqual({ address: 'WIRE_SIGNER_NOT_FOUND', added: 'STORE_NOT_FOUND', touched: 'STORE_NOT_FOUND' });
    expect(core.poolCount(store)).toBe(0);
  });
});
