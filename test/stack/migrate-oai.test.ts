import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {PutBucketEncryptionCommand} from '@aws-sdk/client-s3';
import type {Aws} from '../../src/aws/index.js';
import {
  deployMs,
  identityArn,
  openIdentitySite,
  reads,
  withIdentity,
  type IdentitySite,
} from './identity-site.js';

let site: IdentitySite;

beforeEach(async () => {
  site = await openIdentitySite();
});
afterEach(() => site.close());

const isWrite = (operation: string): boolean => /^(?:Put|Create|Update|Delete)/.test(operation);

/** AWS that stops answering when call number `limit` that changes anything is about to be made. */
function dyingAfter(limit: number): Aws {
  const {aws} = site.world;
  let count = 0;
  const wrap = <C extends object>(client: C): C =>
    new Proxy(client, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver) as unknown;
        if (name !== 'send') return value;
        return (command: {readonly constructor: {readonly name: string}}, ...rest: unknown[]) => {
          if (isWrite(command.constructor.name)) count++;
          if (count > limit) return Promise.reject(new Error('killed'));
          return (value as (...args: unknown[]) => Promise<unknown>).call(target, command, ...rest);
        };
      },
    });
  return {
    ...aws,
    s3: async () => wrap(await aws.s3()),
    cloudfront: async () => wrap(await aws.cloudfront()),
  };
}

const others = {
  Sid: 'Theirs',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: 'arn:aws:s3:::site/*',
  Condition: {Bool: {'aws:SecureTransport': 'false'}},
};
const service = (arn: string, prefix = '') => ({
  Effect: 'Allow',
  Principal: {Service: 'cloudfront.amazonaws.com'},
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::site/${prefix}*`,
  Condition: {StringEquals: {'AWS:SourceArn': arn}},
});

describe('oac migrate', () => {
  it('shows its steps, takes them, and has nothing left to do', async () => {
    const oai = await site.identity();
    await site.bucket('site', ['a', 'b']);
    await site.allow('site', others, reads(oai.id, 'site'));
    const {id, arn} = await site.distribution([withIdentity(oai.id)]);
    site.world.calls.length = 0;
    const planned = await site.migrate(id, {dryRun: true});
    expect(site.world.calls.filter(call => isWrite(call.split(' ')[1] ?? ''))).toEqual([]);
    expect(planned).toMatchObject({
      status: 'planned',
      steps: [
        {action: 'allow', bucket: 'site'},
        {action: 'create-control', name: 'frontctl-site'},
        {action: 'attach', control: 'frontctl-site', origins: ['o0']},
        {action: 'wait', distributions: [id]},
        {action: 'drop', bucket: 'site', identities: [oai.id]},
      ],
      idleIdentities: [oai.id],
    });
    const done = await site.migrate(id);
    expect(done).toMatchObject({status: 'done', steps: planned.steps, idleIdentities: [oai.id]});
    expect(await site.load(id, '/b')).toBe(200);
    expect(await site.statements('site')).toEqual([others, {Sid: 'FrontctlCloudFrontRead', ...service(arn)}]);
    expect(await site.origins(id)).toMatchObject([{S3OriginConfig: {OriginAccessIdentity: ''}}]);
    expect(await site.migrate(id)).toMatchObject({status: 'nothing', steps: []});
  });

  it('is finished by a rerun wherever it was killed, and nobody is refused in between', async () => {
    for (let limit = 0; ; limit++) {
      const name = `site${limit}`;
      const oai = await site.identity();
      await site.bucket(name, ['a', 'o1/b']);
      await site.allow(name, {...others, Resource: `arn:aws:s3:::${name}/*`}, reads(oai.id, name));
      const origin = {DomainName: `${name}.s3.us-east-1.amazonaws.com`, ...withIdentity(oai.id)};
      const {id} = await site.distribution([origin, origin]);
      const input = {deleteIdentities: true, control: `control${limit}`};
      const died = await site.migrate(id, {...input, aws: dyingAfter(limit)}).then(
        () => false,
        () => true,
      );
      expect([await site.load(id, '/a'), await site.load(id, '/o1/b')], `killed at ${limit}`).toEqual([
        200, 200,
      ]);
      await site.advance(deployMs / 2);
      await site.migrate(id, input);
      expect([await site.load(id, '/a'), await site.load(id, '/o1/b')], `killed at ${limit}`).toEqual([
        200, 200,
      ]);
      const sids = (await site.statements(name)).map(({Sid}) => Sid);
      expect(sids, `killed at ${limit}`).toEqual(['Theirs', 'FrontctlCloudFrontRead']);
      expect(await site.identities(), `killed at ${limit}`).not.toContain(oai.id);
      expect((await site.controls()).filter(control => control === input.control)).toHaveLength(1);
      if (!died) {
        expect(limit).toBe(6);
        return;
      }
      expect(limit).toBeLessThan(20);
    }
  });

  it('leaves an identity in the policy while another distribution reads with it', async () => {
    const oai = await site.identity();
    await site.bucket('site', ['a']);
    await site.allow('site', reads(oai.id, 'site'));
    const one = await site.distribution([withIdentity(oai.id)]);
    const two = await site.distribution([withIdentity(oai.id)]);
    const first = await site.migrate(one.id, {deleteIdentities: true});
    expect(first.steps.at(-1)).toEqual({action: 'keep', bucket: 'site', identity: oai.id, usedBy: [two.id]});
    expect(first.idleIdentities).toEqual([]);
    expect([await site.load(one.id, '/a'), await site.load(two.id, '/a')]).toEqual([200, 200]);
    const second = await site.migrate(two.id, {deleteIdentities: true});
    expect(second.steps.slice(-2)).toEqual([
      {action: 'drop', bucket: 'site', identities: [oai.id]},
      {action: 'delete-identity', identity: oai.id},
    ]);
    expect(await site.statements('site')).toMatchObject([
      {Condition: {StringEquals: {'AWS:SourceArn': [one.arn, two.arn]}}},
    ]);
    expect(await site.controls()).toEqual(['frontctl-site']);
  });

  it('several buckets, origins with paths, an identity by its canonical user: each gets what it had, no more', async () => {
    const [one, two] = [await site.identity(), await site.identity()];
    await site.bucket('site', ['docs/a', 'secret', 'open/o1/x']);
    await site.bucket('media', ['o2/film']);
    await site.allow(
      'site',
      {...reads(one.id, 'site', 'open/*'), Sid: 'Open', Action: ['s3:GetObject', 's3:GetObjectVersion']},
      reads(two.id, 'site'),
      // Two principals in one statement.
      {
        ...reads(one.id, 'site', 'other/*'),
        Principal: {AWS: [identityArn(one.id), 'arn:aws:iam::000000000000:root']},
      },
    );
    await site.allow('media', {...reads(one.id, 'media'), Principal: {CanonicalUser: one.canonicalUserId}});
    const {id, arn} = await site.distribution([
      {OriginPath: '/docs', ...withIdentity(two.id)},
      {OriginPath: '/open', ...withIdentity(one.id)},
      {DomainName: 'media.s3.us-east-1.amazonaws.com', ...withIdentity(one.id)},
    ]);
    const paths = ['/a', '/o1/x', '/o2/film'];
    const all = () => Promise.all(paths.map(path => site.load(id, path)));
    expect(await all()).toEqual([200, 200, 200]);
    expect(await site.migrate(id)).toMatchObject({
      status: 'done',
      idleIdentities: [one.id, two.id].sort(),
    });
    expect(await all()).toEqual([200, 200, 200]);
    const kept = await site.statements('site');
    expect(kept).toEqual([
      {...reads(one.id, 'site', 'other/*'), Principal: {AWS: 'arn:aws:iam::000000000000:root'}},
      expect.objectContaining(service(arn, 'docs/')),
      expect.objectContaining({...service(arn, 'open/'), Action: ['s3:GetObject', 's3:GetObjectVersion']}),
      expect.objectContaining(service(arn, 'other/')),
    ]);
    expect(await site.statements('media')).toEqual([
      expect.objectContaining({Sid: 'FrontctlCloudFrontRead', Resource: 'arn:aws:s3:::media/*'}),
    ]);
  });

  it('says where it opens more than there was', async () => {
    const oai = await site.identity();
    await site.bucket('site', ['a']);
    await site.allow('site', others);
    const {id} = await site.distribution([withIdentity(oai.id)]);
    const {warnings, steps} = await site.migrate(id, {dryRun: true});
    expect(warnings).toEqual([expect.stringMatching(/lets E\w+ read.*reads all objects\.$/)]);
    expect(steps.map(({action}) => action)).toEqual(['allow', 'create-control', 'attach', 'wait']);
  });

  it('refuses a policy that shuts out everybody but named principals', async () => {
    const oai = await site.identity();
    await site.bucket('site', ['a']);
    const NotPrincipal = {AWS: [identityArn(oai.id), 'arn:aws:iam::000000000000:root']};
    await site.allow('site', reads(oai.id, 'site'), {
      Sid: 'OnlyUs',
      Effect: 'Deny',
      NotPrincipal,
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::site/*',
    });
    const {id} = await site.distribution([withIdentity(oai.id)]);
    await expect(site.migrate(id)).rejects.toMatchObject({
      code: 'POLICY_SHUTS_OUT',
      exit: 'refused',
      message: expect.stringContaining('OnlyUs') as string,
    });
    expect(await site.load(id, '/a')).toBe(200);
  });

  it('warns about the AWS managed key, with which CloudFront reads nothing', async () => {
    const oai = await site.identity();
    await site.bucket('site', ['a']);
    await site.allow('site', reads(oai.id, 'site'));
    const s3 = await site.world.aws.s3();
    const Rules = [{ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms' as const}}];
    await s3.send(
      new PutBucketEncryptionCommand({Bucket: 'site', ServerSideEncryptionConfiguration: {Rules}}),
    );
    const {id} = await site.distribution([withIdentity(oai.id)]);
    const {warnings} = await site.migrate(id, {dryRun: true});
    expect(warnings).toEqual([expect.stringContaining('aws/s3')]);
  });
});
