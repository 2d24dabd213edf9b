/** Signed cookies and URLs at the embedded edge: a player walks through an HLS stream. */
import {CloudFront} from '@aws-sdk/client-cloudfront';
import {chromium} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {localKeys} from '../../src/aws/index.js';
import {keyProject, rsa, rsaPem, spki, type KeyProject} from './keys.js';
import {findChromium} from './tools.js';
import {view} from './viewer.js';
import {chromiumArguments, visit} from './visit.js';
import type {Deployed, LocalStatus} from './workspace.js';

let project: KeyProject;
beforeAll(() => {
  project = keyProject();
});
afterAll(() => project.dispose());

describe("a player's walk: HLS behind one set of cookies", () => {
  const segment = (n: number): Buffer => {
    // 40 packets of an MPEG transport stream: sync byte, null PID, counter.
    const packet = (counter: number): Buffer =>
      Buffer.concat([Buffer.from([0x47, 0x1f, 0xff, 0x10 | (counter & 15)]), Buffer.alloc(184, n)]);
    return Buffer.concat(Array.from({length: 40}, (_, counter) => packet(counter)));
  };
  const names = Array.from({length: 6}, (_, n) => `720p/segment ${n}.ts`);
  const playlist = [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    '#EXT-X-TARGETDURATION:6',
    '#EXT-X-MEDIA-SEQUENCE:0',
    ...names.flatMap(name => ['#EXTINF:6.0,', `${encodeURI(name)}?cdn=1`]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');

  let site: Deployed;
  let status: LocalStatus;
  let origin: string;
  let keyPairId: string;
  let cloudFront: CloudFront;

  beforeAll(async () => {
    project.write({
      'dist/index.html': '<!doctype html><title>Player</title>',
      'dist/video/main.m3u8': playlist,
      ...Object.fromEntries(names.map((name, n) => [`dist/video/${name}`, segment(n)])),
    });
    await project.json(['local', 'start', '--deploy-delay', '0s']);
    site = await project.json(['deploy', './dist', '--local']);
    status = await project.json(['local', 'status']);
    origin = new URL(site.url).origin;
    cloudFront = new CloudFront({endpoint: status.endpoint, region: 'us-east-1', credentials: localKeys});
    const made = await cloudFront.createPublicKey({
      PublicKeyConfig: {CallerReference: 'player', Name: 'player', EncodedKey: spki(rsa.publicKey)},
    });
    keyPairId = made.PublicKey?.Id ?? '';
    const group = await cloudFront.createKeyGroup({
      KeyGroupConfig: {Name: 'players', Items: [keyPairId]},
    });
    const {DistributionConfig, ETag} = await cloudFront.getDistributionConfig({Id: site.distributionId});
    const {DefaultCacheBehavior: usual} = DistributionConfig ?? {};
    if (DistributionConfig === undefined || usual === undefined) throw new Error('no distribution');
    await cloudFront.updateDistribution({
      Id: site.distributionId,
      IfMatch: ETag,
      DistributionConfig: {
        ...DistributionConfig,
        CacheBehaviors: {
          Quantity: 1,
          Items: [
            {
              ...usual,
              PathPattern: '/video/*',
              TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: [group.KeyGroup?.Id ?? '']},
            },
          ],
        },
      },
    });
  });

  afterAll(() => cloudFront.destroy());

  const key = (): string[] => ['--key', 'rsa.pem', '--key-pair-id', keyPairId];
  const segmentUrls = (): URL[] =>
    playlist
      .split('\n')
      .filter(line => line.includes('.ts'))
      .map(line => new URL(line, `${origin}/video/main.m3u8`));

  it('without cookies nothing but the page', async () => {
    expect((await view(site.url)).status).toBe(200);
    for (const each of [new URL('/video/main.m3u8', origin), ...segmentUrls()])
      expect((await view(each)).status, each.href).toBe(403);
  });

  it('with them the playlist and every segment, byte for byte', async () => {
    const printed = await project.good([
      ...['sign', 'cookies', `${origin}/video/*`, '--expires', '1h', ...key()],
      ...['--format', 'curl', '--no-secure', '--local'],
    ]);
    const cookie = /^--cookie '(.*)'$/.exec(printed)?.[1] ?? '';
    const listed = await view(new URL('/video/main.m3u8', origin), {cookie});
    expect([listed.status, listed.body.toString()]).toEqual([200, playlist]);
    for (const [n, each] of segmentUrls().entries()) {
      const answer = await view(each, {cookie});
      expect(answer.status, each.href).toBe(200);
      expect(answer.body.equals(segment(n)), each.href).toBe(true);
      // A player's range, and a neighbour without cookies, who gets nothing of the shared copy.
      expect(
        (await view(each, {cookie, range: 'bytes=188-375'})).body.equals(segment(n).subarray(188, 376)),
      ).toBe(true);
      expect((await view(each)).status).toBe(403);
    }
  });

  it('a jar as a download tool reads it', async () => {
    const jar = await project.good([
      ...['sign', 'cookies', `${origin}/video/*`, '--expires', '1h', ...key()],
      ...['--format', 'netscape', '--no-secure'],
    ]);
    const fields = jar
      .split('\n')
      .slice(1)
      .map(line => line.split('\t'));
    expect(fields.map(([host, subdomains, path, secure]) => [host, subdomains, path, secure])).toEqual(
      Array.from({length: 3}, () => ['#HttpOnly_127.0.0.1', 'FALSE', '/', 'FALSE']),
    );
    const cookie = fields.map(line => `${line[5]}=${line[6]}`).join('; ');
    for (const each of segmentUrls()) expect((await view(each, {cookie})).status).toBe(200);
  });

  it('cookies for the name that the address stands for, over https', async () => {
    const {domainName = ''} = status.distributions.find(each => each.id === site.distributionId) ?? {};
    const {cookies} = JSON.parse(
      await project.good([
        'sign',
        'cookies',
        `http*://${domainName}/video/*`,
        '--expires',
        '1h',
        ...key(),
        '--json',
      ]),
    ) as {cookies: Record<string, string>};
    const cookie = Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    for (const each of segmentUrls()) expect((await view(each, {cookie})).status).toBe(200);
  });

  it('a signed URL opens one file, with and without its range of addresses', async () => {
    const [first, second] = segmentUrls();
    const signed = await project.good([
      'sign',
      'url',
      first?.href ?? '',
      '--expires',
      '1h',
      ...key(),
      '--local',
    ]);
    expect((await view(signed)).status).toBe(200);
    expect((await view(signed.replace('segment%200', 'segment%201'))).status).toBe(403);
    const here = await project.good([
      'sign',
      'url',
      second?.href ?? '',
      '--expires',
      '1h',
      '--ip',
      '127.0.0.1',
      ...key(),
    ]);
    expect((await view(here)).status).toBe(200);
    const elsewhere = await project.good([
      'sign',
      'url',
      second?.href ?? '',
      '--expires',
      '1h',
      '--ip',
      '192.0.2.0/24',
      ...key(),
    ]);
    expect((await view(elsewhere)).status).toBe(403);
  });

  it('sign verify asks CloudFront for the key', async () => {
    const signed = await project.good([
      'sign',
      'url',
      `${origin}/video/main.m3u8`,
      '--expires',
      '1h',
      ...key(),
    ]);
    expect(JSON.parse(await project.good(['sign', 'verify', signed, '--local', '--json']))).toMatchObject({
      valid: true,
      keyPairId,
      notes: [],
    });
    const unknown = await project.run([
      'sign',
      'verify',
      signed.replace(keyPairId, 'K0000000000000'),
      '--local',
      '--json',
    ]);
    expect(unknown.code).toBe(1);
    expect(JSON.parse(unknown.stdout)).toMatchObject({valid: false, reason: 'unknown key'});
    const late = await project.run(['sign', 'verify', '-', '--local', '--at', '2h'], {input: signed});
    expect(late.code).toBe(1);
    expect(late.stdout).toMatch(/^Not valid: expired at .*\nKey \S+, SHA-1, canned policy\n/);
    const answer = await project.good(
      ['sign', 'verify', '-', '--local', '--url', `${origin}/video/720p/1.ts`],
      {
        input: await project.good([
          'sign',
          'cookies',
          `${origin}/video/*`,
          '--expires',
          '1h',
          ...key(),
          '--no-secure',
        ]),
      },
    );
    expect(answer).toMatch(/^Valid until /);
  });

  const executablePath = findChromium('an HLS playlist behind signed cookies in a browser');

  it.skipIf(executablePath === undefined)('in Chromium, set by their headers', async () => {
    const headers = (
      await project.good([
        'sign',
        'cookies',
        `${origin}/video/*`,
        '--expires',
        '1h',
        ...key(),
        '--no-secure',
        '--path',
        '/video',
      ])
    ).split('\n');
    const browser = await chromium.launch({
      ...(executablePath === undefined ? {} : {executablePath}),
      args: [...chromiumArguments],
    });
    try {
      const {page, problems} = await visit(browser);
      await page.goto(site.url);
      await page.evaluate(
        'document.head.insertAdjacentHTML(\'beforeend\', \'<link rel="icon" href="data:,">\')',
      );
      const load = async (): Promise<{status: number; bytes: number}[]> =>
        page.evaluate(`(async () => {
          const answers = [];
          const load = async url => {
            const answer = await fetch(url, {cache: 'no-store'});
            const body = await answer.arrayBuffer();
            answers.push({status: answer.status, bytes: body.byteLength});
            return new TextDecoder().decode(body);
          };
          const list = await load('/video/main.m3u8');
          const base = new URL('/video/main.m3u8', location.href);
          for (const line of list.split('\\n'))
            if (line !== '' && !line.startsWith('#') && answers[0].status === 200) await load(new URL(line, base));
          return answers;
        })()`);
      expect((await load()).map(each => each.status)).toEqual([403]);
      const before = problems.length;
      await page.context().addCookies(
        headers.map(header => {
          const [pair = '', ...attributes] = header.replace(/^Set-Cookie: /, '').split('; ');
          const equals = pair.indexOf('=');
          return {
            name: pair.slice(0, equals),
            value: pair.slice(equals + 1),
            domain: new URL(origin).hostname,
            path: attributes.find(each => each.startsWith('Path='))?.slice('Path='.length) ?? '/',
            httpOnly: attributes.includes('HttpOnly'),
            secure: attributes.includes('Secure'),
          };
        }),
      );
      expect(await load()).toEqual([
        {status: 200, bytes: playlist.length},
        ...names.map(() => ({status: 200, bytes: 40 * 188})),
      ]);
      expect(await page.evaluate('document.cookie')).toBe('');
      expect(problems.slice(before)).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

it('no output of any run here holds key material, and no error a signature', () => {
  project.expectNoSecrets(12);
});

it('the log of the embedded cloud holds no line of a private key', async () => {
  const {stdout} = await project.run(['local', 'logs']);
  expect(stdout).toContain('CreatePublicKey');
  const secrets = rsaPem.trim().split('\n').slice(1, -1);
  expect(secrets.filter(secret => stdout.includes(secret))).toEqual([]);
});
