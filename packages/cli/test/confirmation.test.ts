import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm } from '../src/confirmation.js';

async function answerTo(typed: string | null): Promise<{ readonly said: boolean; readonly shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const said = confirm('Sure? ', { input, output });
  if (typed === null) input.end();
  else input.write(typed);
  return { said: await said, shown };
}

test.each([
  ['yes\n', true],
  ['  YES \n', true],
  ['y\n', false],
  ['\n', false],
  ['no\n', false],
  ['yes please\n', false],
  [null, false],
])('%j is %s', async (typed, said) => {
  expect(await answerTo(typed)).toMatchObject({ said, shown: expect.stringContaining('Sure?') });
});

test('an interrupt is a no, and one that came before the question too', async () => {
  const stop = new AbortController();
  const [input, output] = [new PassThrough(), new PassThrough()];
  const said = confirm('Sure? ', { input, output }, stop.signal);
  stop.abort();
  expect(await said).toBe(false);
  expect(await confirm('Sure? ', { input: new PassThrough(), output }, stop.signal)).toBe(false);
});
