import { createInterface } from 'node:readline/promises';

/** Where a person is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks for a `yes` typed in full; everything else, Ctrl-C and a closed input too, is a no. */
export async function confirm(question: string, { input, output }: Terminal, stop?: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input, output });
  const cancel = new AbortController();
  // Without a terminal to write to, Ctrl-C is told to the process and not to the lines.
  stop?.addEventListener('abort', () => cancel.abort(), { once: true });
  if (stop?.aborted === true) cancel.abort();
  lines.on('SIGINT', () => cancel.abort());
  lines.on('close', () => cancel.abort());
  try {
    const answer = await lines.question(question, { signal: cancel.signal });
    return answer.trim().toLowerCase() === 'yes';
  } catch (error) {
    if (cancel.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}
