import {PassThrough} from 'node:stream';
import {afterAll, beforeAll, beforeEach, expect, it} from 'vitest';
import type {Aws} from '../../../src/aws/index.js';
import {deleteFor} from '../../../src/terminal/cert/delete.js';
import type {Session} from '../../../src/terminal/session.js';
import {openWorld, type World} from '../../deploy/world.js';

const arn = 'arn:aws:acm:us-east-1:123456789012:certificate/imported';
let world: World;
let sent: string[];

beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => {
  sent = [];
});
afterAll(() => world.close());

/** An account with one certificate that was imported: the embedded cloud has none. */
function session(inUseBy: readonly string[] = []): Session {
  const send = (command: object) => {
    sent.push(command.constructor.name);
    return Promise.resolve({
      Certificate: {
        CertificateArn: arn,
        DomainName: 'example.com',
        Status: 'ISSUED',
        Type: 'IMPORTED',
        InUseBy: inUseBy,
      },
    });
  };
  const aws: Aws = {...world.aws, acm: () => Promise.resolve({send} as never)};
  return {
    config: () => Promise.reject(new Error('no config')),
    location: () => Promise.reject(new Error('no cloud')),
    aws: () => Promise.resolve(aws),
    follow: () => Promise.reject(new Error('nothing to follow')),
    signal: new AbortController().signal,
    close: () => Promise.resolve(),
  };
}

const nobody = {input: new PassThrough(), output: new PassThrough()};
const request = {named: arn, yes: false, unattended: false};

it('asks before an imported certificate goes, and deletes nothing where nobody answers', async () => {
  await expect(deleteFor(session(), request, nobody)).rejects.toMatchObject({
    code: 'CONFIRMATION_NEEDED',
    message: 'Deleting an IMPORTED certificate asks first, and nobody is here to answer.',
    exitCode: 2,
  });
  expect(sent).not.toContain('DeleteCertificateCommand');
});

it('deletes it with --yes', async () => {
  expect(await deleteFor(session(), {...request, yes: true}, nobody)).toEqual({
    arn,
    names: ['example.com'],
    deleted: true,
  });
  expect(sent.at(-1)).toBe('DeleteCertificateCommand');
});

it('does not even ask about one that is in use', async () => {
  const users = [
    'arn:aws:cloudfront::123456789012:distribution/E2QWRUHAPOMQZL',
    'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1',
  ];
  await expect(deleteFor(session(users), request, nobody)).rejects.toMatchObject({
    code: 'CERTIFICATE_IN_USE',
    message: `Certificate imported (example.com) is presented by E2QWRUHAPOMQZL, ${users[1] ?? ''}.`,
  });
  expect(sent).not.toContain('DeleteCertificateCommand');
});
