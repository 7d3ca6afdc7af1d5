import { afterEach, describe, expect, it } from 'vitest';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { readTransactionFacts } from '../../src/chain/transaction-facts.js';
import { GAP, type PaperEngine, type PaperEngineOptions, paperEngine, pass, start } from './paper-engine.js';

const TIP_ACCOUNT = encodeBase58(new Uint8Array(32).fill(5));
let running: PaperEngine[] = [];
afterEach(async () => {
  for (const paper of running) {
    for (const { signature } of paper.chain.sender.sends) paper.chain.land(signature);
    const stopped = paper.engine.stop();
    await pass(paper, 60_000);
    await stopped;
  }
  running = [];
});

function create(senders: Record<string, unknown>, options: PaperEngineOptions = {}): PaperEngine {
  const paper = paperEngine({
    ...options,
    config: { ...options.config, senders: { sender: 'jito', tip_accounts: [TIP_ACCOUNT], ...senders } },
  });
  running.push(paper);
  return paper;
}

const staked = (tipAccount: string, minTipLamports: number) => ({
  name: 'staked',
  url: 'http://127.0.0.1:1',
  min_tip_lamports: minTipLamports,
  tip_accounts: [tipAccount],
});

const refusals = (paper: PaperEngine) => paper.journal.ofType('refused').map((event) => event.reason);

/** The tips of what was sent, in the order of the first sends. */
function tipsOf(paper: PaperEngine): bigint[] {
  const sent = new Map(paper.chain.sender.sends.map(({ signature, transaction }) => [signature, transaction]));
  return [...sent.values()].map((transaction) =>
    readTransactionFacts(transaction)
      .transfers.filter(({ to }) => Buffer.compare(to, decodeAddress(TIP_ACCOUNT)) === 0)
      .reduce((sum, { lamports }) => sum + lamports, 0n),
  );
}

/** Opens the gap and returns the signature of the newest send. */
async function openGap(paper: PaperEngine): Promise<string> {
  paper.market.move(1, [GAP[0], GAP[1] + paper.market.slot]);
  await pass(paper, 10);
  const signature = paper.journal.ofType('submitted').at(-1)?.signature;
  if (signature === undefined) throw new Error(`nothing was sent: ${refusals(paper).join(', ')}`);
  return signature;
}

/** Lets the newest send land; the pool's price goes back. */
async function land(paper: PaperEngine, signature: string, error: unknown = null): Promise<void> {
  paper.market.move(1, [1_000_000_000_000n, 200_000_000_000n], paper.market.slot + 3n);
  paper.chain.slot = paper.market.slot;
  paper.chain.land(signature, { profit: 11_000_000n, error });
  await pass(paper, 500);
}

describe('tips of the engine', () => {
  it('pays the smallest tip that an auction takes where none is configured', async () => {
    const paper = create({});
    await start(paper);
    await openGap(paper);
    expect(tipsOf(paper)).toEqual([1_000n]);
  });

  it('pays nothing on a plain road, whatever is configured: there it buys nothing', async () => {
    const paper = create({ sender: 'rpc', tip_lamports: 5_000, tip_policy: 'share', tip_share_bps: 5_000 });
    await start(paper);
    await openGap(paper);
    expect(tipsOf(paper)).toEqual([0n]);
  });

  it('says at the start that a tip is configured and no road asks for it, and nothing where one does', async () => {
    const unpaid = (paper: PaperEngine) =>
      paper.journal
        .ofType('alert')
        .filter(({ rule }) => rule === 'TIP_UNPAID')
        .map(({ message }) => message);
    const plain = create({ sender: 'rpc', tip_lamports: 5_000 });
    await start(plain);
    expect(unpaid(plain)).toEqual([expect.stringContaining('no road of sender "rpc" asks for one')]);
    const auction = create({ tip_lamports: 5_000 });
    await start(auction);
    expect(unpaid(auction)).toEqual([]);
    const small = create({ sender: 'fanout', tip_lamports: 5_000, staked: [staked(TIP_ACCOUNT, 5_001)] });
    await start(small);
    expect(unpaid(small)).toEqual([expect.stringContaining('take none below 5001 lamports')]);
  });

  it('pays no tip to an account that no road looks at, but to one that a road does', async () => {
    const other = encodeBase58(new Uint8Array(32).fill(6));
    const paper = create({ sender: 'fanout', tip_lamports: 5_000, staked: [staked(other, 1_000)] });
    await start(paper);
    await openGap(paper);
    expect(tipsOf(paper)).toEqual([0n]);
    const [sent] = paper.chain.sender.sends;
    const { transfers } = readTransactionFacts(sent?.transaction ?? new Uint8Array());
    expect(transfers.map(({ to, lamports }) => [encodeBase58(to), lamports])).toEqual([[other, 5_000n]]);
  });

  it('pays no tip that is too small for every road that asks for one', async () => {
    const paper = create({ sender: 'fanout', tip_lamports: 5_000, staked: [staked(TIP_ACCOUNT, 5_001)] });
    await start(paper);
    await openGap(paper);
    expect(tipsOf(paper)).toEqual([0n]);
  });

  it('tips a larger share after it was outbid, and a smaller one after it landed', async () => {
    const paper = create({ tip_policy: 'share', tip_share_bps: 1_000 });
    await start(paper);
    for (const error of [{ InstructionError: [2, { Custom: 6005 }] }, null]) {
      await land(paper, await openGap(paper), error);
      paper.market.slot += 10n;
      await pass(paper, 1_000);
    }
    await openGap(paper);
    const [first, second, third] = tipsOf(paper);
    expect(paper.journal.ofType('missed')).toMatchObject([{ verdict: 'failed', cause: 'outbid' }]);
    // 10 %, 15 % and 14 % of profits that differ by less than a thousandth.
    expect(Math.round((Number(second) * 100) / Number(first))).toBe(150);
    expect(Math.round((Number(third) * 100) / Number(first))).toBe(140);
  });

  it('sends nothing more on a road that needs tips once their budget is spent', async () => {
    const paper = create({ tip_lamports: 600_000, tip_budget_lamports: 600_500 });
    await start(paper);
    await land(paper, await openGap(paper));
    paper.market.slot += 10n;
    await pass(paper, 1_000);
    await openGap(paper);
    expect(tipsOf(paper)).toEqual([600_000n]);
    expect(refusals(paper)).toContain('RISK_TIP_BUDGET_EXCEEDED');
  });

  it('needs native SOL for the tip', async () => {
    const config = { risk: { min_wallet_lamports: 20_000_000 } };
    // Enough for the reserve and the fees, not for the tip.
    const prepare: PaperEngineOptions['prepare'] = (chain) => (chain.lamports = 24_000_000n);
    const paper = create({ tip_lamports: 5_000_000 }, { config, prepare });
    await start(paper);
    await expect(openGap(paper)).rejects.toThrow('VALIDATE_LAMPORTS_EXCEEDED');
  });
});

describe('roads of the engine', () => {
  it('makes no intent of a transaction that no road takes, and says which road wants what', async () => {
    const paper = create({});
    Object.assign(paper.chain.sender, { refusesBefore: () => 'SENDER_VERSION_UNSUPPORTED' });
    await start(paper);
    await expect(openGap(paper)).rejects.toThrow('SENDER_ROAD_MISSING');
    expect(paper.journal.ofType('refused')[0]?.details).toEqual({ paper: 'SENDER_VERSION_UNSUPPORTED' });
    expect(paper.journal.ofType('intent')).toEqual([]);
    expect(paper.chain.sender.sends).toEqual([]);
  });
});

describe('the compute price of the engine', () => {
  it('follows recent fees of the pools it trades, in the search and in the transaction alike', async () => {
    const paper = create({ sender: 'rpc', compute_price: 'recent' });
    paper.chain.reader.answer({ getRecentPriorityFees: async () => [40_000n, 60_000n, 50_000n] });
    await start(paper);
    await land(paper, await openGap(paper));
    await pass(paper, 3_000);
    paper.market.slot += 10n;
    const signature = await openGap(paper);
    const { transaction } = paper.chain.sender.sends.find((send) => send.signature === signature)!;
    // SetComputeUnitPrice: discriminator 3, u64 micro-lamports; the 75th percentile of three is the highest.
    const price = Buffer.from([3, ...new Uint8Array(new BigUint64Array([60_000n]).buffer)]);
    expect(Buffer.from(transaction).includes(price)).toBe(true);
    const alerts = paper.journal.ofType('alert').map((alert) => alert.rule);
    expect(alerts).not.toContain('PRICE_READ_INVALID');
  });
});
