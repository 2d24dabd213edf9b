import type {FunctionAssociation} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import http2 from 'node:http2';
import {describe, expect, it, onTestFinished} from 'vitest';
import {queryParameters} from '../../../src/local/edge/functions/event.js';
import {runFunction} from '../../../src/local/edge/functions/run.js';
import {unsupportedSyntax} from '../../../src/local/edge/functions/syntax.js';
import {cachePolicy, distributionConfig, fakePlane, localOrigin, start, type Extra} from './fixture.js';

const arn = (name: string) => `arn:aws:cloudfront::000000000000:function/${name}`;
const modern = 'cloudfront-js-2.0';

interface Site {
  /** Body of `handler(event)`, or the whole code. */
  readonly onRequest?: string;
  readonly onResponse?: string;
  readonly policy?: string;
  readonly extra?: Extra;
  readonly answer?: Parameters<typeof localOrigin>[0];
}

const code = (text: string) => ({
  code: /\bhandler\b/.test(text) ? text : `function handler(event) { ${text} }`,
  runtime: modern,
});

/** A distribution in front of an origin that tells what it was asked: `GET /path?query` and some headers. */
const site = async ({onRequest, onResponse, policy = 'query', extra = {}, answer}: Site) => {
  const origin = await localOrigin(
    answer ??
      ((req, res) => {
        res.setHeader('X-Origin', 'yes');
        res.end(`${req.method} ${req.url}`);
      }),
  );
  const plane = fakePlane();
  const associations: FunctionAssociation[] = [];
  const add = (EventType: 'viewer-request' | 'viewer-response', text: string | undefined) => {
    if (text === undefined) return;
    plane.functions.set(arn(EventType), code(text));
    associations.push({EventType, FunctionARN: arn(EventType)});
  };
  add('viewer-request', onRequest);
  add('viewer-response', onResponse);
  plane.cachePolicies.set(
    'all',
    cachePolicy({
      query: 'all',
      cookies: 'all',
      headers: ['x-seen', 'accept', 'x-gone'],
      min: 0,
      default: 0,
      max: 1,
    }),
  );
  const running = await start(
    distributionConfig(
      {
        ...extra,
        behavior: {
          CachePolicyId: policy,
          FunctionAssociations: {Quantity: associations.length, Items: associations},
          ...extra.behavior,
        },
      },
      origin.port,
    ),
    {plane},
  );
  return {...running, origin};
};

const xCache = ({headers}: {readonly headers: Readonly<Record<string, unknown>>}) =>
  String(headers['x-cache']).replace(' from cloudfront', '');

describe('viewer-request', () => {
  it('shows the request as the guide describes it', async () => {
    const {get} = await site({
      onRequest: 'return {statusCode: 200, body: JSON.stringify(event)};',
    });
    const {text} = await get('/a%20b?one=1&two=&two=2&three', {
      headers: {
        host: 'www.example.com',
        accept: ['text/html', 'text/plain'],
        cookie: 'a=1; b=x=y; a=2',
        'x-amz-cf-id': 'hidden',
        'x-forwarded-proto': 'hidden',
        connection: 'keep-alive',
      },
    });
    const event = JSON.parse(text) as {request: unknown; context: unknown};
    expect(event).toEqual({
      version: '1.0',
      context: {
        distributionDomainName: 'de1.cloudfront.net',
        distributionId: 'E1',
        eventType: 'viewer-request',
        requestId: expect.stringMatching(/==$/) as string,
      },
      viewer: {ip: '127.0.0.1'},
      request: {
        method: 'GET',
        uri: '/a%20b',
        querystring: {
          one: {value: '1'},
          two: {value: '', multiValue: [{value: ''}, {value: '2'}]},
          three: {value: ''},
        },
        headers: {
          host: {value: 'www.example.com'},
          accept: {value: 'text/html', multiValue: [{value: 'text/html'}, {value: 'text/plain'}]},
        },
        cookies: {a: {value: '1', multiValue: [{value: '1'}, {value: '2'}]}, b: {value: 'x=y'}},
      },
    });
  });

  it('rewrites the URI for cache key and origin, not for the choice of the behavior', async () => {
    const {get, origin, edge} = await site({
      onRequest: "event.request.uri = '/other/index.html'; return event.request;",
      extra: {
        CacheBehaviors: {
          Quantity: 1,
          Items: [
            {
              PathPattern: '/other/*',
              TargetOriginId: 's3',
              ViewerProtocolPolicy: 'https-only',
              CachePolicyId: 'plain',
            },
          ],
        },
      },
    });
    expect(await get('/a')).toMatchObject({status: 200, text: 'GET /other/index.html'});
    expect(xCache(await get('/b'))).toBe('Hit');
    expect(origin.seen).toHaveLength(1);
    expect(edge.purge('E1', ['/a'])).toBe(0);
    expect(edge.purge('E1', ['/other/index.html'])).toBe(1);
  });

  it.each([
    ['leaves / to the default root object', 'return event.request;', 'GET /index.html'],
    [
      'sees / itself',
      "if (event.request.uri === '/') event.request.uri = '/home'; return event.request;",
      'GET /home',
    ],
  ])('%s', async (_what, onRequest, expected) => {
    const {get} = await site({onRequest, extra: {DefaultRootObject: 'index.html'}});
    expect((await get('/')).text).toBe(expected);
  });

  it('changes query, headers and cookies on their way to the origin', async () => {
    const {get, origin} = await site({
      policy: 'all',
      onRequest: `
        var r = event.request;
        r.querystring.added = {value: 'x'};
        r.querystring.two.multiValue.push({value: '3'});
        r.querystring.one.value = 'first';
        r.headers['x-seen'] = {value: 'héllo'};
        r.headers.accept.value = 'a/b';
        delete r.headers['x-gone'];
        r.cookies.c = {value: 'new'};
        delete r.cookies.b;
        return r;`,
    });
    await get('/?one=1&two=1&two=2', {
      headers: {accept: ['text/html', 'text/plain'], cookie: 'a=1; b=2', 'x-gone': '1'},
    });
    const [seen] = origin.seen;
    expect(seen?.url).toBe('/?one=first&two=1&two=2&two=3&added=x');
    expect(Buffer.from(String(seen?.headers['x-seen']), 'latin1').toString()).toBe('héllo');
    expect(seen?.headers).toMatchObject({accept: 'a/b, text/plain', cookie: 'a=1; c=new'});
    expect(seen?.headers).not.toHaveProperty('x-gone');
  });

  it('takes a query as a string, and leaves one that was not touched as it was', async () => {
    const {get} = await site({
      onRequest:
        "if (event.request.uri === '/s') event.request.querystring = 'b=2&a=1'; return event.request;",
    });
    expect((await get('/s?x')).text).toBe('GET /s?b=2&a=1');
    expect((await get('/t?flag&&z=%C3%A9&flag')).text).toBe('GET /t?flag&&z=%C3%A9&flag');
  });

  it('answers itself, past cache and origin, with the response headers policy', async () => {
    const running = await site({
      onRequest: `return {
        statusCode: 302,
        statusDescription: 'Over There',
        headers: {location: {value: '/ü'}, vary: {value: 'a', multiValue: [{value: 'a'}, {value: 'b'}]}},
        cookies: {id: {value: '1', attributes: 'Secure; Path=/'}},
      };`,
      extra: {behavior: {ResponseHeadersPolicyId: 'policy'}},
    });
    running.plane.responseHeadersPolicies.set('policy', {
      Name: 'policy',
      CustomHeadersConfig: {Quantity: 1, Items: [{Header: 'X-Policy', Value: 'on', Override: true}]},
    });
    const {status, headers, body} = await running.get('/');
    expect([status, body.length, running.origin.seen.length]).toEqual([302, 0, 0]);
    expect(Buffer.from(String(headers.location), 'latin1').toString()).toBe('/ü');
    expect(headers).toMatchObject({
      'x-cache': 'FunctionGeneratedResponse from cloudfront',
      server: 'CloudFront',
      'content-length': '0',
      vary: 'a, b',
      'set-cookie': ['id=1; Secure; Path=/'],
      'x-policy': 'on',
    });
  });

  it.each([
    ['a string', "body: 'grüß'", 'grüß'],
    ['text', "body: {encoding: 'text', data: 'plain'}", 'plain'],
    ['base64', "body: {encoding: 'base64', data: 'AP8='}", '\u0000\u00ff'],
  ])('answers a body given as %s; HEAD has none', async (_what, body, expected) => {
    const {get} = await site({onRequest: `return {statusCode: 200, ${body}};`});
    const answer = await get('/');
    expect(answer.body.toString(expected === '\u0000\u00ff' ? 'latin1' : 'utf8')).toBe(expected);
    const head = await get('/', {method: 'HEAD'});
    expect(head.body).toHaveLength(0);
    expect(head.headers['content-length']).toBe(String(answer.body.length));
  });

  it('is read anew when its code is published, with no state between requests', async () => {
    const count = (step: number) =>
      `var n = 0; function handler(event) { n += ${step}; return {statusCode: 200, body: String(n)}; }`;
    const {get, plane} = await site({onRequest: count(1)});
    expect([(await get('/')).text, (await get('/')).text]).toEqual(['1', '1']);
    plane.functions.set(arn('viewer-request'), code(count(5)));
    expect((await get('/')).text).toBe('5');
  });

  it('sees the host of HTTP/2 and may be asynchronous', async () => {
    const {edge} = await site({
      onRequest: `async function handler(event) {
        await Promise.resolve();
        return {statusCode: 200, body: event.request.headers.host.value};
      }`,
    });
    const session = http2.connect(`https://127.0.0.1:${edge.tlsPort}`, {rejectUnauthorized: false});
    onTestFinished(() => session.destroy());
    const stream = session.request({':path': '/', ':authority': 'de1.cloudfront.net'});
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe('de1.cloudfront.net');
  });

  it('lets a body pass', async () => {
    const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;
    const {get} = await site({
      onRequest: "event.request.uri = '/posted'; return event.request;",
      extra: {
        behavior: {
          AllowedMethods: {
            Quantity: 7,
            Items: [...methods],
            CachedMethods: {Quantity: 2, Items: ['GET', 'HEAD']},
          },
        },
      },
      answer: (req, res) => {
        res.write(`${req.url} `);
        req.pipe(res);
      },
    });
    expect((await get('/', {method: 'POST', body: 'content'})).text).toBe('/posted content');
  });
});

describe('failures', () => {
  it.each([
    ['a throw', "throw new Error('boo');", 'Error: boo (line 1)'],
    ['a rejection', "async function handler() { throw new TypeError('late'); }", 'TypeError: late'],
    ['an endless loop', 'for (;;) {}', 'longer than CloudFront allows'],
    ['an endless loop that catches', 'try { for (;;) {} } catch (error) { return event.request; }', 'longer'],
    ['endless recursion', 'function f() { return f() + 1; } return f();', 'stack overflow'],
    ['too much memory', "return 'x'.repeat(3000000);", 'out of memory'],
    ['a pattern that explodes', "return /^(a+)+$/.test('a'.repeat(60) + 'b');", 'longer'],
    [
      'a promise that nothing settles',
      'async function handler() { return new Promise(function () {}); }',
      'waits',
    ],
    ['no handler', 'var nothing = 1; // no handler', 'is not defined'],
    ['broken code', 'function handler( {', 'SyntaxError'],
    ['a syntax that CloudFront lacks', 'return event?.request;', 'optional chaining'],
    [
      'a key value store',
      "import cf from 'cloudfront'; async function handler() { return cf.kvs().get('a'); }",
      'KeyValueStore',
    ],
  ])('%s: 503 FunctionExecutionError, and the next request is served', async (_what, onRequest, why) => {
    const {get, origin} = await site({onRequest: code(onRequest).code});
    const answer = await get('/');
    expect([answer.status, xCache(answer)]).toEqual([503, 'FunctionExecutionError']);
    expect(answer.text).toContain(
      'The CloudFront function associated with the CloudFront distribution is invalid',
    );
    expect(answer.text.replaceAll('&quot;', '"')).toContain(why);
    expect(origin.seen).toHaveLength(0);
    expect((await get('/')).status).toBe(503);
  });

  const same = (change: string) => `var r = event.request; ${change} return r;`;
  it.each([
    ['nothing', ''],
    ['a text', "return 'text';"],
    ['an empty object', 'return {};'],
    ['another method', same("r.method = 'POST';")],
    ['a URI without a slash', same("r.uri = 'a';")],
    ['a URI with a space', same("r.uri = '/a b';")],
    ['a URI with a query', same("r.uri = '/a?b';")],
    ['a URI of 8,192 bytes', same("r.uri = '/' + 'a'.repeat(8191);")],
    ['a query with a fragment', same("r.querystring = 'a#b';")],
    ['a changed Host', same("r.headers.host = {value: 'x'};")],
    ['a deleted Host', same('delete r.headers.host;')],
    ['an added Via', same("r.headers.via = {value: 'x'};")],
    ['a hidden header', same("r.headers['x-edge-a'] = {value: 'x'};")],
    ['a header in capitals', same("r.headers['X-A'] = {value: 'x'};")],
    ['a header with a line feed', same("r.headers['x-a'] = {value: 'x\\ny: z'};")],
    ['a header as a string', same("r.headers['x-a'] = 'x';")],
    ['a cookie header', same("r.headers.cookie = {value: 'a=b'};")],
    ['a status as a string', "return {statusCode: '200'};"],
    ['a status of 199', 'return {statusCode: 199};'],
    ['a body that is no base64', "return {statusCode: 200, body: {encoding: 'base64', data: '%'}};"],
    ['an unknown encoding', "return {statusCode: 200, body: {encoding: 'hex', data: '00'}};"],
    ['a response with Via', "return {statusCode: 200, headers: {via: {value: 'x'}}};"],
    ['a response with X-Cache', "return {statusCode: 200, headers: {'x-cache': {value: 'Hit'}}};"],
  ])('%s returned: 502 FunctionValidationError', async (_what, onRequest) => {
    const {get, origin} = await site({onRequest});
    const answer = await get('/');
    expect([answer.status, xCache(answer)]).toEqual([502, 'FunctionValidationError']);
    expect(origin.seen).toHaveLength(0);
  });

  it('are not replaced by custom error pages', async () => {
    const {get} = await site({
      onRequest: "if (event.request.uri === '/x') throw new Error('no'); return {statusCode: 404};",
      extra: {
        CustomErrorResponses: {
          Quantity: 2,
          Items: [
            {ErrorCode: 503, ResponsePagePath: '/page', ResponseCode: '200'},
            {ErrorCode: 404, ResponsePagePath: '/page', ResponseCode: '200'},
          ],
        },
      },
    });
    expect([(await get('/x')).status, (await get('/y')).status]).toEqual([503, 404]);
  });
});

describe('viewer-response', () => {
  it('changes status, headers and cookies of hit and miss, and leaves the body', async () => {
    const {get, origin} = await site({
      onResponse: `
        var r = event.response;
        r.headers['x-frame-options'] = {value: 'DENY'};
        r.headers['x-uri'] = {value: event.request.uri + ' ' + event.context.eventType};
        delete r.headers['x-origin'];
        r.cookies.b = {value: '2', attributes: 'Secure'};
        r.statusCode = 203;
        r.statusDescription = 'Touched';
        return r;`,
    });
    for (const mark of ['Miss', 'Hit']) {
      const answer = await get('/a');
      expect(answer).toMatchObject({
        status: 203,
        text: 'GET /a',
        headers: {
          'x-frame-options': 'DENY',
          'x-uri': '/a viewer-response',
          'set-cookie': ['b=2; Secure'],
          'content-length': '6',
        },
      });
      expect(answer.headers).not.toHaveProperty('x-origin');
      expect(xCache(answer)).toBe(mark);
    }
    expect(origin.seen).toHaveLength(1);
  });

  it('shows the response as the guide describes it', async () => {
    const {get} = await site({
      policy: 'all',
      onRequest: "event.request.headers['x-seen'] = {value: 'from request'}; return event.request;",
      onResponse: `return {statusCode: 200, headers: event.response.headers, body: JSON.stringify([
        event.response.statusCode, event.response.statusDescription, event.response.cookies,
        event.response.headers['cache-control'], event.request.headers['x-seen'], Object.keys(event.response).length])};`,
      answer: (_req, res) => {
        res.writeHead(201, {
          'Set-Cookie': ['a=1; Path=/; Secure', 'b=2', 'a=3'],
          'Cache-Control': 'no-cache',
        });
        res.end('original');
      },
    });
    const answer = await get('/');
    expect(JSON.parse(answer.text)).toEqual([
      201,
      'Created',
      {
        a: {
          value: '1',
          attributes: 'Path=/; Secure',
          multiValue: [{value: '1', attributes: 'Path=/; Secure'}, {value: '3'}],
        },
        b: {value: '2'},
      },
      {value: 'no-cache'},
      {value: 'from request'},
      4,
    ]);
    // Cookies that are not returned are gone.
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('comes after the response headers policy', async () => {
    const {get, plane} = await site({
      onResponse: "event.response.headers['x-policy'].value += ', function'; return event.response;",
      extra: {behavior: {ResponseHeadersPolicyId: 'policy'}},
    });
    plane.responseHeadersPolicies.set('policy', {
      Name: 'policy',
      CustomHeadersConfig: {Quantity: 1, Items: [{Header: 'X-Policy', Value: 'on', Override: true}]},
    });
    expect((await get('/')).headers['x-policy']).toBe('on, function');
  });

  it('does not run on errors, cached errors, custom error pages and answers of viewer-request functions', async () => {
    const {get} = await site({
      onRequest: "return event.request.uri === '/made' ? {statusCode: 200, body: 'made'} : event.request;",
      onResponse: "event.response.headers['x-ran'] = {value: 'yes'}; return event.response;",
      answer: (req, res) => {
        res.statusCode = req.url === '/403' ? 403 : req.url === '/404' ? 404 : req.url === '/304' ? 304 : 200;
        res.end(req.url === '/304' ? undefined : 'body');
      },
      extra: {
        CustomErrorResponses: {
          Quantity: 1,
          Items: [{ErrorCode: 403, ResponsePagePath: '/page', ResponseCode: '200'}],
        },
      },
    });
    const ran = async (path: string) => {
      const {status, headers} = await get(path);
      return `${status} ${String(headers['x-ran'])}`;
    };
    expect(await ran('/200')).toBe('200 yes');
    expect(await ran('/404')).toBe('404 undefined');
    expect(await ran('/404')).toBe('404 undefined');
    expect(await ran('/403')).toBe('200 undefined');
    expect(await ran('/made')).toBe('200 undefined');
    expect(await ran('/page')).toBe('200 yes');
  });

  it('answers HEAD, ranges and conditions like the rest', async () => {
    const {get} = await site({
      onResponse: "event.response.headers['x-ran'] = {value: 'yes'}; return event.response;",
      answer: (_req, res) => {
        res.setHeader('ETag', '"1"');
        res.end('0123456789');
      },
    });
    await get('/');
    const head = await get('/', {method: 'HEAD'});
    expect(head).toMatchObject({status: 200, headers: {'x-ran': 'yes', 'content-length': '10'}, text: ''});
    expect(await get('/', {headers: {range: 'bytes=2-4'}})).toMatchObject({
      status: 206,
      text: '234',
      headers: {'x-ran': 'yes'},
    });
    expect(await get('/', {headers: {'if-none-match': '"1"'}})).toMatchObject({
      status: 304,
      headers: {'x-ran': 'yes'},
    });
  });

  it.each([
    ['with another', "{encoding: 'base64', data: 'aGk='}", 'hi'],
    ['with none', "''", ''],
  ])('replaces the body %s', async (_what, body, expected) => {
    const {get} = await site({onResponse: `event.response.body = ${body}; return event.response;`});
    for (let i = 0; i < 2; i++) {
      expect(await get('/')).toMatchObject({
        text: expected,
        headers: {'content-length': String(expected.length), 'x-origin': 'yes'},
      });
    }
  });

  it('fails with 503 and 502, and the copy stays good', async () => {
    const {get, plane, origin} = await site({onResponse: "throw new Error('no');"});
    expect(xCache(await get('/'))).toBe('FunctionExecutionError');
    plane.functions.set(
      arn('viewer-response'),
      code("event.response.headers.warning = {value: 'x'}; return event.response;"),
    );
    const invalid = await get('/');
    expect([invalid.status, xCache(invalid)]).toEqual([502, 'FunctionValidationError']);
    plane.functions.set(arn('viewer-response'), code('return event.request;'));
    expect((await get('/')).status).toBe(502);
    plane.functions.set(arn('viewer-response'), code('return event.response;'));
    expect(await get('/')).toMatchObject({status: 200, text: 'GET /'});
    expect(origin.seen.length).toBeLessThanOrEqual(2);
  });
});

describe('runtime', () => {
  const run = async (expression: string, runtime = modern, before = '') => {
    const text = `${before}\nfunction handler(event) { return ${expression}; }`;
    const {output, error} = await runFunction({code: text, runtime}, '{}', Date.UTC(2026, 10, 21));
    return output === undefined ? error : (JSON.parse(output) as unknown);
  };

  it.each([
    ["Buffer.from('héllo').toString('base64')", 'aMOpbGxv'],
    ["Buffer.from('aGk', 'base64url').toString()", 'hi'],
    ["Buffer.from('6869zz', 'hex').toString('utf8')", 'hi'],
    ["Buffer.concat([Buffer.from([1, 2]), Buffer.alloc(2, 'ab')]).toString('hex')", '01026162'],
    ["Buffer.from('abc').readUInt16BE(1)", 0x6263],
    ["Buffer.from('zabab').lastIndexOf('ab')", 3],
    ["Buffer.from('abc').equals(Buffer.from('abc'))", true],
    ["Buffer.compare(Buffer.from('a'), Buffer.from('b'))", -1],
    [
      "(function () { var b = Buffer.alloc(6); b.writeIntLE(-2, 0, 3); return [b.readIntLE(0, 3), b.toString('hex')]; })()",
      [-2, 'feffff000000'],
    ],
    ['new TextDecoder().decode(new TextEncoder().encode("€😀"))', '€😀'],
    ['new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0x41, 0xff]))', '\ufffdA\ufffd'],
    ["[btoa('hi'), atob('aGk=')]", ['aGk=', 'hi']],
    [
      "require('crypto').createHash('sha256').update('ab').digest('hex')",
      'fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603',
    ],
    ["require('crypto').createHmac('md5', 'k').update('x').digest('base64')", 'RCugeejsYgb39VNNRlPbDw=='],
    ["require('crypto').createHash('sha1').update('é').digest('base64url')", 'vxW-cXrBsIC08cRWaSgliR_1Bz0'],
    ["require('crypto').createHash('sha512')", 'TypeError: not supported algorithm: "sha512" (line 2)'],
    ["require('querystring').parse('a=b&a=c&d=%C3%A9+x&e')", {a: ['b', 'c'], d: 'é x', e: ''}],
    ["require('querystring').stringify({a: ['x y', 'é'], b: ''})", 'a=x%20y&a=%C3%A9&b='],
    ["require('fs')", 'Error: Cannot find module "fs" (line 2)'],
    [
      '[new Date().toISOString(), Date.now(), new Date(0).getTime()]',
      ['2026-11-21T00:00:00.000Z', Date.UTC(2026, 10, 21), 0],
    ],
    ["eval('1')", "ReferenceError: 'eval' is not defined (line 2)"],
    ["new Function('return 1')()", 'TypeError: function constructor is disabled in "safe" mode (line 2)'],
    [
      "(function () {}).constructor('return 1')()",
      'TypeError: function constructor is disabled in "safe" mode (line 2)',
    ],
    [
      '[typeof Map, typeof Proxy, typeof process, typeof setTimeout, typeof fetch, typeof host]',
      Array(6).fill('undefined'),
    ],
    ['(function () { return this; })() === undefined', true],
  ])('%s', async (expression, expected) => {
    expect(await run(expression)).toEqual(expected);
  });

  it('imports in 2.0; 1.0 lacks what is new in 2.0', async () => {
    expect(await run('qs.stringify({a: 1})', modern, "import qs from 'querystring';")).toBe('a=1');
    expect(await run('[typeof Buffer, typeof btoa]', 'cloudfront-js-1.0')).toEqual([
      'undefined',
      'undefined',
    ]);
    expect(await run('typeof require("crypto").createHash', 'cloudfront-js-1.0')).toBe('function');
  });

  it('lets go of the engine whatever happened, thousands of times', async () => {
    const broken = {code: "function handler() { throw [{a: 'x'}]; }", runtime: modern};
    for (let i = 0; i < 300; i++)
      expect((await runFunction(broken, '{}', 0)).error).toBe('Error: [{"a":"x"}]');
    expect(await run('1')).toBe(1);
  });
});

describe('syntax', () => {
  it.each([
    ['a?.b', 'optional chaining'],
    ['a ?? b', '??'],
    ['a ||= b', '||='],
    ['class A {}', 'class'],
    ['f(...list)', 'spread'],
    ['var x = [...list];', 'spread'],
    ['if (f(...list)) { }', 'spread'],
    ['for (const a of b) {}', 'for-of'],
    ['for (a of b) {}', 'for-of'],
    ['const {a} = b;', 'destructuring'],
    ['var [a] = b;', 'destructuring'],
    ['function* g() {}', 'generator'],
    ['export default 1;', 'export'],
    ["import('x')", 'dynamic import'],
    ['`${a?.b}`', 'optional chaining'],
    ['var s = "//"; a?.b', 'optional chaining'],
    ["var r = /'/; a?.b", 'optional chaining'],
    ['x = a / b; c?.d / e', 'optional chaining'],
  ])('%s is not for CloudFront', (text, what) => {
    expect(unsupportedSyntax(`\n${text}`, modern)).toMatch(/^SyntaxError: .*\(line 2\)$/);
    expect(unsupportedSyntax(`\n${text}`, modern)).toContain(what);
  });

  it.each([
    'var a = b ? .5 : 1; var c = d?.5:1;',
    'function f(a, ...rest) { return rest; }',
    'var f = (...rest) => rest.length;',
    '// a?.b ?? class\n/* for (a of b) */',
    'var s = "a?.b" + \'class {}\' + `${"}"} a ?? b`;',
    'var r = /a?.b[/"]??/g.test(x);',
    'var o = {class: 1, export: 2, of: 3}; o.class = o.export;',
    'for (var i = 0, of = 1; i < of; i++) {}',
    'const a = 1; let b = 2; async function f() { await g(); }',
    "import cf from 'cloudfront';",
    'var x = a /b/ c; var y = (a) / "x?.y".length / 2;',
  ])('%s is', text => {
    expect(unsupportedSyntax(text, modern)).toBeUndefined();
  });

  it.each(['const a = 1;', 'let a = 1;', 'async function f() {}', "import cf from 'cloudfront';"])(
    '%s is not for 1.0',
    text => {
      expect(unsupportedSyntax(text, 'cloudfront-js-1.0')).toContain('cloudfront-js-1.0');
      expect(unsupportedSyntax(text, modern)).toBeUndefined();
    },
  );

  it('ends on any text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('`', '$', '{', '}', '/', '\\', "'", '"', '?', '.', 'a', '\n', '*', '['),
        }),
        text => {
          unsupportedSyntax(text, modern);
        },
      ),
    );
  });
});

it('a query keeps its order and bytes: parameters, their values and their repetition', () => {
  const name = fc.stringMatching(/^[a-z%]{1,3}$/);
  const pairs = fc.array(fc.tuple(name, fc.stringMatching(/^[a-z=%+]{0,4}$/)));
  fc.assert(
    fc.property(pairs, list => {
      const query = list.map(([key, value]) => `${key}=${value}`).join('&');
      expect(queryParameters(query)).toEqual(list.map(([key, value]) => [key, {value}]));
    }),
  );
});
