import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {distributionConfig, fakePlane, fakeS3, localOrigin, request, start, type Running} from './fixture.js';

const site = () => fakeS3({'site/index.html': {body: 'root'}, 'site/a': {body: 'a'}});

/** The plain HTTP side, as the cloud's shared port calls it. */
const plainSide = async ({edge}: Running): Promise<number> => {
  const server = http.createServer((req, res) => {
    edge.handle(req, res, {distributionId: 'E1', scheme: 'http', viewerHost: req.headers.host ?? ''});
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
};

const everyMethod = {
  Quantity: 7,
  Items: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] as 'GET'[],
};

test('§2 redirect-to-https: 301 for GET with the 167-byte page, 307 for POST; none on the HTTPS side', async () => {
  const running = await start(
    distributionConfig({behavior: {ViewerProtocolPolicy: 'redirect-to-https', AllowedMethods: everyMethod}}),
    {fetchS3: site().fetchS3},
  );
  const port = await plainSide(running);
  const moved = await request(port, '/a?x=1', {headers: {host: 'www.example.com'}});
  expect(moved.status).toBe(301);
  expect(moved.headers).toMatchObject({
    location: 'https://www.example.com/a?x=1',
    'x-cache': 'Redirect from cloudfront',
    server: 'CloudFront',
    'content-length': '167',
  });
  expect(moved.body.length).toBe(167);
  const local = await request(port, '/a', {headers: {host: `de1.cloudfront.net:${port}`}});
  expect(local.headers['location']).toBe(`https://de1.cloudfront.net:${running.edge.tlsPort ?? 0}/a`);
  expect((await request(port, '/a', {method: 'POST', body: 'x'})).status).toBe(307);
  expect((await running.get('/a')).text).toBe('a');
});

test('§2 https-only over HTTP is 403', async () => {
  const running = await start(distributionConfig({behavior: {ViewerProtocolPolicy: 'https-only'}}), {
    fetchS3: site().fetchS3,
  });
  const answer = await request(await plainSide(running), '/a');
  expect([answer.status, answer.headers['x-cache']]).toEqual([403, 'Error from cloudfront']);
});

test('§2 a method the behavior does not allow, and a GET with a body, are 403', async () => {
  const {get} = await start(distributionConfig(), {fetchS3: site().fetchS3});
  const post = await get('/a', {method: 'POST', body: 'x'});
  expect(post.status).toBe(403);
  expect(post.text).toContain('supports only cachable requests');
  expect((await get('/a', {headers: {'content-length': '1'}, body: 'x'})).status).toBe(403);
});

test('§2 a long URL is 414, a large head 494, and the connection ends', async () => {
  const {get} = await start(distributionConfig(), {fetchS3: site().fetchS3});
  const long = await get(`/${'a'.repeat(8192)}`);
  expect([long.status, long.headers.connection]).toEqual([414, 'close']);
  const large = await get('/a', {headers: {'x-large': 'x'.repeat(33_000)}});
  expect([large.status, large.headers.connection]).toEqual([494, 'close']);
  const huge = await get('/a', {headers: {'x-huge': 'x'.repeat(60_000)}});
  expect(huge.status).toBe(494);
  expect((await get('/a')).status).toBe(200);
});

test('§2 the third distribution in a chain refuses', async () => {
  const {get} = await start(distributionConfig(), {fetchS3: site().fetchS3});
  const via = (n: number): string =>
    Array.from({length: n}, (_, i) => `1.1 ${i}.cloudfront.net (CloudFront)`).join(', ');
  expect((await get('/a', {headers: {via: via(1)}})).status).toBe(200);
  expect((await get('/a', {headers: {via: via(2)}})).status).toBe(403);
});

test('a disabled distribution and an unknown one answer 403', async () => {
  const {get, edge} = await start(distributionConfig({Enabled: false}));
  expect((await get('/a')).status).toBe(403);
  const other = http.createServer((req, res) => {
    edge.handle(req, res, {distributionId: 'E9', scheme: 'http', viewerHost: 'x'});
  });
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  expect((await request((other.address() as net.AddressInfo).port, '/a')).status).toBe(403);
});

const raw = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });

test.each([
  ['a broken escape', 'GET /%zz%2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'HTTP/1.1 403'],
  [
    'an absolute-form target',
    'GET http://other.example/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'HTTP/1.1 200',
  ],
  ['an asterisk target', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'HTTP/1.1 400'],
  ['bytes above ASCII', 'GET /\xe4\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'HTTP/1.1 400'],
  ['HTTP/1.0 without Host', 'GET /a HTTP/1.0\r\n\r\n', 'HTTP/1.1 200'],
  ['no HTTP at all', 'hello\r\n\r\n', 'HTTP/1.1 400'],
  [
    'a broken range and dates',
    'GET /a HTTP/1.1\r\nHost: x\r\nRange: bytes=--\r\nIf-Modified-Since: no\r\nConnection: close\r\n\r\n',
    'HTTP/1.1 200',
  ],
])('%s does not harm', async (_name, text, expected) => {
  const {edge, get} = await start(distributionConfig(), {fetchS3: site().fetchS3});
  expect(await raw(edge.portOf('E1')!, text)).toContain(expected);
  expect((await get('/a')).text).toBe('a');
});

test('a POST goes straight through: body, query by policy, no caching', async () => {
  const bodies: string[] = [];
  const {port, seen} = await localOrigin((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    req.on('end', () => {
      bodies.push(body);
      res.writeHead(201).end(`got ${body}`);
    });
  });
  const {get} = await start(distributionConfig({behavior: {AllowedMethods: everyMethod}}, port));
  const answer = await get('/api?q=1', {
    method: 'POST',
    body: 'hello',
    headers: {'content-type': 'text/plain'},
  });
  expect([answer.status, answer.text]).toEqual([201, 'got hello']);
  await get('/api', {method: 'PUT', body: 'chunked', headers: {'transfer-encoding': 'chunked'}});
  expect(bodies).toEqual(['hello', 'chunked']);
  expect(seen[0]?.headers).toMatchObject({
    'content-type': 'text/plain',
    'user-agent': 'Amazon CloudFront',
    host: `127.0.0.1:${port}`,
  });
});

/** GET over HTTP/2; `servername` is the TLS name, `:authority` the HTTP one. */
const get2 = (port: number, authority: string, path: string, servername?: string) =>
  new Promise<{
    status: number;
    headers: http2.IncomingHttpHeaders;
    body: string;
    alpn: string | undefined;
    names: string;
  }>((resolve, reject) => {
    const session = http2.connect(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
      ...(servername === undefined ? {} : {servername}),
    });
    session.on('error', reject);
    const stream = session.request({':path': path, ':authority': authority});
    let headers: http2.IncomingHttpHeaders = {};
    let body = '';
    stream.on('response', received => (headers = received));
    stream.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    stream.on('error', reject).on('end', () => {
      const names = (session.socket as tls.TLSSocket).getPeerX509Certificate()?.subjectAltName ?? '';
      resolve({status: Number(headers[':status']), headers, body, alpn: session.alpnProtocol, names});
      session.close();
    });
  });

test('HTTP/2 over TLS picks the distribution by :authority; an alias gets a certificate of its own; unknown names 403', async () => {
  const running = await start(
    distributionConfig({
      Aliases: {Quantity: 1, Items: ['www.example.com']},
      behavior: {ViewerProtocolPolicy: 'https-only'},
    }),
    {fetchS3: site().fetchS3},
  );
  const port = running.edge.tlsPort!;
  const own = await get2(port, `de1.cloudfront.net:${port}`, '/a', 'de1.cloudfront.net');
  expect([own.status, own.body, own.alpn]).toEqual([200, 'a', 'h2']);
  expect(own.headers['x-cache']).toBe('Miss from cloudfront');
  expect(own.names).toContain('DNS:*.cloudfront.net');
  const alias = await get2(port, 'www.example.com', '/a', 'www.example.com');
  expect([alias.status, alias.names]).toEqual([200, 'DNS:www.example.com']);
  expect(alias.headers['x-cache']).toBe('Hit from cloudfront');
  expect(
    (await get2(port, 'de1.cloudfront.net.localhost', '/a', 'de1.cloudfront.net.localhost')).status,
  ).toBe(200);
  expect((await get2(port, 'nobody.example.com', '/a')).status).toBe(403);
});

test('HTTP/1.1 over TLS works, and is all that an http1.1 distribution offers', async () => {
  const plane = fakePlane();
  const {edge} = await start(distributionConfig({HttpVersion: 'http1.1'}), {plane, fetchS3: site().fetchS3});
  const port = edge.tlsPort!;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    https
      .get(
        {
          host: '127.0.0.1',
          port,
          path: '/a',
          headers: {host: 'de1.cloudfront.net'},
          servername: 'de1.cloudfront.net',
          rejectUnauthorized: false,
        },
        res => {
          res.resume().on('end', () => {
            resolve(res.statusCode);
          });
        },
      )
      .on('error', reject);
  });
  expect(status).toBe(200);
  const alpn = await new Promise<string | false | null>((resolve, reject) => {
    const socket = tls.connect(
      {
        host: '127.0.0.1',
        port,
        servername: 'de1.cloudfront.net',
        ALPNProtocols: ['h2', 'http/1.1'],
        rejectUnauthorized: false,
      },
      () => {
        resolve(socket.alpnProtocol);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
  expect(alpn).toBe('http/1.1');
});

test('a distribution keeps its port across restarts, and takes another when it is gone', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'edge-ports-'));
  onTestFinished(() => rm(dir, {recursive: true, force: true}));
  const first = await start(distributionConfig(), {dir, fetchS3: site().fetchS3});
  const port = first.edge.portOf('E1')!;
  await first.edge.close();
  const second = await start(distributionConfig(), {dir, fetchS3: site().fetchS3});
  expect(second.edge.portOf('E1')).toBe(port);
  await second.edge.close();
  const squatter = net.createServer();
  await new Promise<void>(resolve => squatter.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void squatter.close());
  const third = await start(distributionConfig(), {dir, fetchS3: site().fetchS3});
  expect(third.edge.portOf('E1')).not.toBe(port);
  expect((await third.get('/a')).text).toBe('a');
});

test('distributions come and go while the edge runs', async () => {
  const {edge, plane, get} = await start(distributionConfig(), {fetchS3: site().fetchS3});
  plane.set(distributionConfig(), 'E2');
  await edge.settled();
  expect((await get('/a', {port: edge.portOf('E2')!})).text).toBe('a');
  plane.remove('E2');
  await edge.settled();
  expect(edge.portOf('E2')).toBeUndefined();
});

test('§2 a second Host header is refused', async () => {
  const {edge} = await start(distributionConfig(), {fetchS3: site().fetchS3});
  const text = 'GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n';
  expect(await raw(edge.portOf('E1')!, text)).toContain('HTTP/1.1 400');
});
