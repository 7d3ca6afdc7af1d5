import { styleText } from 'node:util';
import type { StartedEvent } from '@tandem/engine/events';
import { eventLine, outcomeLine } from './event-line.js';
import { fit, formatElapsed, formatSol, shorten } from './format.js';
import { haltText } from './halt-text.js';
import type { Output, TextSink } from './output.js';
import { RunFacts } from './run-facts.js';

export interface LiveViewOptions {
  readonly terminal: TextSink;
  /** Current size of the terminal, read at each frame. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly nowMs: () => number;
  /** Whether colours may be used (NO_COLOR unset). */
  readonly color: boolean;
  /** Calls the function every so many milliseconds and returns how to stop it. */
  readonly every: (ms: number, run: () => void) => () => void;
}

const FRAME_MS = 100;
const HEADER_ROWS = 7;

/** Draws a block that is rewritten in place; on close it leaves the last frame and the summary behind. */
export function createLiveView(options: LiveViewOptions): Output {
  const { terminal } = options;
  const facts = new RunFacts();
  const startedAtMs = options.nowMs();
  let drawnRows = 0;

  const draw = () => {
    const lines = renderFrame(facts, {
      ...options.size(),
      elapsedMs: options.nowMs() - startedAtMs,
      nowMs: options.nowMs(),
      color: options.color,
    });
    const up = drawnRows > 0 ? `\u001b[${drawnRows}A` : '';
    terminal.write(`${up}${lines.map((line) => `\u001b[2K${line}`).join('\n')}\n\u001b[0J`);
    drawnRows = lines.length;
  };
  const stop = options.every(FRAME_MS, draw);
  /** A notice takes the block's place; the next frame is drawn below it. */
  const notice = (text: string) => {
    terminal.write(`${drawnRows > 0 ? `\u001b[${drawnRows}A\u001b[0J` : ''}${text}\n`);
    drawnRows = 0;
  };

  return {
    event(event) {
      facts.add(event);
      if (event.type !== 'summary') return;
      draw();
      terminal.write(`${eventLine(event) ?? ''}\n`);
      drawnRows = 0;
    },
    notice,
    close: stop,
  };
}

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly elapsedMs: number;
  readonly nowMs: number;
  readonly color: boolean;
}

/** Returns the lines of one frame; none is wider than the terminal. */
export function renderFrame(facts: RunFacts, frame: FrameOptions): string[] {
  const width = Math.max(40, frame.columns - 1);
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    frame.color ? styleText(style, text, { validateStream: false }) : text;
  const { started } = facts;
  const where =
    started === undefined ? 'starting' : `${started.network}/${started.chain}  ${started.mode}  ${started.core} core`;
  const rate = facts.submitted === 0 ? 'n/a' : `${((100 * facts.executed) / facts.submitted).toFixed(1)} %`;
  const trades = facts.simulated > 0 ? `simulated ${facts.simulated}` : `trades ${facts.executed}`;
  const listed = Math.max(1, Math.min(12, frame.rows - HEADER_ROWS - 2));
  return [
    paint(['bold', 'inverse'], fit(` TANDEM  ${where}  ${facts.state}  ${formatElapsed(frame.elapsedMs)}`, width)),
    fit(started === undefined ? '' : walletLine(started, width), width),
    fit(
      ` ${trades}   missed ${facts.missed}   in flight ${facts.inFlight}   success ${rate}   seen ${facts.opportunities}`,
      width,
    ),
    paint(
      facts.netProfitLamports < 0n ? 'red' : 'green',
      fit(` net profit ${formatSol(facts.netProfitLamports)}`, width),
    ),
    fit(
      ` ${facts.state === 'HALTED' ? haltText(facts.landable(frame.nowMs)) : `refused ${refusedText(facts)}`}`,
      width,
    ),
    paint('yellow', fit(facts.lastAlert === '' ? '' : ` ${facts.lastAlert}`, width)),
    '─'.repeat(width),
    ...facts.outcomes.slice(-listed).map((outcome) => {
      const line = fit(` ${outcomeLine(outcome)}`, width);
      return outcome.type === 'missed' ? paint('red', line) : line;
    }),
  ];
}

/** The venues by name where they fit; their number says more than half a list. */
function walletLine({ wallet, pools, venues }: StartedEvent, width: number): string {
  const line = ` wallet ${shorten(wallet, 6)}   pools ${pools}   `;
  const names = venues.join(', ');
  return line.length + names.length <= width ? `${line}${names}` : `${line}${venues.length} venues`;
}

function refusedText(facts: RunFacts): string {
  if (facts.refused.size === 0) return 'none';
  const most = [...facts.refused].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return most.map(([reason, count]) => `${reason} ${count}`).join('  ');
}
