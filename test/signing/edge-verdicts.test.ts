/** `sign verify` and the embedded edge judge the same URLs and cookies, each by its own code: they must not differ. */
import {sign as signBytes} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {ViewerRequest} from '../../src/local/edge/message.js';
import {judgeAccess} from '../../src/local/edge/rules/signed-access.js';
import {compileKey} from '../../src/local/edge/rules/signed-keys.js';
import {publicKeyOf} from '../../src/signing/keys.js';
import {readCookies, verifySigned, type SignedInput} from '../../src/signing/index.js';
import {toUrlBase64} from '../../src/signing/policy.js';
import {keyPairId, now, nowSeconds, signerOf} from './fixtures.js';

const signers = {rsa: signerOf('rsa'), ecdsa: signerOf('ecdsa')} as const;
const otherId = 'K3ECDSAECDSA00';
const publicKeys = new Map([
  [keyPairId, signers.ecdsa.publicKey],
  [otherId, signers.rsa.publicKey],
]);
const keys = new Map([...publicKeys].map(([id, key]) => [id, compileKey(publicKeyOf(key))]));
const host = 'h.example';
const address = '192.0.2.17';

interface Asked {
  readonly path: string;
  /** Undefined: no `?`. */
  readonly query: string | undefined;
  readonly cookie?: string | undefined;
}

function edgeAdmits({path, query = '', cookie}: Asked): boolean {
  const headers = cookie === undefined ? {} : {cookie};
  const viewer: ViewerRequest = {
    ...{method: 'GET', scheme: 'https', httpVersion: '1.1', host, port: undefined, path, query, headers},
    ...{rawHeaders: [], address, addressPort: 1, tls: undefined, country: undefined, body: undefined, id: ''},
  };
  return judgeAccess({viewer, keys, domainName: 'd1.cloudfront.net', now: now.getTime()}) === undefined;
}

const urlOf = ({path, query}: Asked): string =>
  `https://${host}${path}${query === undefined ? '' : `?${query}`}`;

function verdicts(asked: Asked): {readonly edge: boolean; readonly verify: boolean; readonly reason: string} {
  const {cookie} = asked;
  const input: SignedInput =
    cookie === undefined ? {url: urlOf(asked)} : {cookies: readCookies(cookie), url: urlOf(asked)};
  const {valid, reason} = verifySigned(input, {publicKeys, now, ip: address});
  return {edge: edgeAdmits(asked), verify: valid, reason};
}

const one = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** Mostly what is right, so that one thing at a time is wrong. */
const mostly = <T>(right: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({weight: 6, arbitrary: fc.constant(right)}, {weight: 1, arbitrary: fc.constantFrom(...others)});

const target = fc.record({
  path: one('/', '/a', '/v/1.ts', '/a*b', '/%61', '/a%2Fb', '/it+is'),
  query: one(undefined, '', 'a=1', 'a=1&', '&a', '&', 'b=?', 'x=%26&y=', 'a', 'expires=1', '%45xpires=1'),
});

const seconds = mostly(
  String(nowSeconds + 60),
  ...[nowSeconds, nowSeconds + 1, nowSeconds - 1, 0, -1, 9007199254740993n, 2n ** 63n - 1n, 2n ** 63n].map(
    String,
  ),
  ...[
    '1e10',
    '1e400',
    '1767269999.5',
    '1767269999.0',
    '"1767269999"',
    'null',
    'true',
    '01767269999',
    ' 1767269999',
  ],
);

/** Policies as text: right ones, and what no signer with checks would sign. */
const policyText = fc
  .record({
    resource: mostly<string | undefined>(
      'https://h.example/*',
      ...[
        '*',
        undefined,
        'https://h.example/a',
        'https://h.example/v/?.ts',
        'https://H.example/*',
        '*h.example/*',
      ],
      ...[
        'https://h.example',
        'https://h.example*',
        'https://h.example:443/*',
        'http*://h.example/a?a=1',
        '',
      ],
      ...['https://h.example/*\\?a=1', 'https://other.example/*', 'h.example/*', 'https://h.example/a?*'],
    ),
    before: seconds,
    after: fc.oneof({weight: 3, arbitrary: fc.constant(undefined)}, {weight: 1, arbitrary: seconds}),
    start: mostly<string | undefined>(undefined, String(nowSeconds - 1), String(nowSeconds), '0'),
    ip: mostly<string | undefined>(
      undefined,
      ...[
        '"192.0.2.17"',
        '"192.0.2.0/24"',
        '"192.0.2.99/24"',
        '"192.0.3.0/24"',
        '"0.0.0.0/0"',
        '"192.0.2.17/33"',
      ],
      ...[
        '"192.0.2.17/"',
        '"192.0.2.17/032"',
        '"::/0"',
        '"192.0.02.17"',
        '""',
        '4',
        '["192.0.2.17"]',
        'null',
      ],
    ),
    shape: mostly(
      (text: string): string => text,
      text => ` ${text}\n`,
      text => `\ufeff${text}`,
      text => text.replace('"Condition"', '"Effect":"Allow","Condition"'),
      text => text.replace('{"Statement":[', '{"Version":1,"Statement":['),
      text => text.replace('[{', '[{},{'),
      text => text.replace('[{', '{').replace('}]', '}'),
      text => text.replace('"DateLessThan"', '"DateLessThan":{"AWS:EpochTime":1},"DateLessThan"'),
      text => text.replace('"Resource"', '"__proto__":{},"Resource"'),
      text => text.replace('"AWS:EpochTime"', '"aws:EpochTime"'),
      text => text.slice(0, -1),
      text => `[${text}]`,
      () => 'null',
      () => '{"Statement":[{"Resource":"*","Condition":[]}]}',
      () => '{"Statement":[null]}',
    ),
  })
  .map(({resource, before, after, start, ip, shape}) => {
    const starts = start ?? after;
    const condition = [
      `"DateLessThan":{"AWS:EpochTime":${before}}`,
      ...(starts === undefined ? [] : [`"DateGreaterThan":{"AWS:EpochTime":${starts}}`]),
      ...(ip === undefined ? [] : [`"IpAddress":{"AWS:SourceIp":${ip}}`]),
    ].join(',');
    const named = resource === undefined ? '' : `"Resource":${JSON.stringify(resource)},`;
    return shape(`{"Statement":[{${named}"Condition":{${condition}}}]}`);
  });

type Field = readonly [name: string, value: string | undefined];

/** What happens to the fields between signer and viewer. */
const accidents: readonly ((fields: readonly Field[], at: number) => readonly Field[])[] = [
  (fields, at) => fields.filter((_, index) => index !== at),
  (fields, at) => [...fields, ...fields.slice(at, at + 1)],
  (fields, at) => [...fields, [fields[at]?.[0] ?? '', 'AAAA']],
  (fields, at) => fields.map(([name, value], index) => [name, index === at ? undefined : value]),
  (fields, at) => fields.map(([name, value], index) => [name, index === at ? '' : value]),
  (fields, at) => fields.map(([name, value], index) => [index === at ? name.toLowerCase() : name, value]),
  (fields, at) =>
    fields.map(([name, value], index) => [index === at ? name.replace('i', '%69') : name, value]),
  (fields, at) => fields.map(([name, value], index) => [name, index === at ? `${value ?? ''}_` : value]),
  (fields, at) => fields.map(([name, value], index) => [name, index === at ? `${value ?? ''}+` : value]),
  fields => fields.map(([name, value]) => [name, value?.replaceAll('_', '=').replaceAll('~', '/')]),
  fields => fields.map(([name, value]) => [name, value?.replaceAll('_', '%5F').replaceAll('~', '%7E')]),
  fields => fields.toReversed(),
];

const scenario = fc.record({
  target,
  kind: one('canned', 'custom'),
  expires: seconds,
  policy: policyText,
  /** What a canned policy was signed for, where that is not what is asked for. */
  signedFor: mostly<string | undefined>(undefined, 'https://h.example/other', 'http://h.example/a'),
  signer: mostly<keyof typeof signers>('ecdsa', 'rsa'),
  keyId: mostly(keyPairId, otherId, 'KUNKNOWN000000', ''),
  hash: mostly<'sha1' | 'sha256'>('sha1', 'sha256'),
  named: mostly<string | undefined>(undefined, 'SHA1', 'SHA256', 'sha1', 'MD5', ''),
  isAgreed: mostly(true, false),
  accident: fc.option(fc.tuple(one(...accidents), fc.nat(3)), {nil: undefined, freq: 3}),
  as: one('url', 'first', 'cookies'),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function askedOf(each: Scenario): Asked & {readonly fields: readonly Field[]} {
  const {target: wanted, kind, expires, policy, signedFor, hash, named, isAgreed, accident, as} = each;
  const url = signedFor ?? urlOf(wanted);
  const canned = `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
  const text = Buffer.from(kind === 'canned' ? canned : policy);
  const keyId = isAgreed && each.signer === 'rsa' && each.keyId === keyPairId ? otherId : each.keyId;
  const name = isAgreed && hash === 'sha256' ? 'SHA256' : named;
  const signature = signBytes(hash, text, signers[each.signer].privateKey);
  const right: readonly Field[] = [
    kind === 'canned' ? ['Expires', expires] : ['Policy', toUrlBase64(text)],
    ['Signature', toUrlBase64(signature)],
    ['Key-Pair-Id', keyId],
    ...(name === undefined ? [] : [['Hash-Algorithm', name] as const]),
  ];
  const fields = accident === undefined ? right : accident[0](right, accident[1]);
  const written = (prefix: string): string[] =>
    fields.map(([key, value]) => `${prefix}${key}${value === undefined ? '' : `=${value}`}`);
  if (as === 'cookies') return {...wanted, cookie: written('CloudFront-').join('; '), fields};
  const parameters = written('').join('&');
  const parts = wanted.query === undefined ? [parameters] : [wanted.query, parameters];
  return {path: wanted.path, query: (as === 'first' ? parts.toReversed() : parts).join('&'), fields};
}

describe('the embedded edge and sign verify', () => {
  it('let in the same requests', () => {
    const reasons = new Map<string, number>();
    fc.assert(
      fc.property(scenario, each => {
        const asked = askedOf(each);
        const {edge, verify, reason} = verdicts(asked);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        expect({admitted: edge, reason}).toEqual({admitted: verify, reason});
      }),
      {numRuns: 6000},
    );
    for (const reason of ['expired', 'not yet', 'wrong ip', 'wrong resource', 'unknown key'])
      expect(reasons.has(reason), reason).toBe(true);
    for (const reason of ['valid', 'broken signature', 'malformed'])
      expect(reasons.get(reason), reason).toBeGreaterThan(100);
  });

  it('differ in one thing: a Policy beside Expires is told as malformed, though the edge reads the policy', () => {
    const policy =
      '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1967269999}}}]}';
    const signature = toUrlBase64(signBytes('sha1', Buffer.from(policy), signers.ecdsa.privateKey));
    const query = `Expires=1&Policy=${toUrlBase64(Buffer.from(policy))}&Signature=${signature}&Key-Pair-Id=${keyPairId}`;
    expect(verdicts({path: '/a', query})).toEqual({edge: true, verify: false, reason: 'malformed'});
  });
});
