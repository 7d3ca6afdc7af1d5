import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSecret } from '../src/read-secret.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-secret-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'token');
writeFileSync(file, '  from-file\n');
writeFileSync(join(folder, 'empty'), '\n');

test.each([
  ['nothing named', { env: null, file: null }, {}, undefined],
  ['the environment', { env: 'KEY', file: null }, { KEY: ' from-env ' }, 'from-env'],
  ['the environment before the file', { env: 'KEY', file }, { KEY: 'from-env' }, 'from-env'],
  ['the file where the variable is empty', { env: 'KEY', file }, { KEY: '' }, 'from-file'],
  ['the file', { env: null, file }, {}, 'from-file'],
])('a token comes from its place: %s', (_what, source, environment, token) => {
  expect(readSecret(source, environment)).toBe(token);
});

test.each([
  ['an unset variable', { env: 'KEY', file: null }, 'KEY'],
  ['a missing file', { env: null, file: join(folder, 'none') }, 'none'],
  ['an empty file', { env: null, file: join(folder, 'empty') }, 'empty'],
])('%s is named', (_what, source, named) => {
  expect(() => readSecret(source, {})).toThrow(
    expect.objectContaining({ code: 'CLI_TOKEN_MISSING', message: expect.stringContaining(named) }),
  );
});
