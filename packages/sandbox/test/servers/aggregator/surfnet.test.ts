import { loadCore } from '@tandem/core-native';
import { SeededRandom } from '@tandem/engine/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSurfnetAvailable } from '../../../src/cluster/surfnet-binding.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox.js';
import { addressBytes, addressText, WRAPPED_SOL_MINT } from '../../../src/seed/addresses.js';
import { genesisTokens } from '../../../src/seed/genesis-tokens.js';
import { startAggregator, type Aggregator } from '../../../src/servers/aggregator/aggregator-server.js';
import { Faults } from '../../../src/servers/faults.js';
import { realClock } from '../../cluster/real-clock.js';
import { apiOf } from './aggregator-floor.js';

const SEED = 36;

describe.skipIf(!isSurfnetAvailable())(
  'the aggregator over Surfnet (skipped where the platform has no Surfnet package)',
  () => {
    const { core } = loadCore();
    let sandbox: Sandbox;
    let aggregator: Aggregator;
    const faults: unknown[] = [];
    beforeAll(async () => {
      sandbox = await startSandbox({
        chain: 'surfnet',
        seed: SEED,
        rivals: 0,
        programs: [],
        accountDirs: [],
        core,
        clock: realClock,
        onFault: (error) => faults.push(error),
      });
      aggregator = await startAggregator({
        core,
        cluster: sandbox.cluster,
        pools: sandbox.pools.map(({ address }) => addressBytes(address)),
        lookupTables: sandbox.lookupTables.map(addressBytes),
        clock: realClock,
        faults: new Faults(new SeededRandom(SEED)),
      });
    });
    afterAll(async () => {
      await aggregator.stop();
      await sandbox.stop();
      expect(faults).toEqual([]);
    });

    it.each(['Raydium CP', 'Raydium', 'Whirlpool', 'Meteora DLMM'])(
      'lands a whole transaction through %s',
      async (label) => {
        const { cluster, faucet, wallet } = sandbox;
        const usd = genesisTokens(SEED).get('USD')!.facts;
        const holding = { owner: addressBytes(wallet.address), mint: usd };
        const api = apiOf(aggregator);
        const quote = await api.quoteGet({
          inputMint: addressText(WRAPPED_SOL_MINT),
          outputMint: addressText(usd.mint),
          amount: 2_000_000,
          slippageBps: 0,
          dexes: [label],
          onlyDirectRoutes: true,
        });
        const { swapTransaction } = await api.swapPost({
          swapRequest: { userPublicKey: wallet.address, quoteResponse: quote, wrapAndUnwrapSol: false },
        });
        const before = await faucet.tokensOf(holding);
        const signer = core.createSigner(Uint8Array.from(wallet.secretKey));
        // One empty signature stands in front of the message.
        const message = Uint8Array.from(Buffer.from(swapTransaction, 'base64')).subarray(65);
        const { error } = await cluster.submit(core.signTransaction(signer, message));
        core.dropSigner(signer);
        expect(error).toBeNull();
        expect((await faucet.tokensOf(holding)) - before).toBe(BigInt(quote.outAmount));
      },
    );
  },
);
