/** CloudFront's answers, for nock, and a client that asks it as it would ask AWS. */
import nock from 'nock';
import {afterAll, afterEach, beforeAll, expect} from 'vitest';
import {createAws, type Aws} from '../../src/aws/index.js';

export const host = 'https://cloudfront.amazonaws.com';
export const api = '/2020-05-31';

const root = (name: string, content: string): string =>
  `<?xml version="1.0"?><${name} xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">${content}</${name}>`;

export const error = (code: string, message: string): string =>
  root(
    'ErrorResponse',
    `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r1</RequestId>`,
  );

export const invalidation = (
  status: string,
  {id = 'I1', paths = ['/a']}: {readonly id?: string; readonly paths?: readonly string[]} = {},
): string =>
  root(
    'Invalidation',
    `<Id>${id}</Id><Status>${status}</Status><CreateTime>2026-11-21T10:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>${paths.length}</Quantity><Items>${paths.map(path => `<Path>${path}</Path>`).join('')}</Items></Paths><CallerReference>r-1</CallerReference></InvalidationBatch>`,
  );

export const listOf = (items: readonly {readonly id: string; readonly at: string}[], next?: string): string =>
  root(
    'InvalidationList',
    `<Marker></Marker>${next === undefined ? '' : `<NextMarker>${next}</NextMarker>`}<MaxItems>100</MaxItems><IsTruncated>${next !== undefined}</IsTruncated><Quantity>${items.length}</Quantity><Items>${items
      .map(
        ({id, at}) =>
          `<InvalidationSummary><Id>${id}</Id><CreateTime>${at}</CreateTime><Status>Completed</Status></InvalidationSummary>`,
      )
      .join('')}</Items>`,
  );

export const distributions = (ids: readonly string[], mode = 'direct'): string =>
  root(
    'DistributionList',
    `<Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>${ids.length}</Quantity><Items>${ids
      .map(
        id =>
          `<DistributionSummary><Id>${id}</Id><ConnectionMode>${mode}</ConnectionMode></DistributionSummary>`,
      )
      .join('')}</Items>`,
  );

export const tenants = (ids: readonly string[], next?: string): string =>
  root(
    'ListDistributionTenantsResult',
    `${next === undefined ? '' : `<NextMarker>${next}</NextMarker>`}<DistributionTenantList>${ids
      .map(
        id =>
          `<DistributionTenantSummary><Id>${id}</Id><DistributionId>E1</DistributionId></DistributionTenantSummary>`,
      )
      .join('')}</DistributionTenantList>`,
  );

/** Nothing but nock answers, everything that it was told to answer is asked, and no call is repeated by the SDK. */
export function answeredByNock(): () => Aws {
  const saved = process.env;
  beforeAll(() => {
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
    process.env = {
      ...Object.fromEntries(others),
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending).toEqual([]);
  });
  afterAll(() => {
    process.env = saved;
    nock.enableNetConnect();
    nock.restore();
  });
  return () => createAws({region: 'us-east-1', env: process.env});
}
