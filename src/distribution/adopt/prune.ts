import {isFields} from '../../diff/index.js';
import type {FormValue} from '../form/index.js';

/** Members that a reader wants to see, and UpdateDistribution to be sent, whatever their default. */
const always: ReadonlySet<string> = new Set([
  ...['id', 'domainName', 's3OriginConfig', 'originAccessIdentity', 'customOriginConfig', 'vpcOriginConfig'],
  ...['httpPort', 'httpsPort', 'originProtocolPolicy', 'originSslProtocols', 'headerName', 'headerValue'],
  ...['pathPattern', 'targetOriginId', 'viewerProtocolPolicy', 'compress', 'cachePolicyId'],
  ...['forwardedValues', 'queryString', 'cookies', 'forward', 'eventType', 'errorCode'],
  ...['enabled', 'geoRestriction', 'restrictionType', 'cloudFrontDefaultCertificate'],
  ...['acmCertificateArn', 'iamCertificateId', 'sslSupportMethod', 'minimumProtocolVersion'],
]);

const isKept = (name: string, value: unknown): boolean =>
  always.has(name) && value !== undefined && (value !== '' || name === 'originAccessIdentity');

const without = (fields: FormValue, name: string): FormValue =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

/** The same without members that make no difference: `isSame` tells whether a candidate still means what it should. */
export function pruned(fields: FormValue, isSame: (candidate: FormValue) => boolean): FormValue {
  let left = fields;
  for (const [name, value] of Object.entries(fields)) {
    const shorter = without(left, name);
    if (!isKept(name, value) && isSame(shorter)) {
      left = shorter;
    } else if (isFields(value)) {
      const around = left;
      left = {...left, [name]: pruned(value, inner => isSame({...around, [name]: inner}))};
    } else if (Array.isArray(value) && value.every(isFields)) {
      left = {...left, [name]: prunedItems(left, name, value, isSame)};
    }
  }
  return left;
}

function prunedItems(
  around: FormValue,
  name: string,
  items: readonly FormValue[],
  isSame: (candidate: FormValue) => boolean,
): readonly FormValue[] {
  let left = items;
  for (const [at, item] of items.entries()) {
    const before = left;
    const shorter = pruned(item, inner => isSame({...around, [name]: before.with(at, inner)}));
    left = left.with(at, shorter);
  }
  return left;
}
