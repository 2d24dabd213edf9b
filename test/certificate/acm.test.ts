import {RequestCertificateCommand} from '@aws-sdk/client-acm';
import {ChangeResourceRecordSetsCommand, CreateHostedZoneCommand} from '@aws-sdk/client-route-53';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  certificateId,
  checkCertificateArn,
  deleteCertificate,
  findCertificate,
  listCertificates,
  readCertificate,
  readCertificates,
  readCertificateTags,
  recordsOf,
  requestCertificate,
  tagCertificate,
  waitIssued,
  waitValidationRecords,
  type ValidationRecord,
} from '../../src/certificate/index.js';
import {Failure} from '../../src/failure.js';
import {createClock} from '../../src/local/clock.js';
import {finish, openWorld, type World} from '../deploy/world.js';

let world: World;
let advance: (ms: number) => Promise<void>;
beforeEach(async () => {
  const start = Date.now();
  const cloudClock = createClock({now: () => start});
  world = await openWorld({clock: cloudClock, validationRecordDelayMs: 2000});
  advance = async ms => {
    cloudClock.advance(ms);
    await world.cloud.status();
  };
});
afterEach(() => world.close());

const tags = {'frontctl:site': 'shop', team: 'web'};
const request = (names: readonly string[], more = {}) =>
  requestCertificate(world.aws, {names, tags, ...more});

/** Sleeping is cloud time that passes; `onSleep` is what else happens meanwhile. */
const clock = (onSleep: () => Promise<unknown> = () => Promise.resolve()) => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
      await advance(ms);
      await onSleep();
    },
    timeoutMs: 60_000,
    delay: {firstMs: 1000, factor: 1, maxMs: 1000},
  };
};

async function write(records: readonly ValidationRecord[], zone = 'example.com'): Promise<void> {
  const client = await world.aws.route53();
  const {HostedZone} = await client.send(new CreateHostedZoneCommand({Name: zone, CallerReference: zone}));
  await client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id,
      ChangeBatch: {
        Changes: records.map(({name, type, value}) => ({
          Action: 'CREATE',
          ResourceRecordSet: {Name: name, Type: type, TTL: 300, ResourceRecords: [{Value: value}]},
        })),
      },
    }),
  );
}

const codeOf = async (work: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw new Error('no Failure', {cause: error});
};

describe('requesting', () => {
  it('asks once for the same names and key, and again for others', async () => {
    const arn = await request(['www.Example.com', 'example.com']);
    expect(arn).toMatch(/^arn:aws:acm:us-east-1:/);
    expect(await request(['example.com', 'www.example.com'])).toBe(arn);
    expect(await request(['www.example.com', 'example.com'], {keyAlgorithm: 'EC_prime256v1'})).not.toBe(arn);
    expect(await request(['www.example.com'])).not.toBe(arn);
    expect(await request(['www.example.com', 'example.com'], {tags: {'frontctl:site': 'other'}})).not.toBe(
      arn,
    );
    expect(await readCertificateTags(world.aws, arn)).toEqual(tags);
    await tagCertificate(world.aws, arn, {team: 'shop'});
    expect(await readCertificateTags(world.aws, arn)).toEqual({...tags, team: 'shop'});
  });

  it('finds its pending request after ACM has forgotten the token', async () => {
    const arn = await request(['www.example.com']);
    await advance(2 * 3_600_000);
    world.calls.length = 0;
    expect(await request(['www.example.com'])).toBe(arn);
    expect(world.calls).not.toContain('acm RequestCertificate');
  });

  it('asks anew once the earlier request has timed out, also within the hour of its token', async () => {
    const first = await request(['www.example.com']);
    await advance(73 * 3_600_000);
    const second = await request(['www.example.com']);
    expect(second).not.toBe(first);
    expect((await readCertificate(world.aws, first)).status).toBe('VALIDATION_TIMED_OUT');
  });

  it('refuses bad names before any call', async () => {
    world.calls.length = 0;
    expect(await codeOf(request(['shop']))).toMatchObject({code: 'CERTIFICATE_NAMES', exitCode: 2});
    expect(world.calls).toEqual([]);
  });

  it('tells the quota of names as a quota', async () => {
    const names = Array.from({length: 11}, (_, i) => `n${i}.example.com`);
    expect(await codeOf(request(names))).toMatchObject({code: 'QUOTA_EXCEEDED', exitCode: 6});
  });
});

describe('reading', () => {
  it('lists every page and every kind of key', async () => {
    const client = await world.aws.acm();
    for (let i = 0; i < 3; i++) {
      await client.send(
        new RequestCertificateCommand({
          DomainName: `n${i}.example.com`,
          KeyAlgorithm: i === 1 ? 'EC_secp384r1' : 'RSA_2048',
        }),
      );
    }
    const all = await listCertificates(world.aws);
    expect(all.map(({names}) => names[0]).sort()).toEqual([
      'n0.example.com',
      'n1.example.com',
      'n2.example.com',
    ]);
    expect(all.find(({names}) => names[0] === 'n1.example.com')?.keyAlgorithm).toBe('EC_secp384r1');
    expect(await listCertificates(world.aws, {statuses: ['ISSUED']})).toEqual([]);
    world.calls.length = 0;
    expect(await listCertificates(world.aws, {pageSize: 1})).toEqual(all);
    expect(world.calls).toEqual(Array.from({length: 3}, () => 'acm ListCertificates'));
    const whole = await readCertificates(world.aws, [
      'arn:aws:acm:us-east-1:000000000000:certificate/gone',
      ...all.map(({arn}) => arn),
    ]);
    expect(whole.map(({arn}) => arn)).toEqual(all.map(({arn}) => arn));
  });

  it('finds one by ARN, id and domain', async () => {
    const arn = await request(['example.com', '*.example.com']);
    for (const named of [arn, certificateId(arn), 'example.com', 'WWW.example.com'])
      expect((await findCertificate(world.aws, named)).arn).toBe(arn);
    await request(['www.example.com']);
    expect((await findCertificate(world.aws, 'www.example.com')).names).toEqual(['www.example.com']);
    const again = await request(['example.com', 'www.example.com']);
    const {code, hint} = await codeOf(findCertificate(world.aws, 'www.example.com'));
    expect(code).toBe('AMBIGUOUS_CERTIFICATE');
    expect(hint).toContain(`${certificateId(again)} (PENDING_VALIDATION)`);
    for (const named of ['example.net', 'nobody', arn.replace(/.$/, 'x')])
      expect(await codeOf(findCertificate(world.aws, named))).toMatchObject({
        code: 'NO_SUCH_CERTIFICATE',
        exitCode: 2,
      });
  });

  it('refuses the ARN of another region before any call', async () => {
    world.calls.length = 0;
    const arn = 'arn:aws:acm:eu-central-1:000000000000:certificate/11111111-2222';
    const failure = await codeOf(findCertificate(world.aws, arn));
    expect(failure).toMatchObject({code: 'CERTIFICATE_REGION', exitCode: 2});
    expect(failure.message).toBe(
      'Certificate 11111111-2222 is in eu-central-1; CloudFront takes certificates of us-east-1 only, wherever the bucket and the viewers are.',
    );
    expect(() => checkCertificateArn('arn:aws:iam::000000000000:server-certificate/x')).toThrow(
      'not the ARN',
    );
    expect(world.calls).toEqual([]);
  });
});

describe('waiting', () => {
  it('waits for the records, then for DNS, and says which name lacks its record', async () => {
    const arn = await request(['example.com', '*.example.com', 'www.example.com']);
    const {result, events} = await finish(waitValidationRecords({aws: world.aws, arn, ...clock()}));
    expect(events.filter(({type}) => type === 'wait')).toMatchObject([
      {status: 'without its validation records'},
      {status: 'without its validation records'},
    ]);
    const records = recordsOf(result);
    expect(records.map(({name}) => name.replace(/^_[0-9a-f]{32}/, '_'))).toEqual([
      '_.example.com',
      '_.www.example.com',
    ]);

    let looks = 0;
    const waited = await finish(
      waitIssued({
        aws: world.aws,
        arn,
        ...clock(async () => {
          if (++looks === 3) await write(records);
        }),
        missing: () => {
          if (looks === 0) return Promise.resolve(['example.com', '*.example.com', 'www.example.com']);
          if (looks === 1) return Promise.resolve(['www.example.com']);
          return Promise.reject(new Error('no network'));
        },
      }),
    );
    expect(waited.result.status).toBe('ISSUED');
    expect(waited.events.flatMap(event => (event.type === 'wait' ? [event.status] : []))).toEqual([
      'PENDING_VALIDATION (DNS does not show the record of example.com, *.example.com and 1 more)',
      'PENDING_VALIDATION (DNS does not show the record of www.example.com)',
      'PENDING_VALIDATION (DNS gives no answer here)',
    ]);
    expect(waited.events.at(-1)).toMatchObject({
      type: 'done',
      detail: expect.stringMatching(/^issued, until 20/) as string,
    });
  });

  it('ends with exit 5 and the way on when time runs out', async () => {
    const arn = await request(['www.example.com']);
    const failure = await codeOf(
      finish(
        waitIssued({aws: world.aws, arn, ...clock(), timeoutMs: 3000, missing: () => Promise.resolve([])}),
      ),
    );
    expect(failure).toMatchObject({code: 'WAIT_TIMEOUT', exitCode: 5});
    expect(failure.message).toContain(
      'still PENDING_VALIDATION (DNS shows all records, ACM has not looked) after 3 s',
    );
    expect(failure.hint).toContain(`frontctl cert wait ${certificateId(arn)} --local`);
  });

  it('ends at once where the request has come to nothing', async () => {
    const arn = await request(['www.example.com']);
    await advance(73 * 3_600_000);
    const missing = () => Promise.reject(new Error('not asked'));
    for (const work of [
      waitIssued({aws: world.aws, arn, ...clock(), missing}),
      waitValidationRecords({aws: world.aws, arn, ...clock()}),
    ]) {
      expect(await codeOf(finish(work))).toMatchObject({code: 'CERTIFICATE_FAILED', exitCode: 6});
    }
  });

  it('waits for a certificate that ACM does not show yet, within the limit', async () => {
    const arn = 'arn:aws:acm:us-east-1:000000000000:certificate/late';
    const failure = await codeOf(
      finish(waitValidationRecords({aws: world.aws, arn, ...clock(), timeoutMs: 2000})),
    );
    expect(failure.message).toContain('still not shown by ACM after 2 s');
    expect(
      await codeOf(finish(waitIssued({aws: world.aws, arn, ...clock(), missing: () => Promise.resolve([])}))),
    ).toMatchObject({code: 'NO_SUCH_CERTIFICATE'});
  });
});

describe('deleting', () => {
  it('deletes, and says when there is nothing to delete', async () => {
    const arn = await request(['www.example.com']);
    expect(await deleteCertificate(world.aws, arn)).toBe(true);
    expect(await deleteCertificate(world.aws, arn)).toBe(false);
    expect(await listCertificates(world.aws)).toEqual([]);
  });
});
