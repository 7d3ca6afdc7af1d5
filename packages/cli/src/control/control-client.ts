import { connect } from 'node:net';
import type { ControlAnswer, ControlRequest } from './control-message.js';

/** An engine answers at once; one whose event loop hangs does not. */
const ANSWER_TIMEOUT_MS = 2_000;

/** Returned when somebody listens and does not answer. */
const NO_ANSWER: ControlAnswer = { ok: false, error: 'the engine does not answer' };

/** Asks the engine that listens at a path; `undefined` when nobody listens, `NO_ANSWER` when somebody does and stays silent. */
export async function askEngine(path: string, request: ControlRequest): Promise<ControlAnswer | undefined> {
  return await new Promise((resolve) => {
    let text = '';
    let connected = false;
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('connect', () => {
      connected = true;
      socket.write(`${JSON.stringify(request)}\n`);
    });
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(connected ? answerIn(text) : undefined));
  });
}

function answerIn(text: string): ControlAnswer {
  try {
    return JSON.parse(text) as ControlAnswer;
  } catch {
    return NO_ANSWER;
  }
}
