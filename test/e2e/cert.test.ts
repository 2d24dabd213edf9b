/** `frontctl cert` of the built binary, and what the AWS CLI reads of what it made. */
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {cleanEnvironment} from './cli.js';
import {hasTool, runTool} from './tools.js';
import {workspace, type ErrorJson, type LocalStatus, type Workspace} from './workspace.js';

const hasAws = hasTool('aws', ['--version'], 'the AWS CLI on certificates');

interface Issued {
  readonly arn: string;
  readonly id: string;
  readonly status: string;
  readonly notAfter: string | null;
  readonly reused: boolean;
  readonly manual: readonly {readonly name: string; readonly value: string}[];
  readonly validation: readonly {
    readonly name: string;
    readonly type: string;
    readonly value: string;
    readonly inPlace: boolean | null;
  }[];
}

describe('frontctl cert', () => {
  let project: Workspace;
  let pending: Issued;

  beforeAll(async () => {
    project = workspace();
    project.write({
      'frontctl.config.yaml': 'name: shop\ntags: {team: web}\ncertificate: {names: [shop.example.com]}\n',
    });
    pending = await project.json<Issued>(['cert', 'issue', '--local', '--no-wait']);
  });
  afterAll(() => project.dispose());

  it('cert issue --no-wait: the names of the config, the record to paste', async () => {
    expect(pending).toMatchObject({
      status: 'PENDING_VALIDATION',
      notAfter: null,
      reused: false,
      validation: [{type: 'CNAME', inPlace: false}],
    });
    const [record] = pending.validation;
    expect(record?.name).toMatch(/^_[0-9a-f]{32}\.shop\.example\.com$/);
    const again = await project.run(['cert', 'issue', '--local', '--no-wait']);
    expect(again).toMatchObject({code: 0});
    expect(again.stdout).toContain(`Then   frontctl cert wait ${pending.id} --local`);
    expect(again.stdout).toContain(`  ${record?.name}. 300 IN CNAME ${record?.value}.`);
    const {certificates} = await project.json<{certificates: readonly Issued[]}>(['cert', 'list', '--local']);
    expect(certificates.map(({arn}) => arn)).toEqual([pending.arn]);
  });

  it('cert wait --timeout 1s: exit 5, and the name that lacks its record', async () => {
    const run = await project.run([
      'cert',
      'wait',
      'shop.example.com',
      '--local',
      '--timeout',
      '1s',
      '--json',
    ]);
    expect(run.code).toBe(5);
    const {error} = JSON.parse(run.stdout) as ErrorJson;
    expect(error).toMatchObject({code: 'WAIT_TIMEOUT', exit: 5});
    expect(error.message).toContain('DNS does not show the record of shop.example.com');
  });

  it.each([
    [['cert', 'show', 'arn:aws:acm:eu-west-1:123456789012:certificate/abc'], 'CERTIFICATE_REGION', 2],
    [['cert', 'show', 'nobody.example.com'], 'NO_SUCH_CERTIFICATE', 2],
    [['cert', 'issue', '--domain', 'localhost'], 'CERTIFICATE_NAMES', 2],
    [['cert', 'delete', 'nobody.example.com'], 'NO_SUCH_CERTIFICATE', 2],
  ])('%j: %s, exit %i', async (args, code, exit) => {
    const run = await project.run([...args, '--local', '--json']);
    expect(run.code).toBe(exit);
    expect(JSON.parse(run.stdout) as ErrorJson).toMatchObject({error: {code, exit}});
  });

  it('cert issue without a name says where names come from', async () => {
    project.write({'empty.yaml': 'name: empty\n'});
    const run = await project.run(['cert', 'issue', '--local', '--config', 'empty.yaml']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('Name it with --domain');
  });

  describe.skipIf(!hasAws)('with the AWS CLI beside it', () => {
    let status: LocalStatus;
    const aws = async <T>(...args: string[]): Promise<T> => {
      const run = await runTool(
        'aws',
        ['--endpoint-url', status.endpoint, '--region', 'us-east-1', '--output', 'json', ...args],
        {
          ...cleanEnvironment(),
          HOME: process.env['HOME'],
          AWS_CONFIG_FILE: join(project.dir, 'no-config'),
          AWS_SHARED_CREDENTIALS_FILE: join(project.dir, 'no-credentials'),
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
        },
      );
      if (run.code !== 0) throw new Error(`aws ${args.join(' ')}: ${run.stderr}`);
      return (run.stdout.trim() === '' ? undefined : JSON.parse(run.stdout)) as T;
    };

    beforeAll(async () => {
      status = await project.json<LocalStatus>(['local', 'status']);
      await aws('route53', 'create-hosted-zone', '--name', 'example.com', '--caller-reference', 'cert');
    });

    it('cert issue: goes on with the request, writes the record, waits; aws acm and aws route53 agree', async () => {
      const issued = await project.json<Issued>(['cert', 'issue', '--local']);
      expect(issued).toMatchObject({
        arn: pending.arn,
        status: 'ISSUED',
        manual: [],
        validation: [{...pending.validation[0], inPlace: true}],
      });
      const {Certificate: seen} = await aws<{
        Certificate: {Status: string; SubjectAlternativeNames: string[]};
      }>('acm', 'describe-certificate', '--certificate-arn', issued.arn);
      expect(seen).toMatchObject({Status: 'ISSUED', SubjectAlternativeNames: ['shop.example.com']});
      const {Tags: tags} = await aws<{Tags: {Key: string; Value: string}[]}>(
        'acm',
        'list-tags-for-certificate',
        '--certificate-arn',
        issued.arn,
      );
      expect(tags).toEqual(
        expect.arrayContaining([
          {Key: 'frontctl:site', Value: 'shop'},
          {Key: 'team', Value: 'web'},
        ]),
      );
      const [zone] = (await aws<{HostedZones: {Id: string}[]}>('route53', 'list-hosted-zones')).HostedZones;
      const {ResourceRecordSets: sets} = await aws<{
        ResourceRecordSets: {Name: string; Type: string; ResourceRecords: {Value: string}[]}[];
      }>('route53', 'list-resource-record-sets', '--hosted-zone-id', zone?.Id ?? '');
      expect(sets.filter(({Type}) => Type === 'CNAME')).toMatchObject([
        {
          Name: `${issued.validation[0]?.name}.`,
          ResourceRecords: [{Value: expect.stringContaining(issued.validation[0]?.value ?? '?') as string}],
        },
      ]);
    });

    it('cert list, show: an ECDSA certificate that somebody else requested is found', async () => {
      const {CertificateArn: arn} = await aws<{CertificateArn: string}>(
        'acm',
        'request-certificate',
        '--domain-name',
        'other.example.com',
        '--validation-method',
        'DNS',
        '--key-algorithm',
        'EC_prime256v1',
      );
      const {certificates} = await project.json<{certificates: readonly Issued[]}>([
        'cert',
        'list',
        '--local',
      ]);
      expect(certificates.map(each => each.arn).sort()).toEqual([arn, pending.arn].sort());
      const shown = await project.run(['cert', 'show', 'other.example.com', '--local']);
      expect(shown.stdout).toContain(arn);
      expect(shown.stdout).toContain('EC_prime256v1');
      expect(await project.json(['cert', 'delete', 'other.example.com', '--local'])).toEqual({
        arn,
        names: ['other.example.com'],
        deleted: true,
      });
      const left = await aws<{CertificateSummaryList: unknown[]}>('acm', 'list-certificates');
      expect(left.CertificateSummaryList).toHaveLength(1);
    });
  });
});
