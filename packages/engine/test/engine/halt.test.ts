import { afterEach, describe, expect, it } from 'vitest';
import { USD } from '../strategy/sample-opportunity.js';
import { GAP, type PaperEngine, type PaperEngineOptions, paperEngine, pass, start } from './paper-engine.js';

let running: PaperEngine[] = [];
afterEach(async () => {
  for (const paper of running) {
    for (const { signature } of paper.chain.sender.sends) paper.chain.land(signature);
    const stopped = paper.engine.stop();
    await pass(paper, 60_000);
    await stopped.catch(() => undefined);
  }
  running = [];
});

function create(options: PaperEngineOptions = {}): PaperEngine {
  const paper = paperEngine(options);
  running.push(paper);
  return paper;
}

async function trading(options: PaperEngineOptions = {}): Promise<PaperEngine> {
  const paper = create(options);
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper);
  return paper;
}

describe('a halt', () => {
  it('says who asked, what is in flight and until which block height it can land', async () => {
    const paper = await trading();
    const [sent] = paper.chain.sender.sends;
    paper.engine.halt('prices look wrong', 'http');
    expect(paper.journal.ofType('state')).toMatchObject([
      {
        from: 'ACTIVE',
        to: 'HALTED',
        trigger: 'prices look wrong',
        source: 'http',
        inFlight: [{ signature: sent?.signature, lastValidBlockHeight: '1150' }],
      },
    ]);
    expect(paper.engine.inFlight().inFlight).toHaveLength(1);
  });

  it('ends the rebroadcasts of what was signed before, and still brings it to its verdict', async () => {
    const paper = await trading();
    paper.engine.halt('operator', 'cli');
    const before = paper.chain.sender.sends.length;
    await pass(paper, 5_000);
    expect(paper.chain.sender.sends).toHaveLength(before);
    paper.chain.height = 1_151n;
    await pass(paper, 5_000);
    expect(paper.journal.ofType('missed')).toMatchObject([{ verdict: 'expired' }]);
    expect(paper.engine.inFlight().inFlight).toEqual([]);
  });

  it('lets it be sent again where risk.let_land says so', async () => {
    const paper = await trading({ config: { risk: { let_land: true } } });
    paper.engine.halt('operator', 'cli');
    const before = paper.chain.sender.sends.length;
    await pass(paper, 5_000);
    expect(paper.chain.sender.sends.length).toBeGreaterThan(before);
  });

  it('that comes before the start lets nothing be signed', async () => {
    const paper = create();
    paper.engine.halt('too early', 'signal');
    await expect(start(paper)).rejects.toMatchObject({ code: 'RISK_STATE_INVALID' });
    paper.market.move(1, GAP);
    await pass(paper, 1_000);
    expect(paper.chain.sender.sends).toEqual([]);
    expect(paper.journal.ofType('state')).toMatchObject([{ to: 'HALTED', trigger: 'too early', source: 'signal' }]);
  });

  it('between the approval and the signature is noticed right before the key', async () => {
    const paper: PaperEngine = create({
      wrapCore: (core) => ({
        ...core,
        compileMessage: (...args) => {
          paper.engine.halt('while building', 'file');
          return core.compileMessage(...args);
        },
      }),
    });
    await start(paper);
    paper.market.move(1, GAP);
    await pass(paper, 1_000);
    expect([paper.chain.sender.sends, paper.journal.ofType('intent')]).toEqual([[], []]);
    const reasons = paper.journal.ofType('refused').map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(['RISK_STATE_INVALID']));
    expect(paper.engine.summary().unresolved).toBe(0);
  });

  it('while the wallet is set up lets no further set-up be signed', async () => {
    const paper = create({ prepare: (chain) => chain.tokens.delete(USD) });
    const starting = paper.engine.start();
    await pass(paper);
    const [first] = paper.chain.sender.sends;
    expect(first).toBeDefined();
    paper.engine.halt('operator', 'cli');
    paper.chain.tokens.set(USD, 0n);
    paper.chain.land(first!.signature);
    await pass(paper, 2_000);
    await starting;
    expect(new Set(paper.chain.sender.sends.map(({ signature }) => signature)).size).toBe(1);
  });
});
