import { expect, it } from 'vitest';
import { decodeAddress } from '../../src/chain/base58.js';
import { SOL } from '../strategy/sample-opportunity.js';
import { GAP, paperEngine, pass, start, testSigner } from './paper-engine.js';
import { tokenAccountData } from './paper-pools.js';

const { address } = testSigner();
const neverSigns = {
  address,
  signTransaction: () => {
    throw new Error('a simulation signed');
  },
};

function create(answer: { readonly profit: bigint; readonly error?: unknown }) {
  const paper = paperEngine({ config: { execution_mode: 'SIMULATION' }, signer: neverSigns });
  const simulated: Uint8Array[] = [];
  paper.chain.reader.answer({
    simulate: async (transaction, [account]) => {
      simulated.push(transaction);
      const data = tokenAccountData(decodeAddress(SOL), address, 5_000_000_000n + answer.profit);
      const after = { address: account!, owner: address, lamports: 1n, slot: 101n, data };
      return { slot: 101n, error: answer.error ?? null, logs: [], unitsConsumed: 1n, accounts: [after] };
    },
  });
  return { ...paper, simulated };
}

it('walks the same path through a simulation, signs nothing and sends nothing', async () => {
  const paper = create({ profit: 47_642_666n });
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper, 100);
  const [simulated] = paper.journal.ofType('simulated');
  expect(simulated).toMatchObject({ baseMint: SOL, result: `ENTERPRISE_SIM_${simulated!.poolA}_${simulated!.poolB}` });
  const { base, priority } = simulated!.fees;
  expect(BigInt(simulated!.actualProfit)).toBe(47_642_666n - BigInt(base) - BigInt(priority));
  expect(simulated!.actualProfit).toBe(simulated!.expectedProfit);
  expect([...paper.simulated[0]!.subarray(0, 65)]).toEqual([1, ...Array.from({ length: 64 }, () => 0)]);
  expect(paper.chain.sender.sends).toEqual([]);
  expect(paper.journal.ofType('intent')).toEqual([]);
  await finish(paper);
  expect(paper.engine.summary()).toMatchObject({ submitted: 0, unresolved: 0 });
});

it('refuses with the decoded reason what the simulation shows to fail', async () => {
  const paper = create({ profit: 0n, error: { InstructionError: [2, { Custom: 6005 }] } });
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper, 100);
  const refused = paper.journal.ofType('refused').find((event) => event.stage === 'plan');
  expect(refused).toMatchObject({
    reason: 'PLAN_SIMULATION_INVALID',
    details: { reason: 'raydium_cpmm ExceededSlippage (6005) in leg 1' },
  });
  expect(paper.journal.ofType('simulated')).toEqual([]);
  await finish(paper);
});

it('simulates the set-up too when the wallet has no token accounts yet', async () => {
  const paper = create({ profit: 1n });
  paper.chain.tokens.clear();
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper, 100);
  expect(paper.simulated.length).toBeGreaterThan(0);
  expect(paper.chain.sender.sends).toEqual([]);
  await finish(paper);
});

async function finish(paper: ReturnType<typeof create>): Promise<void> {
  const stopping = paper.engine.stop();
  await pass(paper, 1_000);
  await stopping;
}
