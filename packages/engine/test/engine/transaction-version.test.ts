import { afterEach, expect, it } from 'vitest';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import { FEATURE_PROGRAM, V1_FEATURE } from '../../src/execute/v1-support.js';
import type { PaperChain } from './paper-chain.js';
import { GAP, type PaperEngine, paperEngine, pass, start } from './paper-engine.js';

let paper: PaperEngine | undefined;
afterEach(async () => {
  const stopped = paper?.engine.stop();
  if (paper !== undefined) await pass(paper, 60_000);
  await stopped;
});

function activate(chain: PaperChain): void {
  const address = decodeAddress(V1_FEATURE);
  const data = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0);
  chain.others.set(V1_FEATURE, { address, owner: decodeAddress(FEATURE_PROGRAM), lamports: 1n, slot: 0n, data });
}

function create(version: 'auto' | 'v0' | 'v1', prepare: (chain: PaperChain) => void = () => undefined): PaperEngine {
  paper = paperEngine({ config: { senders: { transaction_version: version } }, prepare });
  return paper;
}

it('sends v1 transactions where the configuration says so and the network takes them', async () => {
  const { chain, market, journal } = create('v1', activate);
  await start(paper!);
  market.move(1, GAP);
  await pass(paper!);
  const [send] = chain.sender.sends;
  const bytes = Buffer.from(journal.ofType('intent')[0]!.transaction, 'base64');
  expect([...bytes.subarray(0, 2)]).toEqual([0x81, 1]);
  expect(encodeBase58(bytes.subarray(-64))).toBe(send!.signature);
  chain.slot += 1n;
  // The first leg is the first instruction: those of the budget became values of the header.
  chain.land(send!.signature, { error: { InstructionError: [0, { Custom: 6005 }] } });
  await pass(paper!, 1_000);
  expect(journal.ofType('missed')[0]?.reason).toBe('raydium_cpmm ExceededSlippage (6005) in leg 1');
});

it('does not start where the configuration wants v1 alone and the network does not take it', async () => {
  const { engine } = create('v1');
  await expect(engine.start()).rejects.toMatchObject({ code: 'CHAIN_TRANSACTION_VERSION_UNSUPPORTED' });
});

it('goes on with v0 and says so where the question gets no answer', async () => {
  const unanswered = () => Promise.reject(createEngineError('CHAIN_TIMEOUT', 'no answer'));
  const { chain, market, journal } = create('auto', (made) => {
    made.others.delete(V1_FEATURE);
    made.reader.answer({ simulate: unanswered });
  });
  await start(paper!);
  expect(journal.ofType('alert')[0]).toMatchObject({ rule: 'CHAIN_TIMEOUT', severity: 'warning' });
  market.move(1, GAP);
  await pass(paper!);
  expect(Buffer.from(journal.ofType('intent')[0]!.transaction, 'base64')[65]).toBe(0x80);
  chain.land(chain.sender.sends[0]!.signature);
});

it('asks nothing where the configuration allows v0 alone', async () => {
  const { chain } = create('v0', (made) => made.others.delete(V1_FEATURE));
  await start(paper!);
  expect(chain.reader.count('simulate')).toBe(0);
});
