import {PassThrough, Readable} from 'node:stream';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {describe, expect, it} from 'vitest';
import {
  signBulk,
  verifySigned,
  type BadLine,
  type BulkOptions,
  type KeyType,
} from '../../src/signing/index.js';
import {chunksOf, longestLine} from '../../src/signing/lines.js';
import {now, nowSeconds, publicKeys, signerOf} from './fixtures.js';

const rsa = signerOf('rsa');
const ecdsa = signerOf('ecdsa', 'sha256', 'KECDSA00000000');
const defaults: BulkOptions = {signers: [rsa, ecdsa], defaults: {expires: '2h'}, now, output: 'url'};

async function run(input: AsyncIterable<Uint8Array | string>, options: Partial<BulkOptions> = {}) {
  let text = '';
  let [signed, verified] = [0, 0];
  const bad: BadLine[] = [];
  for await (const result of signBulk(input, {...defaults, ...options})) {
    text += Buffer.from(result.text).toString('utf8');
    signed += result.signed;
    verified += result.verified;
    bad.push(...result.bad);
  }
  return {
    lines: text.split('\n').slice(0, -1),
    ended: text.endsWith('\n') || text === '',
    signed,
    verified,
    bad,
  };
}

const pieces = (text: string, size = 1000): AsyncIterable<Uint8Array> => {
  const bytes = Buffer.from(text);
  return Readable.from(
    Array.from({length: Math.ceil(bytes.length / size)}, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  );
};
const urls = (count: number): string[] =>
  Array.from({length: count}, (_, i) => `https://h.example/v/${i}.ts`);
const baseOf = (signed: string): string => signed.replace(/\?.*/, '');

describe('bulk', () => {
  it('signs plain URLs and JSON lines, each with its own terms', async () => {
    const input = [
      'https://h.example/a b',
      '{"url": "https://h.example/c?d=1", "expires": "10m"}',
      '',
      '{"url": "https://h.example/e", "ip": "192.0.2.0/24", "starts": 5, "keyPairId": "KECDSA00000000"}\r',
      '{"url": "https://h.example/v/1.ts", "resource": "https://h.example/v/*", "expires": 1767290400}',
    ].join('\n');
    const {lines, bad, signed} = await run(pieces(input, 7), {output: 'json'});
    expect(bad).toEqual([]);
    expect(signed).toBe(4);
    const results = lines.map(
      line => JSON.parse(line) as {line: number; url: string; kind: string; expires: number},
    );
    expect(results.map(({line, kind, expires}) => [line, kind, expires])).toEqual([
      [1, 'canned', nowSeconds + 7200],
      [2, 'canned', nowSeconds + 600],
      [4, 'custom', nowSeconds + 7200],
      [5, 'custom', 1767290400],
    ]);
    const keys = new Map([...publicKeys(rsa), ...publicKeys(ecdsa)]);
    for (const {url} of results)
      expect(verifySigned({url}, {publicKeys: keys, now, ip: '192.0.2.1'})).toMatchObject({valid: true});
    expect(results[2]?.url).toContain('Hash-Algorithm=SHA256');
  });

  const badLines = [
    ['/no/host', 'URL_NOT_ABSOLUTE'],
    ['{"url": 1}', 'LINE_FIELD'],
    ['{"url": "https://h.example/", "expiry": "2h"}', 'LINE_FIELD'],
    ['{"expires": "2h"}', 'LINE_FIELD'],
    ['{"url": "https://h.example/"', 'LINE_NOT_JSON'],
    ['{"url": "https://h.example/", "keyPairId": "KNOBODY0000000"}', 'LINE_KEY_UNKNOWN'],
    ['{"url": "https://h.example/", "expires": "2020-01-01"}', 'EXPIRY_PAST'],
    ['{"url": "https://h.example/", "expires": null}', 'LINE_FIELD'],
    ['https://h.example/ ', 'URL_WHITESPACE'],
    [`https://h.example/${'x'.repeat(100_000)}`, 'URL_TOO_LONG'],
  ] as const;

  it('reports a bad line with its number, and goes on', async () => {
    const input = badLines.flatMap(([line]) => [line, 'https://h.example/good']).join('\n');
    for (const size of [3, 4096, 1_000_000]) {
      const {lines, bad, signed} = await run(pieces(input, size));
      expect(signed).toBe(badLines.length);
      expect(lines).toHaveLength(badLines.length);
      expect(bad.map(({line, code}) => [line, code])).toEqual(
        badLines.map(([, code], i) => [i * 2 + 1, code]),
      );
    }
    const {lines} = await run(pieces(input), {output: 'json'});
    expect(lines).toHaveLength(badLines.length * 2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({line: 1, error: {code: 'URL_NOT_ABSOLUTE'}});
  });

  it('bytes that are not UTF-8 are a bad line, and a byte order mark is none', async () => {
    const input = Buffer.concat([
      Buffer.from('\ufeffhttps://h.example/a\nhttps://h.example/'),
      Buffer.of(0xe4, 0x0a),
      Buffer.from('https://h.example/ä'),
    ]);
    const byByte = Array.from(input, byte => Buffer.of(byte));
    for (const given of [[input], byByte]) {
      const {lines, bad} = await run(Readable.from(given));
      expect(lines.map(baseOf)).toEqual(['https://h.example/a', 'https://h.example/%C3%A4']);
      expect(bad).toMatchObject([{line: 2, code: 'URL_NOT_UNICODE'}]);
    }
  });

  it.each([
    ['rsa', 1, 1500],
    ['rsa', 3, 1500],
    ['ecdsa', 2, 6000],
  ] as const)(
    '%s on %i threads: in order, nothing lost, all but the sample verified',
    async (keyType: KeyType, workers, count) => {
      const input = urls(count);
      input[count - 200] = 'bad';
      const signer = keyType === 'rsa' ? rsa : ecdsa;
      const {lines, bad, signed, verified} = await run(pieces(input.join('\n'), 5000), {
        signers: [signer],
        workers,
        verifyEvery: 50,
      });
      expect(signed).toBe(count - 1);
      expect(bad).toMatchObject([{line: count - 199}]);
      expect(lines.map(baseOf)).toEqual(input.filter(line => line !== 'bad'));
      expect(verified).toBe(keyType === 'rsa' ? signed : count / 50);
      const options = {publicKeys: publicKeys(signer), now};
      for (const url of lines.filter((_, i) => i % 97 === 0))
        expect(verifySigned({url}, options).valid).toBe(true);
    },
  );

  it('verifies at least one, and the next good line where the sample falls on a bad one', async () => {
    const {signed, verified} = await run(pieces('bad\n\nhttps://h.example/1\nhttps://h.example/2\n'), {
      signers: [ecdsa],
      verifyEvery: 100,
    });
    expect({signed, verified}).toEqual({signed: 2, verified: 1});
  });

  it('nothing in, nothing out', async () => {
    expect(await run(pieces(''))).toMatchObject({lines: [], signed: 0, bad: []});
    expect(await run(pieces('\n\n\r\n'))).toMatchObject({lines: [], signed: 0, bad: []});
  });

  it('without a default expiry, a line without one is bad', async () => {
    const {bad} = await run(pieces('https://h.example/'), {defaults: {}});
    expect(bad).toMatchObject([{line: 1, code: 'LINE_WITHOUT_EXPIRY'}]);
  });

  it('reads no further than a few chunks ahead of whoever takes the results', async () => {
    let given = 0;
    const endless = (async function* () {
      for (;;) {
        given++;
        yield await Promise.resolve(`https://h.example/${given}\n`);
      }
    })();
    const workers = 2;
    let taken = 0;
    for await (const result of signBulk(endless, {...defaults, signers: [ecdsa], workers})) {
      taken += result.signed;
      expect(given - taken).toBeLessThanOrEqual(512 * (workers * 3 + 1));
      if (taken > 20_000) break;
    }
    expect(taken).toBeGreaterThan(20_000);
  });

  it.each(['rsa', 'ecdsa'] as const)('%s: a line of a live feed waits for no other', async keyType => {
    const taken: string[] = [];
    let wake = (): void => undefined;
    const counts = [1, 2, 700, 1, 3];
    // Each part comes only after the one before has come out.
    const feed = (async function* () {
      let given = 0;
      for (const count of counts) {
        yield urls(given + count)
          .slice(given)
          .join('\n');
        yield '\n';
        given += count;
        while (taken.length < given) await new Promise<void>(resolve => (wake = resolve));
      }
    })();
    const signers: BulkOptions['signers'] = [keyType === 'rsa' ? rsa : ecdsa];
    for await (const {text} of signBulk(feed, {...defaults, signers, workers: 2, waitMs: 1})) {
      taken.push(...Buffer.from(text).toString().trimEnd().split('\n'));
      wake();
    }
    expect(taken.map(baseOf)).toEqual(urls(707));
  });

  it('who leaves a feed that pauses need not wait for its next line', async () => {
    const feed = new PassThrough();
    feed.write('https://h.example/a\nhttps://h.exam');
    for await (const {signed} of signBulk(feed, {...defaults, waitMs: 1})) {
      expect(signed).toBe(1);
      break;
    }
    expect(feed.destroyed).toBe(false);
    feed.destroy();
  });

  it('keeps no result that was taken, with a signal or without', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (const signal of [undefined, new AbortController().signal]) {
      const taken: WeakRef<Uint8Array>[] = [];
      const results = signBulk(pieces(urls(512 * 40).join('\n'), 30_000), {
        ...defaults,
        signers: [ecdsa],
        signal,
      });
      let kept = Number.POSITIVE_INFINITY;
      for await (const {text} of results) {
        taken.push(new WeakRef(text));
        if (taken.length < 36) continue;
        await new Promise(resolve => setImmediate(resolve));
        collect();
        kept = taken.filter(result => result.deref() !== undefined).length;
        break;
      }
      expect(kept).toBeLessThan(12);
    }
  });

  it('fails as the input fails, and ends when the signal says so', async () => {
    const failing = (async function* () {
      for (const url of urls(2000)) yield await Promise.resolve(`${url}\n`);
      throw new Error('disk on fire');
    })();
    await expect(run(failing, {signers: [ecdsa]})).rejects.toThrow('disk on fire');

    const abort = new AbortController();
    const results = signBulk(pieces(urls(50_000).join('\n')), {...defaults, signal: abort.signal});
    await results.next();
    abort.abort(new Error('enough'));
    await expect(
      (async () => {
        for await (const result of results) expect(result.signed).toBeGreaterThan(0);
      })(),
    ).rejects.toThrow('enough');
  });

  it('a signature that does not verify ends the run: the fault is not the line’s', async () => {
    const broken = {...rsa, publicKey: ecdsa.publicKey};
    for (const count of [10, 2000]) {
      await expect(run(pieces(urls(count).join('\n')), {signers: [broken]})).rejects.toMatchObject({
        code: 'SIGNATURE_NOT_VERIFIED',
      });
    }
  });
});

describe('lines', () => {
  it('no chunk grows with a line that has no end', async () => {
    const endless = (async function* () {
      for (let i = 0; i < 500; i++) yield await Promise.resolve(Buffer.alloc(10_000, 'a'));
      yield Buffer.from('\nb\n');
    })();
    const chunks: {firstLine: number; length: number}[] = [];
    for await (const {firstLine, lines} of chunksOf(endless, {lines: 1, bytes: 1_000_000, waitMs: 20}))
      chunks.push({firstLine, length: lines.length});
    expect(chunks).toEqual([
      {firstLine: 1, length: longestLine + 1},
      {firstLine: 2, length: 2},
    ]);
  });
});
