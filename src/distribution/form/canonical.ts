import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {toForm, type FormValue} from './convert.js';

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fields) : []);

/** `defaults` for what is not there; undefined members do not count. */
const withDefaults = (value: Fields, defaults: Fields): Fields => ({
  ...defaults,
  ...Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)),
});

/**
 * A DistributionConfig in a config's notation, with CloudFront's default for whatever was left out and without what follows
 * from other fields, so that what CloudFront answers and what was sent to it compare field by field. Defaults: API
 * reference, DistributionConfig and the structures in it; developer guide, "All distribution settings reference".
 */
export function canonical(config: Partial<DistributionConfig>): FormValue {
  const form = toForm('DistributionConfig', config);
  return {
    ...withDefaults(form, {
      priceClass: 'PriceClass_All',
      httpVersion: 'http2',
      connectionMode: 'direct',
      restrictions: {geoRestriction: {restrictionType: 'none'}},
    }),
    origins: list(form['origins']).map(origin),
    originGroups: list(form['originGroups']).map(group =>
      withDefaults(group, {selectionCriteria: 'default'}),
    ),
    ...(form['defaultCacheBehavior'] === undefined
      ? {}
      : {defaultCacheBehavior: behavior(fields(form['defaultCacheBehavior']))}),
    cacheBehaviors: list(form['cacheBehaviors']).map(behavior),
    customErrorResponses: list(form['customErrorResponses']).map(response =>
      withDefaults(response, {errorCachingMinTTL: 10}),
    ),
    viewerCertificate: certificate(fields(form['viewerCertificate'])),
  };
}

function origin(given: Fields): Fields {
  const {s3OriginConfig: s3, customOriginConfig: custom, vpcOriginConfig: vpc, originShield: shield} = given;
  return {
    ...withDefaults(given, {connectionAttempts: 3, connectionTimeout: 10}),
    ...(s3 === undefined ? {} : {s3OriginConfig: withDefaults(fields(s3), {originReadTimeout: 30})}),
    ...(custom === undefined
      ? {}
      : {
          customOriginConfig: withDefaults(fields(custom), {
            originSslProtocols: ['TLSv1.2'],
            originReadTimeout: 30,
            originKeepaliveTimeout: 5,
            ipAddressType: 'ipv4',
          }),
        }),
    ...(vpc === undefined
      ? {}
      : {vpcOriginConfig: withDefaults(fields(vpc), {originReadTimeout: 30, originKeepaliveTimeout: 5})}),
    // The region of a shield that is off counts for nothing.
    ...(fields(shield)['enabled'] === true ? {} : {originShield: undefined}),
  };
}

const readOnly = ['GET', 'HEAD'];

function behavior(given: Fields): Fields {
  const allowed = fields(given['allowedMethods']);
  const allowedMethods = {
    items: Array.isArray(allowed['items']) && allowed['items'].length > 0 ? allowed['items'] : readOnly,
    cachedMethods: allowed['cachedMethods'] ?? readOnly,
  };
  const associations = list(given['lambdaFunctionAssociations']).map(each =>
    withDefaults(each, {includeBody: false}),
  );
  return {
    ...given,
    allowedMethods,
    ...(associations.length === 0 ? {} : {lambdaFunctionAssociations: associations}),
    ...cacheSettings(given),
  };
}

const noLegacy = {forwardedValues: undefined, minTTL: undefined, defaultTTL: undefined, maxTTL: undefined};

/** With a cache policy the legacy settings count for nothing, whatever is answered beside it. */
function cacheSettings(given: Fields): Fields {
  const {cachePolicyId: policy, forwardedValues: forwarded} = given;
  if (policy !== undefined && policy !== '') return noLegacy;
  return forwarded === undefined ? {} : legacyCache(given);
}

/** Cache settings of behaviors without a cache policy. */
function legacyCache(given: Fields): Fields {
  const minTTL = Number(given['minTTL'] ?? 0);
  const defaultTTL = Number(given['defaultTTL'] ?? Math.max(86_400, minTTL));
  return {
    minTTL,
    defaultTTL,
    maxTTL: Number(given['maxTTL'] ?? Math.max(31_536_000, defaultTTL)),
    forwardedValues: withDefaults(fields(given['forwardedValues']), {cookies: {forward: 'none'}}),
  };
}

/** Without `certificate` and `certificateSource`, which repeat the others (deprecated), and what CloudFront's own certificate fixes. */
function certificate(given: Fields): Fields {
  const {certificate: repeated, certificateSource: source, ...rest} = given;
  const own =
    source === 'acm' && rest['acmCertificateArn'] === undefined
      ? {...rest, acmCertificateArn: repeated}
      : source === 'iam' && rest['iamCertificateId'] === undefined
        ? {...rest, iamCertificateId: repeated}
        : rest;
  const hasOwn = [own['acmCertificateArn'], own['iamCertificateId']].some(
    id => id !== undefined && id !== '',
  );
  if (!hasOwn) return {cloudFrontDefaultCertificate: true};
  return withDefaults({...own, cloudFrontDefaultCertificate: undefined}, {minimumProtocolVersion: 'TLSv1'});
}
