import {createServer, type RequestListener, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, describe, expect, it} from 'vitest';
import {CreateInvalidationCommand} from '@aws-sdk/client-cloudfront';
import {awaitFresh, beginCheck, type AwaitFreshOptions} from '../../src/invalidation/edge-check.js';
import {deployOnce, finish, openWorld, type World} from '../deploy/world.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map(close => close()));
});

async function serve(listener: RequestListener): Promise<{url: string; server: Server}> {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.html`, server};
}

/** A clock that only moves when somebody waits, and what was waited. */
function virtualTime(onSleep: (round: number, ms: number) => void | Promise<void> = () => undefined) {
  let time = 1_000_000;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    sleep: async (ms: number) => {
      pauses.push(ms);
      time += ms;
      await onSleep(pauses.length, ms);
    },
  };
}

const limits = (
  {now, sleep}: ReturnType<typeof virtualTime>,
  more: Partial<AwaitFreshOptions> = {},
): AwaitFreshOptions => ({
  sentAt: now(),
  timeoutMs: 30_000,
  sleep,
  ...more,
});

describe('against a plain server', () => {
  it('waits for another body, with pauses that grow from 1 to 5 s, and tells how long it took', async () => {
    let body = 'old';
    const {url} = await serve((_, response) => response.end(body));
    const time = virtualTime(round => {
      if (round === 6) body = 'new';
    });
    const check = await beginCheck({url, now: time.now});
    const {result, events} = await finish(awaitFresh(check, limits(time)));
    expect(time.pauses).toEqual([1000, 1500, 2250, 3375, 5000, 5000]);
    expect(result).toMatchObject({url, fresh: true, afterMs: 18_125, reason: 'the body is another one'});
    expect(result.before).toMatchObject({answered: true, status: 200});
    expect(events).toHaveLength(6);
    expect(events[1]).toEqual({
      type: 'wait',
      id: 'check',
      status: 'no sign of a new copy (status 200)',
      elapsedMs: 1000,
      limitMs: 30_000,
    });
  });

  it('ends in time without a failure', async () => {
    const {url} = await serve((_, response) => {
      response.setHeader('X-Cache', 'Hit from cloudfront').setHeader('Age', '5000').end('old');
    });
    const time = virtualTime();
    const check = await beginCheck({url, now: time.now});
    const {result} = await finish(awaitFresh(check, limits(time, {timeoutMs: 10_000})));
    expect(result).toMatchObject({
      fresh: false,
      afterMs: 10_000,
      reason: 'still a copy from before (Age: 5000 s, X-Cache: Hit from cloudfront)',
    });
    expect(time.pauses.reduce((sum, each) => sum + each)).toBe(10_000);
  });

  it('asks as a viewer does, follows no redirect, and shows neither credentials nor query', async () => {
    const asked: {
      url: string | undefined;
      authorization: string | undefined;
      cacheControl: string | undefined;
    }[] = [];
    const {url} = await serve((request, response) => {
      const {authorization, 'cache-control': cacheControl} = request.headers;
      asked.push({url: request.url, authorization, cacheControl});
      response.writeHead(302, {location: '/elsewhere'}).end();
    });
    const time = virtualTime();
    const secret = url.replace('//', '//me:p%40ss@') + '?Signature=hunter2#x';
    const check = await beginCheck({url: secret, now: time.now});
    const {result, events} = await finish(awaitFresh(check, limits(time, {timeoutMs: 0})));
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    const question = {url: '/a.html?Signature=hunter2', authorization, cacheControl: undefined};
    expect(asked).toEqual([question, question]);
    expect(result).toMatchObject({url, fresh: false, after: {status: 302}});
    expect(JSON.stringify([check, result, events])).not.toMatch(/hunter2|p@ss|p%40ss/);
  });

  it('reads at most 10 MB', async () => {
    let sent = 0;
    const piece = Buffer.alloc(1024 * 1024);
    const {url} = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && sent < 200) {
          sent++;
          if (!response.write(piece)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const {before} = await beginCheck({url});
    expect(before).toMatchObject({answered: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string});
    expect(sent).toBeLessThan(200);
  });

  it('takes a 404 for an answer when there was a page before', async () => {
    let status = 200;
    const {url} = await serve((_, response) => response.writeHead(status).end('same'));
    const time = virtualTime(() => {
      status = 404;
    });
    const check = await beginCheck({url, now: time.now});
    const {result} = await finish(awaitFresh(check, limits(time)));
    expect(result).toMatchObject({fresh: true, reason: 'status 404, was 200'});
  });

  it('goes on after lost connections', async () => {
    let round = 0;
    const {url} = await serve((request, response) => {
      round++;
      if (round < 4) request.socket.destroy();
      else response.setHeader('X-Cache', 'Miss from cloudfront').end('new');
    });
    const time = virtualTime();
    const check = await beginCheck({url, now: time.now});
    expect(check.before.answered).toBe(false);
    const {result, events} = await finish(awaitFresh(check, limits(time)));
    expect(result.fresh).toBe(true);
    expect(events.map(event => event.type === 'wait' && event.status)).toEqual([
      expect.stringMatching(/^no answer \([A-Z_]+\)$/),
      expect.stringMatching(/^no answer \([A-Z_]+\)$/),
    ]);
  });

  it('counts a silent server as no answer', async () => {
    const {url} = await serve(() => undefined);
    const {before} = await beginCheck({url, answerTimeoutMs: 20});
    expect(before).toMatchObject({answered: false, error: 'timed out'});
  });

  it('stops when it is told to', async () => {
    const {url} = await serve((_, response) => response.end('old'));
    const stop = new AbortController();
    const time = virtualTime(() => {
      stop.abort();
    });
    const check = await beginCheck({url, now: time.now, signal: stop.signal});
    await expect(finish(awaitFresh(check, limits(time, {signal: stop.signal})))).rejects.toMatchObject({
      code: 'INTERRUPTED',
      exit: 'interrupted',
    });
    await expect(beginCheck({url, signal: stop.signal})).rejects.toMatchObject({code: 'INTERRUPTED'});
  });

  it('refuses a URL that CloudFront redirects before the cache', async () => {
    const {url} = await serve((_, response) =>
      response.writeHead(301, {'X-Cache': 'Redirect from cloudfront', Location: 'https://x/'}).end(),
    );
    await expect(beginCheck({url})).rejects.toMatchObject({exit: 'usage', code: 'CHECK_URL_REDIRECTS'});
  });

  it.each(['/a.html', 'www.example.com/a', 'ftp://example.com/a', 'https://', ''])(
    'refuses "%s"',
    async url => {
      await expect(beginCheck({url})).rejects.toMatchObject({exit: 'usage', code: 'INVALID_URL'});
    },
  );
});

describe('against the edge of the embedded cloud', () => {
  async function openSite(): Promise<{
    world: World;
    url: (path: string) => string;
    invalidate: () => Promise<void>;
  }> {
    const world = await openWorld({deployDelayMs: 0, invalidationDelayMs: 0});
    closing.push(() => world.close());
    await world.write({'index.html': '<h1>one</h1>', 'a.css': 'a {}'});
    const site = await world.site();
    await deployOnce(world, site);
    const client = await world.aws.cloudfront();
    let reference = 0;
    return {
      world,
      url: path => `http://127.0.0.1:${world.cloud.edge.portOf(site.distributionId) ?? 0}${path}`,
      invalidate: async () => {
        await client.send(
          new CreateInvalidationCommand({
            DistributionId: site.distributionId,
            InvalidationBatch: {CallerReference: `check-${++reference}`, Paths: {Quantity: 1, Items: ['/*']}},
          }),
        );
      },
    };
  }

  /** The edge's clock moves with that of the check, or Ages would mean nothing. */
  const edgeTime = (world: World, onSleep: (round: number) => void | Promise<void>) =>
    virtualTime((round, ms) => {
      world.cloud.clock.advance(ms);
      return onSleep(round);
    });

  it('an unchanged object is fresh once it was fetched again', async () => {
    const {world, url, invalidate} = await openSite();
    await beginCheck({url: url('/a.css')});
    world.cloud.clock.advance(600_000);
    const time = edgeTime(world, round => (round === 2 ? invalidate() : undefined));
    const check = await beginCheck({url: url('/a.css'), now: time.now});
    expect(check.before).toMatchObject({answered: true, status: 200, xCache: 'Hit from cloudfront'});
    const {result, events} = await finish(awaitFresh(check, limits(time)));
    const old = expect.stringMatching(
      /^still a copy from before \(Age: 60\d s, X-Cache: Hit from cloudfront\)$/,
    ) as string;
    expect(events.map(event => event.type === 'wait' && event.status)).toEqual([old, old]);
    expect(result).toMatchObject({
      fresh: true,
      afterMs: 2500,
      reason: 'fetched from the origin (X-Cache: Miss from cloudfront)',
    });
    expect(result.before).toMatchObject({sha256: result.after.answered ? result.after.sha256 : ''});
  });

  it('a deleted object is gone only with the invalidation', async () => {
    const {world, url, invalidate} = await openSite();
    const {bucket} = await world.site();
    await beginCheck({url: url('/a.css')});
    await (await world.aws.objects(bucket)).delete('a.css');
    const time = edgeTime(world, round => (round === 3 ? invalidate() : undefined));
    const check = await beginCheck({url: url('/a.css'), now: time.now});
    expect(check.before).toMatchObject({status: 200});
    const {result} = await finish(awaitFresh(check, limits(time)));
    expect(result).toMatchObject({fresh: true, after: {status: 403}, reason: 'status 403, was 200'});
    expect(time.pauses).toHaveLength(3);
  });
});
