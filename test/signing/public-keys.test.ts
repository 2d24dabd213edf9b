import {generateKeyPairSync} from 'node:crypto';
import nock from 'nock';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createAws, type Aws} from '../../src/aws/index.js';
import {
  ensurePublicKey,
  fingerprintOf,
  generateKeyPair,
  listPublicKeys,
  readPublicKey,
} from '../../src/signing/index.js';

const endpoint = 'http://127.0.0.1:9';
const host = /127\.0\.0\.1:9/;
const path = '/2020-05-31/public-key';

let aws: Aws;

beforeEach(() => {
  nock.disableNetConnect();
  aws = createAws({
    endpointUrl: endpoint,
    env: {AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example'},
  });
});

afterEach(async () => {
  await aws.close();
  nock.cleanAll();
  nock.enableNetConnect();
});

interface Key {
  readonly id: string;
  readonly name: string;
  readonly pem: string;
}

const listing = (keys: readonly Key[], next?: string): string =>
  `<PublicKeyList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">${
    next === undefined ? '' : `<NextMarker>${next}</NextMarker>`
  }<MaxItems>100</MaxItems><Quantity>${keys.length}</Quantity><Items>${keys
    .map(
      ({id, name, pem}) =>
        `<PublicKeySummary><Id>${id}</Id><Name>${name}</Name><CreatedTime>2026-01-02T03:04:05Z</CreatedTime><EncodedKey>${pem}</EncodedKey><Comment></Comment></PublicKeySummary>`,
    )
    .join('')}</Items></PublicKeyList>`;
const date = 'Mon, 04 Jan 2027 05:06:07 GMT';
const answerList = (keys: readonly Key[], {next, marker}: {next?: string; marker?: string} = {}) =>
  nock(host)
    .get(path)
    .query(query => query['Marker'] === marker)
    .reply(200, listing(keys, next), {date, 'content-type': 'text/xml'});

/** An account that keeps keys of field-level encryption too. */
const foreignPem = generateKeyPairSync('rsa', {modulusLength: 3072})
  .publicKey.export({type: 'spki', format: 'pem'})
  .toString();

describe('listPublicKeys', () => {
  it("reads every page, CloudFront's clock, and keys that cannot sign", async () => {
    const {publicPem} = await generateKeyPair('ecdsa');
    answerList([{id: 'K1', name: 'a', pem: foreignPem}], {next: 'more'});
    answerList([{id: 'K2', name: 'b', pem: `${publicPem}\n`}], {marker: 'more'});
    const {keys, time} = await listPublicKeys(aws);
    expect(time).toBe(Date.parse(date));
    expect(keys).toMatchObject([
      {id: 'K1', keyType: undefined, fingerprint: undefined, createdAt: '2026-01-02T03:04:05.000Z'},
      {id: 'K2', keyType: 'ecdsa', fingerprint: fingerprintOf(readPublicKey(publicPem))},
    ]);
  });
});

describe('ensurePublicKey', () => {
  const refuse = (code: string) =>
    nock(host)
      .post(path)
      .reply(
        409,
        `<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>No.</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
        {'content-type': 'text/xml'},
      );

  it('takes the key that another run has made between the look and the call', async () => {
    const {publicPem: pem} = await generateKeyPair('ecdsa');
    answerList([]);
    refuse('PublicKeyAlreadyExists');
    answerList([{id: 'K9', name: 'raced', pem}]);
    expect(await ensurePublicKey(aws, {pem})).toMatchObject({key: {id: 'K9'}, created: false});
  });

  it('tells a taken name from that', async () => {
    const {publicPem: pem} = await generateKeyPair('ecdsa');
    const other = (await generateKeyPair('ecdsa')).publicPem;
    answerList([{id: 'K9', name: 'mine', pem: other}]);
    refuse('PublicKeyAlreadyExists');
    answerList([{id: 'K9', name: 'mine', pem: other}]);
    await expect(ensurePublicKey(aws, {pem, name: 'mine'})).rejects.toMatchObject({
      code: 'KEY_NAME_TAKEN',
      exit: 'conflict',
      message: 'Another public key is named "mine".',
    });
  });

  it('asks with a CallerReference that follows from the key alone', async () => {
    const {publicPem: pem} = await generateKeyPair('rsa');
    const references = new Set<string | undefined>();
    for (const name of ['one', 'two']) {
      answerList([]);
      nock(host)
        .post(path, body => {
          references.add(/<CallerReference>(.*)<\/CallerReference>/.exec(String(body))?.[1]);
          return true;
        })
        .reply(
          201,
          `<PublicKey xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>K1</Id><CreatedTime>2026-01-02T03:04:05Z</CreatedTime></PublicKey>`,
          {'content-type': 'text/xml', etag: 'E1'},
        );
      expect(await ensurePublicKey(aws, {pem, name})).toMatchObject({key: {id: 'K1', name}, created: true});
    }
    expect([...references]).toEqual([expect.stringMatching(/^frontctl-[0-9a-f]{40}$/)]);
  });
});
