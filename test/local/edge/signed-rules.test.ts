import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {rememberedSignatures} from '../../../src/local/edge/choices.js';
import {judgeAccess} from '../../../src/local/edge/rules/signed-access.js';
import {
  decodeSigned,
  readSignedCookies,
  readSignedQuery,
} from '../../../src/local/edge/rules/signed-fields.js';
import {compileKey} from '../../../src/local/edge/rules/signed-keys.js';
import {inRange, inTime, isEpochTime, readPolicy} from '../../../src/local/edge/rules/signed-policy.js';
import {resourceMatches, urlText, type SignedUrl} from '../../../src/local/edge/rules/signed-resource.js';
import type {ViewerRequest} from '../../../src/local/edge/message.js';
import {ecPair, encode, rsaPair, signFields, type Fields} from './signer.js';

const urlOf = (text: string): SignedUrl => {
  const [, protocol = '', domain = '', path = '', query = ''] =
    /^(\w+):\/\/([^/]+)([^?]*)\??(.*)$/.exec(text) ?? [];
  return {protocol, domain, path, query};
};

describe('a resource', () => {
  it.each([
    // The guide's own examples.
    ['https://www.example.com/hello*world', 'https://www.example.com/helloworld', true],
    ['https://www.example.com/hello*world', 'https://www.example.com/hello-world', true],
    ['https://www.example.com/hello*world', 'https://www.example.net/hello?world', false],
    ['https://www.example.com/hello*world', 'https://www.example.com/hello?world', false],
    ['http://example.com/hello*', 'http://example.com/hello?a=b', true],
    ['http://example.com/hello*\\?*', 'http://example.com/hello/you', true],
    ['http://example.com*', 'http://example.com.org/a/b?c', true],
    ['http://example.com*/*\\?*', 'http://example.com/a/b?c', true],
    ['*example.com', 'https://www.example.com/', true],
    ['*example.com', 'https://www.example.com/a', false],
    ['*', 'http://anything/at?all', true],
    ['https://d1.cloudfront.net/*game_download.zip*', 'https://d1.cloudfront.net/game_download.zip', true],
    [
      'https://d1.cloudfront.net/*game_download.zip*',
      'https://d1.cloudfront.net/a_game_download.zip?license=yes',
      true,
    ],
    ['https://d1.cloudfront.net/*game_download.zip*', 'https://d1.cloudfront.net/game_download.tar', false],
    ['https://*', 'https://d1.cloudfront.net/training/orientation.pdf', true],
    ['https://*', 'http://d1.cloudfront.net/training/orientation.pdf', false],
    ['https://d/horizon.jpg?size=large&license=yes', 'https://d/horizon.jpg?size=large&license=yes', true],
    ['https://d/horizon.jpg\\?size=large', 'https://d/horizon.jpg?size=large', true],
    ['https://d/horizon.jpg\\?size=large', 'https://d/horizon.jpg?size=small', false],
    // One character, or the query's beginning.
    ['https://d/img?.png', 'https://d/img7.png', true],
    ['https://d/img?.png', 'https://d/img77.png', false],
    ['https://d/img?.png?v=?', 'https://d/img7.png?v=2', true],
    ['https://d/img?.png?v=?', 'https://d/img7.png?v=22', false],
    ['https://d/a?b', 'https://d/a/b', true],
    ['https://d/a?b?', 'https://d/a?b', false],
    ['https://d/?*', 'https://d/', true],
    ['https://d/?*', 'https://d/?x=1', true],
    // Within their parts.
    ['https://d/a*/c', 'https://d/a/b/c', true],
    ['https://d*/x', 'https://d.net/a/x', false],
    ['https://d/a*?x=1', 'https://d/a/b?x=1', true],
    ['https://d/a?x=*', 'https://d/a?x=', true],
    ['https://d/a', 'https://d/a?', true],
    ['https://d/a', 'https://d/a?x', false],
    ['*://d/a', 'http://d/a', true],
    ['http*://d/a', 'https://d/a', true],
    ['http?://d/a', 'http://d/a', false],
    ['https://d:8443/*', 'https://d:8443/a', true],
    ['https://d/*', 'https://d:8443/a', false],
    ['https://d/ä', 'https://d/\u00c3\u00a4', true],
    ['https://d/%C3%A4', 'https://d/\u00c3\u00a4', false],
    ['', 'https://d/', false],
    ['d/a', 'https://d/a', false],
    ['/a', 'https://d/a', false],
  ])('%s for %s: %s', (resource, url, expected) => {
    expect(resourceMatches(resource, urlOf(url))).toBe(expected);
  });

  const part = fc.stringMatching(/^[a-z0-9./&=-]{0,12}$/);
  it('without wildcards covers exactly its own URL', () => {
    fc.assert(
      fc.property(part, part, part, part, (path, query, otherPath, otherQuery) => {
        const url = {protocol: 'https', domain: 'd.net', path: `/${path}`, query};
        const other = {...url, path: `/${otherPath}`, query: otherQuery};
        expect(resourceMatches(urlText(url), url)).toBe(true);
        // An empty query is no query, and `?` may be a character: the texts say which URLs are the same.
        expect(resourceMatches(urlText(url), other)).toBe(
          urlText(url) === urlText(other) ||
            (query !== '' &&
              other.query === '' &&
              new RegExp(`^/${escape(path)}.${escape(query)}$`).test(other.path)),
        );
      }),
    );
  });
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

  it('with wildcards agrees with a regular expression of its parts', () => {
    const glob = fc.stringMatching(/^[ab*/]{0,8}$/);
    const text = fc.stringMatching(/^[ab/]{0,8}$/);
    fc.assert(
      fc.property(glob, glob, text, text, (pathGlob, queryGlob, path, query) => {
        const regExp = (pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        const url = {protocol: 'https', domain: 'd.net', path: `/${path}`, query};
        expect(resourceMatches(`https://d.net/${pathGlob}\\?${queryGlob}`, url)).toBe(
          regExp(`/${pathGlob}`).test(`/${path}`) && regExp(queryGlob).test(query),
        );
      }),
    );
  });
});

describe('a query', () => {
  it.each([
    ['', undefined, ''],
    ['a=1&b', undefined, 'a=1&b'],
    ['expires=1&policy=2&X-Signature=3', undefined, 'expires=1&policy=2&X-Signature=3'],
    ['constructor=1&__proto__=2', undefined, 'constructor=1&__proto__=2'],
    ['Expires=1', {expires: '1'}, ''],
    ['a=1&Expires=1&b=2&Signature=s&&Key-Pair-Id=K', {expires: '1', signature: 's', keyId: 'K'}, 'a=1&b=2&'],
    ['Policy=p&Hash-Algorithm=SHA256', {policy: 'p', hash: 'SHA256'}, ''],
    ['Policy', {policy: ''}, ''],
    ['Policy=a=b', {policy: 'a=b'}, ''],
    ['Policy=p&Policy=p', {policy: ''}, ''],
    ['Policy=p&x&Policy=p&Policy=p', {policy: ''}, 'x'],
    ['Policy&Policy=p', {policy: ''}, ''],
  ])('%s', (query, fields, rest) => {
    expect(readSignedQuery(query)).toEqual({
      fields: fields && {
        keyId: undefined,
        signature: undefined,
        policy: undefined,
        expires: undefined,
        hash: undefined,
        ...fields,
      },
      rest,
    });
  });

  it('keeps its own parameters, in order, whatever the signature stands between', () => {
    const own = fc.array(fc.stringMatching(/^[a-z%=+?]{1,8}$/), {minLength: 1, maxLength: 6});
    const shown = fc.dictionary(
      fc.constantFrom('Expires', 'Policy', 'Signature', 'Key-Pair-Id'),
      fc.stringMatching(/^[\w=]*$/),
    );
    fc.assert(
      fc.property(own, shown, fc.infiniteStream(fc.boolean()), (names, fields, coin) => {
        const pairs = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
        const mixed: string[] = [];
        const left = [...names];
        while (left.length + pairs.length > 0) {
          const fromOwn = pairs.length === 0 || (left.length > 0 && coin.next().value === true);
          mixed.push((fromOwn ? left : pairs).shift() ?? '');
        }
        expect(readSignedQuery(mixed.join('&')).rest).toBe(names.join('&'));
      }),
    );
  });
});

it.each([
  [undefined, {}],
  ['a=1; b=2', {}],
  [
    'CloudFront-Policy=p; a=1;CloudFront-Signature=s ; CloudFront-Key-Pair-Id=K',
    {policy: 'p', signature: 's', keyId: 'K'},
  ],
  ['CloudFront-Expires=1; CloudFront-Expires=2', {expires: '1'}],
  ['cloudfront-policy=p; CloudFront-policy=p; XCloudFront-Policy=p', {}],
  ['CloudFront-Policy; CloudFront-Other=1; CloudFront-constructor=1', {}],
])('cookies %s', (header, fields) => {
  const read = Object.entries(readSignedCookies(header)).filter(([, value]) => value !== undefined);
  expect(Object.fromEntries(read)).toEqual(fields);
});

it('base64 of any bytes comes back; other alphabets do not decode', () => {
  fc.assert(
    fc.property(fc.uint8Array({minLength: 1}), bytes => {
      expect(decodeSigned(encode(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
  for (const text of [
    undefined,
    '',
    '_',
    '____',
    'abc',
    'ab=c',
    'ab==',
    'ab+/',
    'a_bc',
    'ab c',
    'abcd\n',
    '%41bc',
  ]) {
    expect(decodeSigned(text)).toBeUndefined();
  }
});

it.each([
  ['192.0.2.10', '192.0.2.10/32', true],
  ['192.0.2.10', '192.0.2.10', true],
  ['192.0.2.11', '192.0.2.10/32', false],
  ['192.0.2.255', '192.0.2.0/24', true],
  ['192.0.3.0', '192.0.2.0/24', false],
  ['192.0.2.200', '192.0.2.10/24', true],
  ['255.255.255.255', '0.0.0.0/0', true],
  ['128.0.0.0', '0.0.0.0/1', false],
  ['::1', '0.0.0.0/0', false],
  ['::1', '::1/128', false],
  ['1.2.3.4', '1.2.3.4/33', false],
  ['1.2.3.4', '1.2.3/24', false],
  ['1.2.3.4', '1.2.3.4/', false],
  ['1.2.3.4', '1.2.3.4/32/1', false],
  ['1.2.3.4', '', false],
  ['1.2.3.4', '*', false],
])('%s in %s: %s', (address, range, expected) => {
  expect(inRange(address, range)).toBe(expected);
});

it('ends are exclusive on both sides', () => {
  const policy = {resource: undefined, address: undefined, before: 20, after: 10};
  expect([9, 10, 11, 19, 20, 21].filter(second => inTime(policy, second))).toEqual([11, 19]);
  expect(inTime({...policy, after: undefined}, 0)).toBe(true);
});

it.each([
  ['0', true],
  ['1767290400', true],
  ['9223372036854775807', true],
  ['9223372036854775808', false],
  ['01', false],
  ['-1', false],
  ['1.0', false],
  ['1e9', false],
  ['', false],
  [' 1', false],
])('%s as an epoch time: %s', (text, expected) => {
  expect(isEpochTime(text)).toBe(expected);
});

it('a policy is read with spaces, in any order of its members, and never throws', () => {
  const text = ` {\n"Statement" : [ {"Condition":{"IpAddress":{"AWS:SourceIp":"1.2.3.4/32"},
    "DateGreaterThan":{"AWS:EpochTime":1},"DateLessThan":{"AWS:EpochTime":2}},"Resource":"*"} ] }\n`;
  expect(readPolicy(Buffer.from(text))).toEqual({resource: '*', before: 2, after: 1, address: '1.2.3.4/32'});
  fc.assert(fc.property(fc.json(), json => void readPolicy(Buffer.from(json))));
  fc.assert(fc.property(fc.uint8Array(), bytes => void readPolicy(Buffer.from(bytes))));
});

const now = 1_800_000_000;
const viewer = (query: string, cookie?: string): ViewerRequest => ({
  method: 'GET',
  scheme: 'https',
  httpVersion: '1.1',
  host: 'd.net',
  port: undefined,
  path: '/a',
  query,
  headers: cookie === undefined ? {} : {cookie},
  rawHeaders: [],
  address: '127.0.0.1',
  addressPort: 1,
  tls: undefined,
  country: undefined,
  body: undefined,
  id: 'x',
});

it('no change of one character of what was shown lets a viewer in', () => {
  for (const [keyId, pair] of Object.entries({R: rsaPair(), E: ecPair()})) {
    const keys = new Map([[keyId, compileKey(pair.publicKey)]]);
    const judge = (fields: Fields) =>
      judgeAccess({
        viewer: viewer(
          Object.entries(fields)
            .map(([name, value]) => `${name}=${value}`)
            .join('&'),
        ),
        keys,
        domainName: 'd.net',
        now: now * 1000,
      });
    const policy = {
      Statement: [{Resource: 'https://d.net/a', Condition: {DateLessThan: {'AWS:EpochTime': now + 9}}}],
    };
    for (const signing of [{expires: now + 9}, {policy}]) {
      const fields = signFields('https://d.net/a', {pair, keyId, ...signing});
      expect(judge(fields)).toBeUndefined();
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(fields)),
          fc.nat(),
          fc.constantFrom('A', 'B', 'a', 'b', '0', '1', '9', '-', '~', '_', '=', '%'),
          (name, position, character) => {
            const value = fields[name] ?? '';
            const at = position % value.length;
            const changed = value.slice(0, at) + character + value.slice(at + 1);
            const same =
              changed === value ||
              (name !== 'Key-Pair-Id' &&
                name !== 'Expires' &&
                decodeSigned(changed)?.equals(decodeSigned(value) ?? Buffer.alloc(0)) === true);
            expect(judge({...fields, [name]: changed}) === undefined).toBe(same);
          },
        ),
      );
    }
  }
});

it('a key answers the second time as the first, and after more signatures than it remembers', () => {
  const {privateKey, publicKey} = ecPair();
  const verifies = compileKey(publicKey);
  const signed = (n: number) => {
    const fields = signFields(`https://d.net/${n}`, {
      pair: {privateKey, publicKey},
      keyId: 'K',
      expires: now,
    });
    const text = `{"Statement":[{"Resource":"https://d.net/${n}","Condition":{"DateLessThan":{"AWS:EpochTime":${now}}}}]}`;
    return [Buffer.from(text), decodeSigned(fields['Signature'])!] as const;
  };
  const [text, signature] = signed(0);
  for (let n = 0; n < 3; n++) {
    expect(verifies('sha1', text, signature)).toBe(true);
    expect(verifies('sha256', text, signature)).toBe(false);
    expect(verifies('sha1', Buffer.concat([text, Buffer.from(' ')]), signature)).toBe(false);
    expect(verifies('sha1', text, Buffer.alloc(0))).toBe(false);
  }
  for (let n = 1; n <= rememberedSignatures; n++) expect(verifies('sha1', ...signed(n))).toBe(true);
  expect(verifies('sha1', text, signature)).toBe(true);
});
