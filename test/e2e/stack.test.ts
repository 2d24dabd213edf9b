/** `apply`, `deploy`, `plan`, `destroy` with the built binary: from an empty embedded cloud to a site at its own name, and back. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ACM, ListCertificatesCommand} from '@aws-sdk/client-acm';
import {CloudFront} from '@aws-sdk/client-cloudfront';
import {Route53} from '@aws-sdk/client-route-53';
import {S3} from '@aws-sdk/client-s3';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {cleanEnvironment} from './cli.js';
import {hasTool, runTool} from './tools.js';
import {http2Viewer, view} from './viewer.js';
import {
  page,
  workspace,
  type Deployed,
  type ErrorJson,
  type LocalStatus,
  type Workspace,
} from './workspace.js';

interface Changes {
  readonly changes: readonly {
    readonly resource: string;
    readonly action: string;
    readonly diff: readonly {readonly path: string; readonly before: unknown; readonly after: unknown}[];
  }[];
}

interface Applied extends Changes {
  readonly distributionId: string;
  readonly domainName: string;
  readonly certificateArn: string;
}

const host = 'www.coffee.example';
const config = `name: coffee
site: {dir: dist}
preset: static-site
distribution:
  aliases: [${host}]
tags: {team: web}
`;

const changed = ({changes}: Changes): readonly string[] =>
  changes.filter(({action}) => action !== 'none').map(({action, resource}) => `${action} ${resource}`);

let project: Workspace;
let status: LocalStatus;
let applied: Applied;
beforeAll(() => {
  project = workspace();
  project.write({
    'frontctl.config.yaml': config,
    'dist/index.html': page('Home'),
    'dist/about/index.html': page('About'),
    'dist/404.html': page('Nothing here'),
  });
});
afterAll(() => project.dispose());

const clients = () => {
  const options = {
    endpoint: status.endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId: 'test', secretAccessKey: 'test'},
  };
  return {
    acm: new ACM(options),
    cloudfront: new CloudFront(options),
    route53: new Route53(options),
    s3: new S3({...options, forcePathStyle: true}),
  };
};

describe('a site at its own name', () => {
  it('frontctl plan --local: everything is to be made, and nothing is', async () => {
    const planned = await project.json<Changes>(['plan', '--local']);
    expect(changed(planned)).toEqual(
      expect.arrayContaining([
        'create origin access control frontctl-coffee',
        'create function coffee-clean-urls',
        `create certificate ${host}`,
        'create distribution coffee',
      ]),
    );
    status = await project.json(['local', 'status']);
    expect(status.distributions).toEqual([]);
  });

  it('frontctl apply --local, frontctl deploy --local: served under its name with its certificate', async () => {
    applied = await project.json(['apply', '--local']);
    const deployed = await project.json<Deployed>(['deploy', '--local']);
    expect(deployed.distributionId).toBe(applied.distributionId);
    const {cloudfront, acm} = clients();
    const {Distribution: found} = await cloudfront.getDistribution({Id: applied.distributionId});
    expect(found?.DistributionConfig?.ViewerCertificate?.ACMCertificateArn).toBe(applied.certificateArn);
    const {Certificate: certificate} = await acm.describeCertificate({
      CertificateArn: applied.certificateArn,
    });
    expect(certificate).toMatchObject({Status: 'ISSUED', DomainName: host});

    status = await project.json(['local', 'status']);
    const viewer = await http2Viewer(host, status.tlsPort);
    const home = await viewer.view('/');
    expect([home.status, home.body.toString()]).toEqual([200, page('Home')]);
    expect(home.headers).toMatchObject({
      'strict-transport-security': expect.stringContaining('max-age') as string,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    });
    // Clean URLs by the function at the edge; a missing page is a real 404.
    expect((await viewer.view('/about')).body.toString()).toBe(page('About'));
    expect((await viewer.view('/about/')).status).toBe(200);
    const missing = await viewer.view('/nothing.js');
    expect([missing.status, missing.body.toString()]).toEqual([404, page('Nothing here')]);
    // What frontctl remembers is no page.
    expect((await viewer.view('/.frontctl/manifest.json')).status).toBe(404);
    await viewer.close();
  });

  it('the bucket is private, and DNS leads to the distribution', async () => {
    const {route53} = clients();
    const {bucket} = await project.json<Deployed>(['deploy', '--local']);
    expect((await view(`${status.endpoint}/${bucket}/index.html`)).status).toBe(403);
    const {HostedZones: [zone] = []} = await route53.listHostedZones({});
    const {ResourceRecordSets: sets = []} = await route53.listResourceRecordSets({HostedZoneId: zone?.Id});
    const aliases = sets.filter(({Name}) => Name === `${host}.`);
    expect(aliases.map(({Type}) => Type).sort()).toEqual(['A', 'AAAA', 'HTTPS']);
    expect(aliases.every(({AliasTarget}) => AliasTarget?.DNSName === `${applied.domainName}.`)).toBe(true);
  });

  it('frontctl plan --local: nothing to do, in a sentence', async () => {
    const run = await project.run(['plan', '--local']);
    expect(run.stdout).toMatch(/^No changes: coffee is as the config says \(\d+ unchanged\)\.\n$/);
    expect((await project.run(['apply', '--local'])).stdout).toContain('No changes');
  });
});

const hasAws = hasTool('aws', ['--version'], 'drift made with the AWS CLI');

describe.skipIf(!hasAws)('a change behind its back', () => {
  const aws = async (...args: string[]): Promise<string> => {
    const run = await runTool(
      'aws',
      ['--endpoint-url', status.endpoint, '--region', 'us-east-1', '--output', 'json', ...args],
      {
        ...cleanEnvironment(),
        HOME: process.env['HOME'],
        AWS_CONFIG_FILE: join(project.dir, 'none'),
        AWS_SHARED_CREDENTIALS_FILE: join(project.dir, 'none'),
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      },
    );
    if (run.code !== 0) throw new Error(run.stderr);
    return run.stdout;
  };

  it('aws cloudfront update-distribution shows up field by field, and apply puts it right', async () => {
    const id = applied.distributionId;
    const {DistributionConfig: live, ETag} = JSON.parse(
      await aws('cloudfront', 'get-distribution-config', '--id', id),
    ) as {ETag: string; DistributionConfig: Record<string, unknown> & {DefaultCacheBehavior: object}};
    const drifted = {
      ...live,
      PriceClass: 'PriceClass_100',
      Comment: 'somebody was here',
      DefaultCacheBehavior: {...live.DefaultCacheBehavior, Compress: false},
      Restrictions: {GeoRestriction: {RestrictionType: 'blacklist', Quantity: 1, Items: ['FR']}},
    };
    const file = join(project.dir, 'drifted.json');
    writeFileSync(file, JSON.stringify(drifted));
    await aws(
      'cloudfront',
      'update-distribution',
      '--id',
      id,
      '--if-match',
      ETag,
      '--distribution-config',
      `file://${file}`,
    );
    const planned = await project.json<Changes>(['plan', '--local']);
    const change = planned.changes.find(({resource}) => resource === `distribution ${id}`);
    expect(change?.action).toBe('update');
    expect([...(change?.diff ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      {path: 'comment', before: 'somebody was here', after: 'coffee, made by frontctl'},
      {path: 'defaultCacheBehavior.compress', before: null, after: true},
      {path: 'priceClass', before: 'PriceClass_100', after: 'PriceClass_All'},
      {path: 'restrictions.geoRestriction.items', before: ['FR'], after: null},
      {path: 'restrictions.geoRestriction.restrictionType', before: 'blacklist', after: 'none'},
    ]);
    await project.json(['apply', '--local']);
    expect(changed(await project.json(['plan', '--local']))).toEqual([]);
  });

  it('aws reads what was made', async () => {
    const list = await aws(
      'cloudfront',
      'list-distributions',
      '--query',
      'DistributionList.Items[].Aliases.Items[]',
    );
    expect(JSON.parse(list)).toEqual([host]);
    const tags = await aws(
      'cloudfront',
      'list-tags-for-resource',
      '--resource',
      `arn:aws:cloudfront::000000000000:distribution/${applied.distributionId}`,
    );
    expect(tags).toContain('frontctl:site');
    expect(tags).toContain('team');
    expect(await aws('cloudfront', 'list-functions', '--query', 'FunctionList.Items[].Name')).toContain(
      'coffee-clean-urls',
    );
  });
});

describe('a plan that is kept', () => {
  const write = (text: string): void => project.write({'frontctl.config.yaml': text});

  it('is applied as it was reviewed, refused when edited, and when what is live has changed', async () => {
    write(config.replace('aliases:', 'priceClass: PriceClass_200\n  aliases:'));
    await project.json(['plan', '--local', '--out', 'plan.json']);
    const file = join(project.dir, 'plan.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('PriceClass_200', 'PriceClass_100'));
    const edited = await project.run(['apply', '--local', '--plan', 'plan.json', '--json']);
    expect([edited.code, (JSON.parse(edited.stdout) as ErrorJson).error.code]).toEqual([2, 'PLAN_EDITED']);
    writeFileSync(file, text);
    write(config.replace('aliases:', 'priceClass: PriceClass_100\n  aliases:'));
    const outdated = await project.run(['apply', '--local', '--plan', 'plan.json', '--json']);
    expect([outdated.code, (JSON.parse(outdated.stdout) as ErrorJson).error.code]).toEqual([
      4,
      'PLAN_OUTDATED',
    ]);
    write(config.replace('aliases:', 'priceClass: PriceClass_200\n  aliases:'));
    const done = await project.json<Changes>(['apply', '--local', '--plan', 'plan.json']);
    expect(done.changes.flatMap(({diff}) => diff)).toEqual([
      {path: 'priceClass', before: 'PriceClass_All', after: 'PriceClass_200'},
    ]);
  });
});

describe('frontctl destroy', () => {
  it('asks, refuses a full bucket, and then leaves nothing, service by service', async () => {
    const full = await project.run(['destroy', '--local', '--yes', '--json']);
    expect([full.code, (JSON.parse(full.stdout) as ErrorJson).error.code]).toEqual([6, 'BUCKET_NOT_EMPTY']);
    const asked = await project.run(['destroy', '--local', '--with-objects']);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('nobody is here to answer');
    await project.json(['destroy', '--local', '--with-objects', '--yes']);

    const {acm, cloudfront, route53, s3} = clients();
    const [buckets, distributions, controls, functions, certificates, zones] = await Promise.all([
      s3.listBuckets({}),
      cloudfront.listDistributions({}),
      cloudfront.listOriginAccessControls({}),
      cloudfront.listFunctions({}),
      acm.send(new ListCertificatesCommand({})),
      route53.listHostedZones({}),
    ]);
    // The zone stands for one that the user owns: only what frontctl wrote into it goes.
    const {ResourceRecordSets: sets = []} = await route53.listResourceRecordSets({
      HostedZoneId: zones.HostedZones?.[0]?.Id,
    });
    expect({
      s3: buckets.Buckets?.length ?? 0,
      distributions: distributions.DistributionList?.Items?.length ?? 0,
      originAccessControls: controls.OriginAccessControlList?.Items?.length ?? 0,
      functions: functions.FunctionList?.Items?.length ?? 0,
      certificates: certificates.CertificateSummaryList?.length ?? 0,
      records: sets.filter(({Type}) => Type !== 'NS' && Type !== 'SOA').length,
    }).toEqual({s3: 0, distributions: 0, originAccessControls: 0, functions: 0, certificates: 0, records: 0});
    expect((await project.run(['destroy', '--local', '--yes'])).stdout).toContain('Nothing to delete');
  });
});
