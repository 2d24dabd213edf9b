import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {verifySigned} from '../../../src/signing/index.js';
import {signFile, type SignFileRequest} from '../../../src/terminal/sign/bulk.js';
import {writeOut, type Output} from '../../../src/terminal/sign/write-out.js';
import {ec, failureOf, folder, keyPairId, now, privatePem, session} from './keys.js';

const dir = folder({'ec.pem': privatePem(ec.privateKey)});

const request = (lines: string, changes: Partial<SignFileRequest> = {}): SignFileRequest => {
  const fromFile = join(dir, 'lines.txt');
  writeFileSync(fromFile, lines);
  return {
    fromFile,
    format: 'url',
    resource: undefined,
    verifyEvery: 100,
    quiet: true,
    key: join(dir, 'ec.pem'),
    keyPairId,
    passphrase: undefined,
    hash: undefined,
    expires: '1h',
    starts: undefined,
    ip: undefined,
    policy: undefined,
    ...changes,
  };
};

/** Takes a chunk when it is let, one at a time; more at once is the writer's fault. */
function slowOutput(take: (text: string, n: number) => Error | undefined) {
  const taken: string[] = [];
  let isBusy = false;
  const output: Output = {
    write: (bytes, done) => {
      if (isBusy) throw new Error('written before the last chunk was taken');
      isBusy = true;
      setImmediate(() => {
        isBusy = false;
        const text = Buffer.from(bytes).toString();
        const error = take(text, taken.length);
        if (error === undefined) taken.push(text);
        done(error);
      });
      return false;
    },
  };
  return {output, text: () => taken.join('')};
}

const urls = (n: number): string => Array.from({length: n}, (_, i) => `https://h.example/${i}\n`).join('');

describe('signFile', () => {
  it('writes every URL in its order, one chunk after the other', async () => {
    const {output, text} = slowOutput(() => undefined);
    expect(await signFile(session(), request(urls(3000)), {now, output})).toBeUndefined();
    const lines = text().trimEnd().split('\n');
    expect(lines.map(line => line.replace(/\?.*/, ''))).toEqual(urls(3000).trimEnd().split('\n'));
    const publicKeys = new Map([[keyPairId, ec.publicKey]]);
    for (const url of lines) expect(verifySigned({url}, {publicKeys, now}).reason).toBe('valid');
  });

  it('leaves bad lines out and ends with exit 2', async () => {
    const {output, text} = slowOutput(() => undefined);
    const lines = `https://h.example/a\nnope\n\n{"url":"https://h.example/b","expires":"1d"}\n{"url":1}\n`;
    const failure = await signFile(session(), request(lines), {now, output});
    expect(failure).toMatchObject({code: 'LINES_REFUSED', exitCode: 2});
    expect(failure?.message).toBe('2 lines could not be signed. 2 URLs were signed.');
    expect(text().match(/^https:\/\/h\.example\/./gm)).toEqual([
      'https://h.example/a',
      'https://h.example/b',
    ]);
  });

  it('answers JSON for every line', async () => {
    const {output, text} = slowOutput(() => undefined);
    await signFile(session(), request('https://h.example/a\nnope\n', {format: 'json'}), {now, output});
    const [good, bad] = text()
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as object);
    expect(good).toMatchObject({line: 1, kind: 'canned', expires: now.getTime() / 1000 + 3600});
    expect(bad).toMatchObject({line: 2, error: {code: 'URL_NOT_ABSOLUTE'}});
  });

  it.each(['EPIPE', 'EOF'])('ends quietly when the reader leaves (%s)', async code => {
    const {output, text} = slowOutput((_text, n) => (n < 1 ? undefined : Object.assign(new Error(), {code})));
    expect(await signFile(session(), request(`nope\n${urls(3000)}`), {now, output})).toBeUndefined();
    expect(text()).toMatch(/^https:\/\/h\.example\/0\?/);
  });

  it('tells a full disk', async () => {
    const {output} = slowOutput(() => Object.assign(new Error('no space'), {code: 'ENOSPC'}));
    await expect(signFile(session(), request(urls(10)), {now, output})).rejects.toThrow('no space');
  });

  it('says after an interruption how much is written, in whole lines', async () => {
    const controller = new AbortController();
    const {output, text} = slowOutput((_text, n) => {
      if (n === 1) controller.abort();
      return undefined;
    });
    const failure = await failureOf(
      signFile(session({signal: controller.signal}), request(urls(5000)), {now, output}),
    );
    const written = text().split('\n').length - 1;
    expect(failure).toMatchObject({code: 'INTERRUPTED', exitCode: 130});
    expect(failure.message).toBe(`Interrupted after ${written.toLocaleString('en-US')} URLs.`);
    expect(text()).toMatch(/Key-Pair-Id=K2JCJMDEHXQW5F\n$/);
  });

  it('takes a policy for all lines', async () => {
    const {output, text} = slowOutput(() => undefined);
    const policy = join(dir, 'policy.json');
    const expires = now.getTime() / 1000 + 60;
    writeFileSync(
      policy,
      JSON.stringify({
        Statement: [{Resource: 'https://h.example/*', Condition: {DateLessThan: {'AWS:EpochTime': expires}}}],
      }),
    );
    await signFile(session(), request(urls(2), {policy, expires: undefined}), {now, output});
    expect(text().match(/\?Policy=/g)).toHaveLength(2);
  });

  it.each<[string, Partial<SignFileRequest>, string]>([
    ['no such file', {fromFile: join(dir, 'nowhere')}, 'FILE_UNREADABLE'],
    ['a folder', {fromFile: dir}, 'FILE_UNREADABLE'],
    ['stdin twice', {fromFile: '-', key: '-'}, 'STDIN_TWICE'],
    ['stdin thrice', {fromFile: '-', policy: '-', key: '-'}, 'STDIN_TWICE'],
  ])('%s', async (_name, changes, code) => {
    const {output} = slowOutput(() => new Error('nothing is written'));
    const failure = await failureOf(signFile(session(), request('', changes), {now, output}));
    expect(failure).toMatchObject({code, exitCode: 2});
  });
});

describe('writeOut', () => {
  it('does not write nothing', async () => {
    const output: Output = {write: () => expect.fail('written')};
    expect(await writeOut(output, new Uint8Array())).toBe(true);
  });
});
