/** URLs signed by botocore and by `aws cloudfront sign`, of which nobody here wrote a line, shown to the edge. */
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createClock} from '../../../src/local/clock.js';
import {hasTool, runTool} from '../../e2e/tools.js';
import {distributionConfig, fakePlane, localOrigin, request, start} from './fixture.js';
import {rsaPair} from './signer.js';

const botocore = hasTool(
  'python3',
  ['-c', 'import botocore, cryptography'],
  'URLs signed by botocore at the edge: python3 with botocore and cryptography',
);
const cli = hasTool('aws', ['--version'], 'URLs signed by the AWS CLI at the edge: aws');

const script = `
import json, sys
from datetime import datetime, timezone
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
key = serialization.load_pem_private_key(open(sys.argv[1], 'rb').read(), None)
given = json.load(open(sys.argv[2]))
signer = CloudFrontSigner('KRSA', lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA1()))
moment = lambda seconds: datetime.fromtimestamp(seconds, timezone.utc)
end = moment(given['end'])
for url in given['urls']:
    policy = signer.build_policy(url.split('?')[0] + '*', end, moment(given['start']), '127.0.0.1')
    print(signer.generate_presigned_url(url, date_less_than=end))
    print(signer.generate_presigned_url(url, policy=policy))
`;

const now = 1_800_000_000;
const domain = 'https://de1.cloudfront.net';

const set = async () => {
  const pair = rsaPair();
  const dir = await mkdtemp(join(tmpdir(), 'signed-'));
  onTestFinished(() => rm(dir, {recursive: true, force: true}));
  const keyFile = join(dir, 'key.pem');
  await writeFile(keyFile, pair.privateKey.export({type: 'pkcs1', format: 'pem'}), {mode: 0o600});
  const {port: origin} = await localOrigin((req, res) => res.end(req.url));
  const plane = fakePlane();
  plane.publicKeys.set('KRSA', {CallerReference: 'r', Name: 'r', EncodedKey: pair.publicKey});
  plane.keyGroups.set('group', {Name: 'group', Items: ['KRSA']});
  const trusted = {Enabled: true, Quantity: 1, Items: ['group']};
  const config = distributionConfig({behavior: {CachePolicyId: 'query', TrustedKeyGroups: trusted}}, origin);
  const clock = createClock({now: () => now * 1000});
  const {edge} = await start(config, {plane, clock});
  const open = async (url: string) => {
    const {status, text} = await request(edge.portOf('E1')!, url.slice(domain.length), {
      headers: {host: 'de1.cloudfront.net'},
    });
    return {status, text};
  };
  return {dir, keyFile, clock, open};
};

describe.skipIf(!botocore)('botocore', () => {
  it('signs URLs that the edge lets in, canned and custom, until they expire', async () => {
    const {dir, keyFile, clock, open} = await set();
    const segment = fc.stringMatching(/^(?:[A-Za-z0-9_.~!$'()+,;:@-]|%2[0F]|%C3%A4){1,10}$/);
    const pair = fc.stringMatching(/^[a-z]{1,5}(?:=(?:[A-Za-z0-9+/.:*-]|%2B|%20){0,8})?$/);
    const url = fc
      .tuple(fc.array(segment, {maxLength: 4}), fc.array(pair, {maxLength: 3}))
      .map(
        ([path, query]) => `${domain}/${path.join('/')}${query.length === 0 ? '' : `?${query.join('&')}`}`,
      );
    const urls = fc.sample(url, {numRuns: 150, seed: 4});
    const given = join(dir, 'given.json');
    await writeFile(given, JSON.stringify({urls, start: now - 9, end: now + 9}));
    const {stdout, stderr} = await runTool('python3', ['-c', script, keyFile, given], process.env);
    const signed = stdout.trim().split('\n');
    expect([signed.length, stderr]).toEqual([300, '']);
    for (const [n, one] of signed.entries()) {
      expect([one, await open(one)]).toEqual([one, {status: 200, text: urls[n >> 1]!.slice(domain.length)}]);
    }
    clock.advance(9_000);
    for (const one of signed) expect([one, (await open(one)).status]).toEqual([one, 403]);
  });
});

describe.skipIf(!cli)('aws cloudfront sign', () => {
  it.each([
    ['a canned policy', []],
    ['a start and an address', ['--date-greater-than', String(now - 1), '--ip-address', '127.0.0.1']],
  ])('signs a URL with %s that the edge lets in, until it expires', async (_name, more) => {
    const {keyFile, clock, open} = await set();
    const args = ['cloudfront', 'sign', '--url', `${domain}/a%20b.mp4?x=1`, '--key-pair-id', 'KRSA'];
    const {stdout} = await runTool(
      'aws',
      [...args, '--private-key', `file://${keyFile}`, '--date-less-than', String(now + 9), ...more],
      process.env,
    );
    expect(await open(stdout.trim())).toEqual({status: 200, text: '/a%20b.mp4?x=1'});
    clock.advance(9_000);
    expect((await open(stdout.trim())).status).toBe(403);
  });
});
