import type { DataDirReport, NetworkReport } from '../control/data-dir-report.js';
import type { EngineStatus } from '../control/control-message.js';
import { haltText } from './halt-text.js';

/** Returns a data directory's state for a person. */
export function statusText(report: DataDirReport): string {
  const { dataDir, engine, running, holder, haltReason, networks } = report;
  return [
    `data directory  ${dataDir}`,
    `engine          ${engineText(engine, running, holder)}`,
    ...(running === undefined ? [] : runningLines(running)),
    `HALT file       ${haltReason === undefined ? 'none' : `there: ${haltReason === '' ? 'no reason given' : haltReason}`}`,
    ...(networks.length === 0 ? ['journal         none'] : networks.flatMap(networkLines)),
    '',
  ].join('\n');
}

function engineText(
  engine: DataDirReport['engine'],
  running: EngineStatus | undefined,
  holder: string | undefined,
): string {
  if (running !== undefined) return `runs on ${running.network}, process ${running.pid}, since ${running.startedAt}`;
  if (engine === 'none') return 'none runs';
  return `does not answer${holder === undefined ? '' : ` (${holder})`}`;
}

function runningLines(running: EngineStatus): string[] {
  const { state, trigger, source, since, key, summary } = running;
  const isActive = state === 'ACTIVE';
  return [
    `state           ${state}${isActive ? '' : ` since ${since}, by ${source}`}`,
    ...(isActive ? [] : [`trigger         ${trigger}`]),
    `in flight       ${isActive ? String(running.inFlight.length) : haltText(running)}`,
    ...(key === 'held' ? [] : ['key             dropped']),
    ...(summary === undefined
      ? []
      : [`this run        ${summary.submitted} submitted, ${summary.executed} executed, ${summary.missed} missed`]),
  ];
}

function networkLines({ network, journal }: NetworkReport): string[] {
  const { state, changed, unresolved, lastReconciled } = journal;
  const title = `journal ${network}`.padEnd(16);
  const heights = unresolved.map(({ lastValidBlockHeight }) => BigInt(lastValidBlockHeight));
  const last = heights.reduce((most, height) => (height > most ? height : most), 0n);
  return [
    `${title}${state}${changed === undefined ? '' : ` since ${changed.at}, by ${changed.source ?? 'engine'}`}`,
    ...(changed === undefined ? [] : [`  trigger       ${changed.trigger}`]),
    `  unresolved    ${unresolved.length}${unresolved.length === 0 ? '' : `, the last can land until block height ${last}`}`,
    `  reconciled    ${lastReconciled === undefined ? 'never' : `${lastReconciled.outcome} at slot ${lastReconciled.slot}, ${lastReconciled.at}`}`,
  ];
}
