/** Which headers functions see and change. Developer guide, "Restrictions on all edge functions". Lowercase names. */

const disallowed = new Set([
  'client-cert',
  'client-cert-chain',
  'cloudfront-viewer-cert-pem',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'upgrade',
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-limit-rate',
  'x-accel-redirect',
  'x-amzn-auth',
  'x-amzn-cf-billing',
  'x-amzn-cf-id',
  'x-amzn-cf-xff',
  'x-amzn-errortype',
  'x-amzn-fle-profile',
  'x-amzn-header-count',
  'x-amzn-header-order',
  'x-amzn-lambda-integration-tag',
  'x-amzn-requestid',
  'x-cache',
  'x-forwarded-proto',
  'x-real-ip',
]);

/** Not shown to functions, and not to be added by them. */
export const isHidden = (name: string): boolean =>
  disallowed.has(name) || name.startsWith('x-amz-cf-') || name.startsWith('x-edge-');

export type EventSide = 'request' | 'response';

/** To be read, never added, changed or deleted. */
export const readOnly: Readonly<Record<EventSide, ReadonlySet<string>>> = {
  request: new Set(['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via']),
  response: new Set(['via', 'warning']),
};
