import {describe, expect, it} from 'vitest';
import {createClock} from '../../../src/local/clock.js';
import {distributionConfig, fakePlane, localOrigin, request, start} from './fixture.js';
import {
  asCookies,
  customPolicy,
  ecPair,
  encode,
  rsaPair,
  signFields,
  withQuery,
  type Fields,
  type Signing,
} from './signer.js';

const rsa = rsaPair();
const ec = ecPair();
const stranger = rsaPair();

const now = 1_800_000_000;
const later = now + 3600;
const domain = 'https://de1.cloudfront.net';
const byRsa = {pair: rsa, keyId: 'KRSA'} as const;
const byEc = {pair: ec, keyId: 'KEC'} as const;

/** A request and how it is signed. */
interface Shown {
  /** Path and query that the viewer asks for, without the signature. */
  readonly target: string;
  /** The URL that the signer had in mind; `domain` + `target` by default. */
  readonly url?: string;
  readonly signing: Signing;
  /** Changes what was signed, afterwards. */
  readonly edit?: (fields: Fields) => Fields;
  /** Raw, after the signature's parameters. */
  readonly tail?: string;
  readonly host?: string;
  readonly method?: string;
}

type By = 'url' | 'cookies';

const messages = {
  MissingKey: 'Missing Key-Pair-Id query parameter or cookie value',
  InvalidKey: 'Unknown Key',
  MalformedSignature: 'Could not unencode Signature',
  MalformedPolicy: 'Malformed Policy',
  AccessDenied: 'Access denied',
} as const;

type Code = keyof typeof messages;

type Case = readonly [
  name: string,
  right: Shown,
  wrong: Partial<Shown>,
  code: Code,
  /** Where it can be shown; both by default. */
  only?: By,
];

const ask = (port: number, by: By, shown: Shown) => {
  const {target, url = domain + target, signing, edit = (fields: Fields) => fields, tail = ''} = shown;
  const fields = edit(signFields(url, signing));
  const path = by === 'url' && Object.keys(fields).length > 0 ? withQuery(target, fields) : target;
  return request(port, path + tail, {
    method: shown.method ?? 'GET',
    headers: {
      host: shown.host ?? 'de1.cloudfront.net',
      ...(by === 'cookies' ? {cookie: `a=1; ${asCookies(fields)}; b=2`} : {}),
    },
  });
};

const canned: Shown = {target: '/film/one.mp4', signing: {...byRsa, expires: later}};
const custom = (
  resource: string | undefined,
  more: Parameters<typeof customPolicy>[2] = {},
  target = '/film/one.mp4',
  by: {readonly pair: typeof rsa; readonly keyId: string} = byRsa,
): Shown => ({target, signing: {...by, policy: customPolicy(resource, later, more)}});
const everything = custom(`${domain}/*`);
const policy = (text: object | string): Partial<Shown> => ({signing: {...byRsa, policy: text}});
const resource = (text: string): Partial<Shown> => policy(customPolicy(text, later));
const set =
  (changes: Fields) =>
  (fields: Fields): Fields => ({...fields, ...changes});
const drop =
  (...names: readonly string[]) =>
  (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const rename =
  (from: string, to: string) =>
  (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name === from ? to : name, value]));
const change =
  (name: string, how: (value: string) => string) =>
  (fields: Fields): Fields => ({...fields, [name]: how(fields[name] ?? '')});
/** Another base64 character, not the last one, whose low bits may not count. */
const flip = (value: string): string => (value.startsWith('A') ? 'B' : 'A') + value.slice(1);
const statement = customPolicy(`${domain}/*`, later) as {Statement: object[]};

const keys: readonly Case[] = [
  ['nothing shown', canned, {edit: () => ({})}, 'MissingKey'],
  ['no key id', canned, {edit: drop('Key-Pair-Id')}, 'MissingKey'],
  ['an empty key id', canned, {edit: set({'Key-Pair-Id': ''})}, 'MissingKey'],
  ['a key id twice', canned, {tail: '&Key-Pair-Id=KRSA'}, 'MissingKey', 'url'],
  [
    'a key id with another case of its name',
    canned,
    {edit: rename('Key-Pair-Id', 'key-pair-id')},
    'MissingKey',
  ],
  ['a key id that nobody made', canned, {signing: {...canned.signing, keyId: 'KNONE'}}, 'InvalidKey'],
  ['a key id in lower case', canned, {signing: {...canned.signing, keyId: 'krsa'}}, 'InvalidKey'],
  [
    'a key that exists but is in no trusted group',
    canned,
    {signing: {...canned.signing, keyId: 'KFREE'}},
    'InvalidKey',
  ],
  [
    'a name that every object has',
    canned,
    {signing: {...canned.signing, keyId: 'constructor'}},
    'InvalidKey',
  ],
  ['the id of another trusted key', canned, {signing: {...canned.signing, keyId: 'KEC'}}, 'AccessDenied'],
  [
    "a stranger's key under a trusted id",
    canned,
    {signing: {...canned.signing, pair: stranger}},
    'AccessDenied',
  ],
];

const signatures: readonly Case[] = [
  ['no signature', canned, {edit: drop('Signature')}, 'MalformedSignature'],
  ['an empty signature', canned, {edit: set({Signature: ''})}, 'MalformedSignature'],
  ['a signature in plain base64', canned, {edit: change('Signature', () => 'ab+/')}, 'MalformedSignature'],
  [
    'a signature in base64url',
    canned,
    {edit: change('Signature', value => value.replaceAll('_', ''))},
    'MalformedSignature',
  ],
  [
    'a percent-encoded signature',
    canned,
    {edit: change('Signature', value => `%41${value.slice(1)}`)},
    'MalformedSignature',
  ],
  [
    'a signature cut short',
    canned,
    {edit: change('Signature', value => value.slice(0, -5))},
    'MalformedSignature',
  ],
  [
    'a signature cut at a whole group',
    canned,
    {edit: change('Signature', value => value.slice(4))},
    'AccessDenied',
  ],
  ['a signature twice', canned, {tail: '&Signature=AAAA'}, 'MalformedSignature', 'url'],
  ['one character of the signature changed', canned, {edit: change('Signature', flip)}, 'AccessDenied'],
  [
    'an ECDSA signature changed',
    {...canned, signing: {...byEc, expires: later}},
    {edit: change('Signature', value => value.slice(0, 8) + flip(value.slice(8)))},
    'AccessDenied',
  ],
  [
    'a signature that is no DER',
    {...canned, signing: {...byEc, expires: later}},
    {edit: set({Signature: encode(Buffer.alloc(64, 7))})},
    'AccessDenied',
  ],
  [
    'signed with SHA-256 without saying so',
    canned,
    {signing: {...canned.signing, hash: 'SHA256'}, edit: drop('Hash-Algorithm')},
    'AccessDenied',
  ],
  [
    'signed with SHA-1 and said to be SHA-256',
    canned,
    {edit: set({'Hash-Algorithm': 'SHA256'})},
    'AccessDenied',
  ],
  ['a hash that is not supported', canned, {edit: set({'Hash-Algorithm': 'SHA512'})}, 'AccessDenied'],
  [
    'the hash in lower case',
    {...canned, edit: set({'Hash-Algorithm': 'SHA1'})},
    {edit: set({'Hash-Algorithm': 'sha1'})},
    'AccessDenied',
  ],
];

const cannedOnes: readonly Case[] = [
  ['expired', canned, {signing: {...byRsa, expires: now - 1}}, 'AccessDenied'],
  ['expired this very second', canned, {signing: {...byRsa, expires: now}}, 'AccessDenied'],
  [
    'expired, ECDSA and SHA-256',
    {...canned, signing: {...byEc, hash: 'SHA256', expires: now + 1}},
    {signing: {...byEc, hash: 'SHA256', expires: now}},
    'AccessDenied',
  ],
  ['a later expiry than the signed one', canned, {edit: set({Expires: String(later + 1)})}, 'AccessDenied'],
  ['no expiry', canned, {edit: drop('Expires')}, 'MalformedPolicy'],
  ['an expiry that is a date', canned, {signing: {...byRsa, expires: '2027-01-15'}}, 'MalformedPolicy'],
  ['an expiry with a fraction', canned, {signing: {...byRsa, expires: `${later}.5`}}, 'MalformedPolicy'],
  [
    'an expiry above 64 bits',
    {...canned, signing: {...byRsa, expires: '9223372036854775807'}},
    {signing: {...byRsa, expires: '9223372036854775808'}},
    'MalformedPolicy',
  ],
  ['an expiry twice', canned, {tail: `&Expires=${later}`}, 'MalformedPolicy', 'url'],
  ['another path', canned, {target: '/film/two.mp4', url: `${domain}/film/one.mp4`}, 'AccessDenied'],
  [
    'another case of the path',
    canned,
    {target: '/Film/one.mp4', url: `${domain}/film/one.mp4`},
    'AccessDenied',
  ],
  [
    'an escaped letter of the path',
    canned,
    {target: '/%66ilm/one.mp4', url: `${domain}/film/one.mp4`},
    'AccessDenied',
  ],
  ['signed for http', canned, {url: 'http://de1.cloudfront.net/film/one.mp4'}, 'AccessDenied'],
  ['signed for another domain', canned, {url: 'https://de2.cloudfront.net/film/one.mp4'}, 'AccessDenied'],
  [
    'signed for the domain, asked for under an alias',
    {...canned, host: 'www.example.com', url: 'https://www.example.com/film/one.mp4'},
    {url: `${domain}/film/one.mp4`},
    'AccessDenied',
  ],
  [
    'signed for the alias, asked for under the domain',
    canned,
    {url: 'https://www.example.com/film/one.mp4'},
    'AccessDenied',
  ],
  [
    'signed for a port that was not asked for',
    canned,
    {url: 'https://de1.cloudfront.net:8443/film/one.mp4'},
    'AccessDenied',
  ],
  [
    'a parameter added afterwards',
    {...canned, target: '/film/one.mp4?size=large'},
    {url: `${domain}/film/one.mp4`},
    'AccessDenied',
  ],
  ['a parameter added behind the signature', canned, {tail: '&size=large'}, 'AccessDenied', 'url'],
  ['a parameter taken away', canned, {url: `${domain}/film/one.mp4?size=large`}, 'AccessDenied'],
  [
    'parameters in another order',
    {...canned, target: '/film/one.mp4?a=1&b=2'},
    {url: `${domain}/film/one.mp4?b=2&a=1`},
    'AccessDenied',
  ],
  ['a fragment signed along', canned, {url: `${domain}/film/one.mp4#t=10`}, 'AccessDenied'],
  ['a question mark signed without a query', canned, {url: `${domain}/film/one.mp4?`}, 'AccessDenied'],
  ['a wildcard in a canned policy', canned, {url: `${domain}/film/*`}, 'AccessDenied'],
  [
    'the root object signed, the root asked for',
    {...canned, target: '/'},
    {url: `${domain}/index.html`},
    'AccessDenied',
  ],
  [
    'the root signed, its object asked for',
    {...canned, target: '/index.html'},
    {url: `${domain}/`},
    'AccessDenied',
  ],
  ['a HEAD of another path', {...canned, method: 'HEAD'}, {url: `${domain}/film/two.mp4`}, 'AccessDenied'],
];

const customOnes: readonly Case[] = [
  ['a policy that is no base64', everything, {edit: set({Policy: 'a'})}, 'MalformedPolicy'],
  ['a policy that is no JSON', everything, policy('{"Statement":'), 'MalformedPolicy'],
  [
    'a policy that is not UTF-8',
    everything,
    {edit: set({Policy: encode(Buffer.from([0x22, 0xff, 0x22]))})},
    'MalformedPolicy',
  ],
  ['an empty policy', everything, {edit: set({Policy: ''})}, 'MalformedPolicy'],
  ['a policy twice', everything, {tail: '&Policy=e30_'}, 'MalformedPolicy', 'url'],
  ['a policy without statement', everything, policy({}), 'MalformedPolicy'],
  [
    'two statements',
    everything,
    policy({Statement: [...statement.Statement, ...statement.Statement]}),
    'MalformedPolicy',
  ],
  ['a statement that is no list', everything, policy({Statement: statement.Statement[0]}), 'MalformedPolicy'],
  ['no condition', everything, policy({Statement: [{Resource: `${domain}/*`}]}), 'MalformedPolicy'],
  ['no end', everything, policy(customPolicy(`${domain}/*`, undefined)), 'MalformedPolicy'],
  [
    'an end in quotation marks',
    everything,
    policy(customPolicy(`${domain}/*`, String(later))),
    'MalformedPolicy',
  ],
  [
    'a start in quotation marks',
    everything,
    policy(customPolicy(`${domain}/*`, later, {after: '1'})),
    'MalformedPolicy',
  ],
  [
    'two addresses',
    everything,
    policy(customPolicy(`${domain}/*`, later, {address: ['127.0.0.1', '127.0.0.2']})),
    'MalformedPolicy',
  ],
  [
    'two resources',
    everything,
    policy(customPolicy([`${domain}/*`] as unknown as string, later)),
    'MalformedPolicy',
  ],
  [
    'an abbreviated name',
    everything,
    policy({Statement: [{Resource: `${domain}/*`, Condition: {LessThan: {'AWS:EpochTime': later}}}]}),
    'MalformedPolicy',
  ],
  [
    'a condition that CloudFront does not have',
    everything,
    policy({
      Statement: [
        {
          Resource: `${domain}/*`,
          Condition: {DateLessThan: {'AWS:EpochTime': later}, StringEquals: {a: 'b'}},
        },
      ],
    }),
    'MalformedPolicy',
  ],
  [
    'a second member beside the date',
    everything,
    policy({
      Statement: [{Resource: `${domain}/*`, Condition: {DateLessThan: {'AWS:EpochTime': later, x: 1}}}],
    }),
    'MalformedPolicy',
  ],
  [
    'a statement with an effect',
    everything,
    policy({Statement: [{...statement.Statement[0], Effect: 'Deny'}]}),
    'MalformedPolicy',
  ],
  ['a policy with a version', everything, policy({Version: '2012-10-17', ...statement}), 'MalformedPolicy'],
  [
    'a policy changed after signing',
    everything,
    {edit: change('Policy', () => encode(Buffer.from(JSON.stringify(customPolicy('*', later)))))},
    'AccessDenied',
  ],
  ['expired', everything, policy(customPolicy(`${domain}/*`, now)), 'AccessDenied'],
  [
    'not yet',
    custom(`${domain}/*`, {after: now - 1}),
    policy(customPolicy(`${domain}/*`, later, {after: now + 60})),
    'AccessDenied',
  ],
  [
    'the very second of the start',
    custom(`${domain}/*`, {after: now - 1}),
    policy(customPolicy(`${domain}/*`, later, {after: now})),
    'AccessDenied',
  ],
  [
    'another address',
    custom(`${domain}/*`, {address: '127.0.0.1/32'}),
    policy(customPolicy(`${domain}/*`, later, {address: '192.0.2.10/32'})),
    'AccessDenied',
  ],
  [
    'another range',
    custom(`${domain}/*`, {address: '127.0.0.0/8'}),
    policy(customPolicy(`${domain}/*`, later, {address: '192.0.2.0/24'})),
    'AccessDenied',
  ],
  [
    'one bit beside the range',
    custom(`${domain}/*`, {address: '127.0.0.0/31'}),
    policy(customPolicy(`${domain}/*`, later, {address: '127.0.0.2/31'})),
    'AccessDenied',
  ],
  [
    'an IPv6 range',
    custom(`${domain}/*`, {address: '0.0.0.0/0'}),
    policy(customPolicy(`${domain}/*`, later, {address: '::/0'})),
    'AccessDenied',
  ],
  [
    'a range that is none',
    custom(`${domain}/*`, {address: '127.0.0.1'}),
    policy(customPolicy(`${domain}/*`, later, {address: '127.0.0.1/33'})),
    'AccessDenied',
  ],
  ['another folder', custom(`${domain}/film/*`), resource(`${domain}/music/*`), 'AccessDenied'],
  ['a suffix that does not fit', custom(`${domain}/*.mp4`), resource(`${domain}/*.mp3`), 'AccessDenied'],
  [
    'a ? for no character',
    custom(`${domain}/film/on?.mp4`),
    resource(`${domain}/film/one?.mp4`),
    'AccessDenied',
  ],
  [
    'an asterisk that would leave the path',
    custom(`${domain}/film/*mp4`),
    {target: '/film/one?x=.mp4', ...resource(`${domain}/film/*mp4`)},
    'AccessDenied',
  ],
  [
    'an asterisk that would leave the domain',
    custom('https://*.cloudfront.net/film/one.mp4'),
    {target: '/a/film/one.mp4', ...resource('https://de1*/film/one.mp4')},
    'AccessDenied',
  ],
  [
    'a query that the resource does not have',
    custom(`${domain}/film/one.mp4`),
    {target: '/film/one.mp4?a=1', ...resource(`${domain}/film/one.mp4`)},
    'AccessDenied',
  ],
  [
    'another query',
    custom(`${domain}/film/one.mp4?a=1`, {}, '/film/one.mp4?a=1'),
    resource(`${domain}/film/one.mp4?a=2`),
    'AccessDenied',
  ],
  [
    'another query behind an escaped ?',
    custom(`${domain}/film/*\\?a=*`, {}, '/film/one.mp4?a=1'),
    resource(`${domain}/film/*\\?b=*`),
    'AccessDenied',
  ],
  [
    'http only',
    custom('http*://de1.cloudfront.net/*'),
    resource('http://de1.cloudfront.net/*'),
    'AccessDenied',
  ],
  [
    'a resource without protocol',
    custom('*.cloudfront.net/film/*'),
    resource('de1.cloudfront.net/film/*'),
    'AccessDenied',
  ],
  ['a path alone', custom('*/film/one.mp4'), resource('/film/one.mp4'), 'AccessDenied'],
  [
    'a domain alone is its root',
    custom('https://de1.cloudfront.net*'),
    resource('https://de1.cloudfront.net'),
    'AccessDenied',
  ],
  [
    'the domain of another distribution',
    custom('https://*'),
    resource('https://de2.cloudfront.net/*'),
    'AccessDenied',
  ],
  ['capitals in the domain', everything, resource('https://DE1.cloudfront.net/*'), 'AccessDenied'],
  [
    'an ECDSA policy signed by a stranger',
    custom(undefined, {}, '/film/one.mp4', byEc),
    {signing: {pair: ecPair(), keyId: 'KEC', policy: customPolicy(undefined, later)}},
    'AccessDenied',
  ],
  [
    'a policy of a SHA-256 signer, said to be SHA-1',
    {...everything, signing: {...everything.signing, hash: 'SHA256'}},
    {edit: set({'Hash-Algorithm': 'SHA1'})},
    'AccessDenied',
  ],
];

const edge = async () => {
  const {port} = await localOrigin((req, res) => res.setHeader('cache-control', 'max-age=60').end(req.url));
  const plane = fakePlane();
  for (const [id, {publicKey: EncodedKey}] of Object.entries({KRSA: rsa, KEC: ec, KFREE: rsa})) {
    plane.publicKeys.set(id, {CallerReference: id, Name: id, EncodedKey});
  }
  plane.keyGroups.set('first', {Name: 'first', Items: ['KRSA']});
  plane.keyGroups.set('second', {Name: 'second', Items: ['KEC', 'KGONE']});
  const config = distributionConfig(
    {
      DefaultRootObject: 'index.html',
      Aliases: {Quantity: 1, Items: ['www.example.com']},
      behavior: {TrustedKeyGroups: {Enabled: true, Quantity: 2, Items: ['first', 'second']}},
    },
    port,
  );
  const running = await start(config, {plane, clock: createClock({now: () => now * 1000})});
  return running.edge.portOf('E1')!;
};

describe.each([
  ['keys', keys],
  ['signatures', signatures],
  ['canned policies', cannedOnes],
  ['custom policies', customOnes],
])('%s', (_title, cases) => {
  const rows = cases.flatMap(([name, right, wrong, code, only]) =>
    (['url', 'cookies'] as const)
      .filter(by => only === undefined || by === only)
      .map(by => [name, by, right, wrong, code] as const),
  );
  it.each(rows)('%s (by %s)', async (_name, by, right, wrong, code) => {
    const port = await edge();
    const refused = await ask(port, by, {...right, ...wrong});
    const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${messages[code]}</Message></Error>`;
    expect([refused.status, refused.text]).toEqual([403, right.method === 'HEAD' ? '' : xml]);
    expect(refused.headers).toMatchObject({
      'content-type': 'text/xml',
      'content-length': String(xml.length),
      server: 'CloudFront',
      'x-cache': 'Error from cloudfront',
    });
    const served = await ask(port, by, right);
    expect([served.status, served.headers['x-cache']]).toEqual([200, 'Miss from cloudfront']);
  });
});
