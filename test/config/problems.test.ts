import {generateKeyPairSync} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../src/config/index.js';
import {examine} from '../../src/config/problems.js';
import {failureOf, project} from './project.js';

const sentences = (file: unknown, environment?: string, env: NodeJS.ProcessEnv = {}): readonly string[] =>
  examine(file, environment, env).problems.map(({sentence}) => sentence);

describe('what is allowed', () => {
  it.each<[string, object]>([
    ['names', {name: 'my-site-2'}],
    ['prefix', {bucket: {name: 'www.example.com', region: 'us-gov-west-1', prefix: 'sites/ü b/www'}}],
    ['aliases', {distribution: {aliases: ['example.com', '*.example.com', 'xn--bcher-kva.example']}}],
    ['root object', {distribution: {defaultRootObject: 'app/index.html'}}],
    ['no root object', {distribution: {defaultRootObject: ''}}],
    ['undefined', {bucket: undefined, distribution: {id: undefined}}],
    [
      'errors',
      {
        distribution: {
          customErrorResponses: [
            {errorCode: 403, responsePagePath: '/index.html', responseCode: '200', errorCachingMinTTL: 0},
            {errorCode: 404},
          ],
        },
      },
    ],
    ['raw', {distribution: {raw: {WebACLId: 'arn:aws:wafv2:...', Logging: {Enabled: false}}}}],
    [
      'rules',
      {
        site: {
          rules: [
            {match: ['*.html', 'a/**'], cacheControl: 'no-cache'},
            {match: '*.x', contentType: 'text/x; charset="utf-8"'},
          ],
        },
      },
    ],
    [
      'cache tags',
      {site: {rules: [{match: '*', cacheTags: ['release-{release}', 'a:b*c~#"', 'x'.repeat(256)]}]}},
    ],
    [
      'cache tags of 2 KB',
      {site: {rules: [{match: '*', cacheTags: Array.from({length: 8}, (_, n) => `${n}`.repeat(254))}]}},
    ],
    [
      'no cache tags',
      {
        site: {
          rules: [
            {match: 'img/**', cacheTags: []},
            {match: '*', cacheTags: ['a']},
          ],
        },
      },
    ],
    [
      'every header of S3',
      {
        site: {
          rules: [
            {
              match: '*',
              contentEncoding: 'gzip, br',
              contentLanguage: 'de-AT, zh-Hant-TW, es-419, sl-rozaj-biske, de-DE-u-co-phonebk, en-x-us',
              contentDisposition: 'attachment; filename="a b.pdf"; filename*=UTF-8\'\'a%20%C3%BC.pdf',
              redirect: 'https://example.com/a?b=c#d',
              metadata: {'build-id': 'a  "b", 7', 2: 'x'},
              storageClass: 'GLACIER_IR',
            },
            {match: 'a', contentEncoding: 'identity', metadata: {}, redirect: '/', storageClass: 'STANDARD'},
          ],
        },
      },
    ],
    ['a header of cache tags', {distribution: {cacheTagConfig: {headerName: 'Edge-Cache-Tag'}}}],
    ['clean URLs', {site: {cleanUrls: false}}],
    ['invalidation', {invalidation: {strategy: 'frugal', budget: 1, maxWildcards: 0}}],
    ['signing', {signing: {key: '../keys/web.pem', keyPairId: 'K2JCJMDEHXQW5F', hash: 'sha256'}}],
    ['a signing key in the environment', {signing: {key: 'env:SIGNING_KEY'}}],
    ['tags', {tags: {'team:owner': 'Front end / Öl', empty: ''}}],
  ])('%s', (_name, config) => {
    expect(sentences(config)).toEqual([]);
  });
});

describe('what is refused', () => {
  const bucketPhrase = 'must be a bucket name: 3 to 63 lowercase letters';
  it.each<[unknown, string]>([
    [[], 'the config is an empty list but must be an object'],
    [{bucket: {nam: 'x'}}, 'bucket.nam is not a known key (did you mean name?)'],
    [{distributoin: {}}, 'distributoin is not a known key (did you mean distribution?)'],
    [
      {bucket: {colour: 'x'}},
      'bucket.colour is not a known key (known keys are name, region, prefix, versioning, ',
    ],
    [{distribution: {raw: {CallerReference: 'x'}}}, 'distribution.raw.CallerReference is not a known key'],
    [
      {distribution: {raw: {WebAclId: 'x'}}},
      'distribution.raw.WebAclId is not a known key (did you mean WebACLId?)',
    ],
    [{bucket: []}, 'bucket is an empty list but must be an object'],
    [{bucket: null}, 'bucket is empty but must be an object'],
    [{site: {ignore: 'x'}}, 'site.ignore is "x" but must be a list'],
    [{site: {ignore: ['a', 7]}}, 'site.ignore[1] is 7 but must be a string'],
    [{site: {dir: () => 'x'}}, 'site.dir is a function but must be a string'],
    [{site: {rules: [{cacheControl: 'no-cache'}]}}, 'site.rules[0].match is missing'],
    [
      {site: {rules: [{match: '*'}]}},
      'site.rules[0] sets nothing (allowed are cacheControl, contentType, cacheTags, contentEncoding, ',
    ],
    [
      {site: {rules: [{match: '*', cacheControl: 'a\nb'}]}},
      'site.rules[0].cacheControl is "a\\nb" but must be a Cache-Control value',
    ],
    [
      {site: {rules: [{match: '*', cacheTags: ['a,b']}]}},
      'site.rules[0].cacheTags[0] is "a,b" but must be a cache tag: 1 to 256 printable ASCII characters',
    ],
    [{site: {rules: [{match: '*', cacheTags: ['ä']}]}}, 'must be a cache tag'],
    [{site: {rules: [{match: '*', cacheTags: ['a b']}]}}, 'must be a cache tag'],
    [{site: {rules: [{match: '*', cacheTags: ['']}]}}, 'must be a cache tag'],
    [{site: {rules: [{match: '*', cacheTags: ['product-*']}]}}, 'must be a cache tag'],
    [{site: {rules: [{match: '*', cacheTags: ['x'.repeat(257)]}]}}, 'must be a cache tag'],
    [
      {site: {rules: [{match: '*', cacheTags: ['x'.repeat(190) + '{release}' + '{release}']}]}},
      'must be at most 256 characters long, the release id (64) included',
    ],
    [
      {site: {rules: [{match: '*', cacheTags: ['News', 'news']}]}},
      'site.rules[0].cacheTags[1] repeats the tag news',
    ],
    [
      {site: {rules: [{match: '*', cacheTags: Array.from({length: 51}, (_, n) => `t${n}`)}]}},
      'site.rules[0].cacheTags is a list but must be at most 50 tags',
    ],
    [
      {site: {rules: [{match: '*', cacheTags: Array.from({length: 8}, (_, n) => `${n}`.repeat(255))}]}},
      'site.rules[0].cacheTags takes 2056 bytes of S3 metadata, its commas included, of which an object has 2048',
    ],
    [
      {site: {rules: [{match: '*', cacheControl: 'no-store, max-age=31536000'}]}},
      'site.rules[0].cacheControl says no-store beside max-age=31536000; what is not stored cannot be kept (write no-store, or leave it out)',
    ],
    [
      {site: {rules: [{match: '*', cacheControl: 'max-ages=60, s-maxage=1h'}]}},
      'site.rules[0].cacheControl has max-ages, which is not a directive (did you mean max-age?); it has s-maxage=1h, but takes a whole number of seconds from 0 on (write s-maxage=3600)',
    ],
    ...['brotli', 'GZIP', 'gzip,', 'identity, br', 'aws-chunked', ''].map(
      (contentEncoding): [unknown, string] => [
        {site: {rules: [{match: '*', contentEncoding}]}},
        `site.rules[0].contentEncoding is ${JSON.stringify(contentEncoding)} but must be gzip, br, zstd or deflate`,
      ],
    ),
    ...['en_US', 'english', 'e', 'en, ', 'de-', 'en-u', ''].map((contentLanguage): [unknown, string] => [
      {site: {rules: [{match: '*', contentLanguage}]}},
      `site.rules[0].contentLanguage is ${JSON.stringify(contentLanguage)} but must be language tags such as`,
    ]),
    [
      {site: {rules: [{match: '*', contentDisposition: 'atachment'}]}},
      'site.rules[0].contentDisposition begins with atachment (did you mean attachment?)',
    ],
    ...['new.html', '//evil.example/', 'ftp://a/b', 'https://', '/a b', '/ü', `/${'x'.repeat(2048)}`, ''].map(
      (redirect): [unknown, string] => [
        {site: {rules: [{match: '*', redirect}]}},
        'must be a path such as /new.html, or a URL that begins with http:// or https://',
      ],
    ),
    ...['Build', 'build_id', 'cache-tag', '', 'x'.repeat(129)].map((name): [unknown, string] => [
      {site: {rules: [{match: '*', metadata: {[name]: 'x'}}]}},
      `the name "${name}" in site.rules[0].metadata must be at most 128 lowercase letters, digits and hyphens`,
    ]),
    ...['', ' a', 'a ', 'ä', 'a\tb', 'a\nb'].map((value): [unknown, string] => [
      {site: {rules: [{match: '*', metadata: {a: value}}]}},
      `site.rules[0].metadata.a is ${JSON.stringify(value)} but must be printable ASCII characters without blanks`,
    ]),
    [
      {site: {rules: [{match: '*', metadata: {a: 'x'.repeat(1024), b: 'x'.repeat(1023)}}]}},
      'site.rules[0].metadata takes 2049 bytes of S3 metadata, of which an object has 2048',
    ],
    ...['GLACIER', 'DEEP_ARCHIVE', 'EXPRESS_ONEZONE', 'standard'].map((storageClass): [unknown, string] => [
      {site: {rules: [{match: '*', storageClass}]}},
      `site.rules[0].storageClass is "${storageClass}" but must be one of STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, REDUCED_REDUNDANCY, which CloudFront reads at once`,
    ]),
    [{site: {cleanUrls: 'yes'}}, 'site.cleanUrls is "yes" but must be true or false'],
    [
      {distribution: {cacheTagConfig: {headerName: 'a b'}}},
      'distribution.cacheTagConfig.headerName is "a b" but must be a header name such as x-amz-meta-cache-tag',
    ],
    [{distribution: {cacheTagConfig: {}}}, 'distribution.cacheTagConfig.headerName is missing'],
    [
      {invalidation: {strategy: 'cheap'}},
      'invalidation.strategy is "cheap" but must be one of exact, balanced, frugal',
    ],
    [{signing: {key: 'env:MY KEY'}}, 'signing.key must be the name of a file, or env:NAME'],
    [{signing: {key: '-'}}, 'signing.key must be the name of a file, or env:NAME'],
    [{signing: {key: ''}}, 'signing.key must be the name of a file, or env:NAME'],
    [
      {signing: {keyPairId: 'web key'}},
      'signing.keyPairId is "web key" but must be the id of a public key in CloudFront, such as K2JCJMDEHXQW5F',
    ],
    [{signing: {hash: 'SHA256'}}, 'signing.hash is "SHA256" but must be one of sha1, sha256'],
    [{invalidation: {budget: 0}}, 'invalidation.budget is 0 but must be at least 1'],
    [{invalidation: {budget: 1.5}}, 'invalidation.budget is 1.5 but must be a whole number'],
    [{invalidation: {maxWildcards: -1}}, 'invalidation.maxWildcards is -1 but must be at least 0'],
    [
      {site: {rules: [{match: '*', contentType: 'html'}]}},
      'site.rules[0].contentType is "html" but must be a media type',
    ],
    [
      {site: {rules: [{match: [], contentType: 'text/x'}]}},
      'site.rules[0].match is an empty list but must be at least one glob',
    ],
    [
      {site: {rules: [{match: 7, contentType: 'text/x'}]}},
      'site.rules[0].match is 7 but must be a glob or a list of globs',
    ],
    [{name: 'My Site'}, 'name is "My Site" but must be at most 63 lowercase letters'],
    ...[
      'ab',
      'A-b',
      'a..b',
      '1.2.3.4',
      'xn--abc',
      'abc-s3alias',
      '-abc',
      'a_b',
      'x'.repeat(64),
      'abc--x-s3',
    ].map((name): [unknown, string] => [
      {bucket: {name}},
      `bucket.name is ${JSON.stringify(name)} but ${bucketPhrase}`,
    ]),
    [{bucket: {region: 'europe'}}, 'bucket.region is "europe" but must be a region such as us-east-1'],
    ...['/a', 'a/', 'a//b', 'a/../b', '.', '.frontctl/x', ''].map((prefix): [unknown, string] => [
      {bucket: {prefix}},
      `bucket.prefix is ${JSON.stringify(prefix)} but must be a key prefix such as sites/www`,
    ]),
    [
      {distribution: {id: 'd111111abcdef8.cloudfront.net'}},
      'but must be a distribution id such as E2EXAMPLE1ABCD',
    ],
    ...['https://example.com', 'example', 'a.*.com', 'example.com/x', 'example.com:80'].map(
      (alias): [unknown, string] => [
        {distribution: {aliases: [alias]}},
        `distribution.aliases[0] is "${alias}" but must be a host name such as www.example.com`,
      ],
    ),
    [{distribution: {aliases: ['a.com', 'A.com']}}, 'distribution.aliases[1] repeats the alias a.com'],
    [{distribution: {comment: 'x'.repeat(129)}}, 'but must be at most 128 characters long'],
    [
      {distribution: {defaultRootObject: '/index.html'}},
      'distribution.defaultRootObject is "/index.html" but must be an object name such as index.html',
    ],
    [
      {distribution: {priceClass: 'PriceClass_300'}},
      'distribution.priceClass is "PriceClass_300" but must be one of PriceClass_100, PriceClass_200, PriceClass_All',
    ],
    [
      {distribution: {httpVersion: 2}},
      'distribution.httpVersion is 2 but must be one of http1.1, http2, http2and3, http3',
    ],
    [
      {distribution: {customErrorResponses: [{errorCode: 401}]}},
      'distribution.customErrorResponses[0].errorCode is 401 but must be one of 400, 403',
    ],
    [
      {distribution: {customErrorResponses: [{errorCode: 404, responsePagePath: '/x', responseCode: 200}]}},
      'distribution.customErrorResponses[0].responseCode is 200 but must be one of the strings "200"',
    ],
    [
      {distribution: {customErrorResponses: [{errorCode: 404, responseCode: '200'}]}},
      'distribution.customErrorResponses[0] has only one of responsePagePath and responseCode',
    ],
    [
      {distribution: {customErrorResponses: [{errorCode: 404}, {errorCode: 404}]}},
      'distribution.customErrorResponses[1] repeats the errorCode 404',
    ],
    [
      {distribution: {customErrorResponses: [{errorCode: 404, errorCachingMinTTL: -1}]}},
      'errorCachingMinTTL is -1 but must be from 0 to 3153600000 seconds',
    ],
    [{tags: {'aws:x': 'y'}}, 'the name "aws:x" in tags must be a tag key'],
    [{tags: {a: 'b;c'}}, 'tags.a is "b;c" but must be a tag value'],
    [{tags: {a: 1}}, 'tags.a is 1 but must be a string'],
    [
      {tags: Object.fromEntries(Array.from({length: 51}, (_, i) => [`t${i}`, '']))},
      'tags is an object but must be at most 50 tags',
    ],
    [{environments: []}, 'environments is an empty list but must be an object'],
    [{environments: {'a b': {}}}, 'the name "a b" in environments must be an environment name'],
    [{environments: {live: {environments: {}}}}, 'environments.live.environments is not a known key'],
    [
      {environments: {live: {bucket: {name: 'X'}}}},
      `environments.live.bucket.name is "X" but ${bucketPhrase}`,
    ],
    [{name: '${env.}'}, 'name has ${env.}, which is no reference'],
    [{name: '${NAME}'}, 'name has ${NAME}, which is no reference'],
    [{name: '${env.NAME'}, 'name has ${env.NAME, which is no reference'],
  ])('%j', (config, sentence) => {
    const found = sentences(config);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(sentence);
  });
});

describe('references', () => {
  it('are judged by what they resolve to, which is never shown', () => {
    const config = {bucket: {name: '${env.BUCKET}'}};
    expect(sentences(config, undefined, {BUCKET: 'good-name'})).toEqual([]);
    const [sentence] = sentences(config, undefined, {BUCKET: 'hunter2 secret'});
    expect(sentence).toMatch(/^bucket\.name is "\$\{env\.BUCKET\}", whose value must be a bucket name/);
    expect(sentence).not.toContain('hunter2');
  });

  it('in other environments are not judged, other values are', () => {
    const config = {environments: {live: {bucket: {name: '${env.X}', region: 'mars'}}, dev: {}}};
    expect(sentences(config, 'dev')).toEqual([
      'environments.live.bucket.region is "mars" but must be a region such as us-east-1',
    ]);
  });

  it('checks what only the merged config breaks', () => {
    const many = (from: number) =>
      Object.fromEntries(Array.from({length: 30}, (_, i) => [`t${from + i}`, '']));
    const config = {tags: many(0), environments: {live: {tags: many(30)}}};
    expect(sentences(config)).toEqual([]);
    expect(sentences(config, 'live')).toEqual([
      'environments.live.tags is an object but must be at most 50 tags',
    ]);
  });
});

describe('a key in the config', () => {
  const pem = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
  const body = pem.split('\n').slice(1, -2).join('');
  const holdsKey = 'signing.key holds a key; it must name the file of the key, or env:NAME';

  it.each<[string, object, NodeJS.ProcessEnv, string]>([
    ['as PEM', {signing: {key: pem}}, {}, holdsKey],
    ['as PEM on one line', {signing: {key: pem.replaceAll('\n', '\\n')}}, {}, holdsKey],
    ['as its Base64', {signing: {key: body}}, {}, holdsKey],
    ['from the environment', {signing: {key: '${env.KEY}'}}, {KEY: pem}, holdsKey],
    ['in a wrong place', {signing: pem}, {}, 'signing is the text of a key but must be an object'],
    [
      'for its id',
      {signing: {keyPairId: pem}},
      {},
      'signing.keyPairId is the text of a key but must be the id of a public key',
    ],
  ])('%s is refused and not repeated', (_name, config, env, sentence) => {
    const found = sentences(config, undefined, env);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(sentence);
    for (let at = 0; at + 16 <= body.length; at += 16)
      expect(found[0]).not.toContain(body.slice(at, at + 16));
  });
});

it('lists every problem with its line and column', async () => {
  const cwd = await project({
    'frontctl.config.yaml': `name: My Site
bucket:
  nam: x
  region: mars
site:
  rules:
    - cacheControl: no-cache
distribution:
`,
  });
  const failure = await failureOf(loadConfig({cwd, env: {}}));
  expect(failure).toMatchObject({code: 'CONFIG_INVALID', exit: 'usage'});
  expect(failure.message.split('\n').map(line => line.split(/ (?:is|but) /)[0])).toEqual([
    'frontctl.config.yaml:1:7: name',
    'frontctl.config.yaml:7:7: site.rules[0].match',
    'frontctl.config.yaml:4:11: bucket.region',
    'frontctl.config.yaml:3:3: bucket.nam',
    'frontctl.config.yaml:8:1: distribution',
  ]);
});

it('says the line in JSON, tabs and all', async () => {
  const cwd = await project({
    'frontctl.config.json': '{\n\t"bucket": {\n\t\t"nam": 1,\n\t\t"name": 2\n\t}\n}',
  });
  const failure = await failureOf(loadConfig({cwd, env: {}}));
  expect(failure.message.split('\n').map(line => line.slice(0, 32))).toEqual([
    'frontctl.config.json:4:11: bucke',
    'frontctl.config.json:3:3: bucket',
  ]);
});
