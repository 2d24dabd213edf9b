import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {openLog} from '../../src/local/log.js';

it('shows control characters of a client as text, and keeps the lines of a stack', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'frontctl-log-'));
  onTestFinished(() => rm(dir, {recursive: true, force: true}));
  const log = openLog(join(dir, 'cloud.log'), 1000);
  log.write('GET /\x1b[31m\x9b2J\r\x00 ü');
  log.write('Error: x\n    at y');
  log.flush();
  expect(await readFile(join(dir, 'cloud.log'), 'utf8')).toBe(
    'GET /\\x1b[31m\\x9b2J\\x0d\\x00 ü\nError: x\n    at y\n',
  );
});
