import { describe, expect, it } from 'vitest';
import { createEndpointReader } from '../../src/chain/endpoints/create-endpoint-reader.js';
import { endpointSettings } from '../../src/chain/endpoints/endpoint-settings.js';
import { ExecutionMonitor } from '../../src/execute/execution-monitor.js';
import type { Verdict } from '../../src/execute/transaction-tracker.js';
import { ManualClock, RecordingSender, ScriptedFeed, SeededRandom } from '../../src/testing/index.js';
import { type Conduct, type Fate, ModelCluster } from './model-cluster.js';

const SEEDS = 150;
const LAST_VALID = 1_150n;
const FAULTS: readonly Conduct[] = ['liar', 'laggard', 'erratic'];

interface Story {
  readonly conducts: readonly Conduct[];
  readonly fate: Fate;
  /** Blocks until a block is final: two steps of commitment, or as good as one. */
  readonly finalizedAfter: bigint;
}

/** Draws a cluster with so many nodes, of which some do wrong. */
function draw(random: SeededRandom, nodes: number, faulty: number): Story {
  const conducts = Array.from({ length: nodes }, (_, index): Conduct =>
    index < faulty ? (FAULTS[random.nextInt(FAULTS.length)] ?? 'liar') : 'honest',
  );
  // Which of them is the preferred one is part of the draw.
  const turned = random.nextInt(nodes);
  const lands = random.nextInt(4) > 0;
  // The last block in which it can land is drawn as often as all others together: there the mistakes are.
  const landsAt = random.nextInt(2) === 0 ? LAST_VALID : 1_001n + BigInt(random.nextInt(150));
  const error = random.nextInt(3) === 0 ? { InstructionError: [2, { Custom: 1 }] } : null;
  return {
    conducts: [...conducts.slice(turned), ...conducts.slice(0, turned)],
    fate: { landsAt: lands ? landsAt : undefined, error, lastValidBlockHeight: LAST_VALID },
    finalizedAfter: random.nextInt(2) === 0 ? 32n : 2n,
  };
}

/** Runs a story and returns the verdict, the truth and what was told. */
async function run({ conducts, fate, finalizedAfter }: Story, random: SeededRandom, calmFromMs: number) {
  const clock = new ManualClock();
  const cluster = new ModelCluster(clock, random, fate, finalizedAfter);
  cluster.calmFromMs = calmFromMs;
  const asideNames: string[] = [];
  const endpoints = createEndpointReader({
    endpoints: conducts.map((conduct, index) => ({ name: `${conduct}-${index}`, reader: cluster.node(conduct) })),
    clock,
    settings: endpointSettings(5_000),
    onAlert: ({ rule, message }) => {
      if (rule === 'ENDPOINT_ANSWER_MISMATCH') asideNames.push(message.split(' ')[0] ?? '');
    },
  });
  const started = endpoints.start().catch(() => undefined);
  await clock.advance(2_000);
  const monitor = new ExecutionMonitor({
    clock,
    witnesses: endpoints.witnesses,
    feed: new ScriptedFeed(),
    senders: [new RecordingSender()],
    settings: {
      pollMs: 250,
      rebroadcastMs: 500,
      heightProbeAfterMs: 0,
      overdueAfterMs: 30_000,
      commitment: 'confirmed',
    },
    onSendFault: () => undefined,
    onReadFault: () => undefined,
    onDispute: () => undefined,
    onShortHistory: () => undefined,
    onOverdue: () => undefined,
  });
  let verdict: Verdict | undefined;
  const tracked = { id: 'a', signature: 'sig', transaction: Uint8Array.of(1), lastValidBlockHeight: LAST_VALID };
  void monitor.track({ ...tracked, sentAtMicros: clock.nowMicros() }).verdict.then((one) => (verdict = one));
  await clock.advance(45_000);
  await endpoints.close();
  await started;
  return { verdict, truth: cluster.truth, asideNames };
}

function expectTrue({ verdict, truth, asideNames }: Awaited<ReturnType<typeof run>>, told: string): void {
  // Only who lies may be called a liar.
  expect(
    asideNames.filter((name) => !name.startsWith('liar')),
    told,
  ).toEqual([]);
  if (verdict === undefined) return;
  if (truth === null) expect(verdict.kind, told).toBe('expired');
  else {
    expect(verdict.kind, told).toBe(truth.error === null ? 'landed' : 'failed');
    expect(verdict.kind === 'expired' ? null : verdict.landed, told).toEqual(truth);
  }
}

describe('verdicts of several nodes', () => {
  it.each([2, 3, 4, 5])('are true or stay open while fewer than a quorum of %i do wrong', async (nodes) => {
    const quorum = Math.floor(nodes / 2) + 1;
    let open = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = new SeededRandom(seed * 100 + nodes);
      const story = draw(random, nodes, 1 + random.nextInt(quorum - 1));
      const outcome = await run(story, random, Number.POSITIVE_INFINITY);
      const told = `seed ${seed} of ${nodes} nodes: ${story.conducts.join(' ')}, ${String(story.fate.landsAt)}`;
      expectTrue(outcome, told);
      if (outcome.verdict === undefined) open += 1;
    }
    // Two nodes of which one is at fault decide little; more than that decide nearly everything.
    if (nodes % 2 === 1) expect(open, `${open} of ${SEEDS} stayed open`).toBe(0);
  });

  it('are all found once a minority of three nodes has stopped to fail', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = new SeededRandom(seed * 1_000);
      const story = draw(random, 3, 1);
      const outcome = await run(story, random, 12_000);
      const told = `seed ${seed}: ${story.conducts.join(' ')}`;
      expectTrue(outcome, told);
      expect(outcome.verdict, told).toBeDefined();
    }
  });
});
