import type {FunctionConfig} from '@aws-sdk/client-cloudfront';
import {demand} from './faults.js';
import {checkQuantities, compact, items} from './shape.js';

const largestCode = 10 * 1024;
const largestEvent = 40 * 1024;

/** The config as CloudFront keeps it. Developer guide, "Quotas on CloudFront Functions". */
export function acceptConfig(given: FunctionConfig | undefined): FunctionConfig {
  demand(given !== undefined, 'InvalidArgument', 'The parameter FunctionConfig is required.');
  checkQuantities(given, 'FunctionConfig');
  const {Comment, Runtime, KeyValueStoreAssociations} = given;
  demand(
    Comment !== undefined && Comment.length <= 128,
    'InvalidArgument',
    'The parameter Comment is required and has at most 128 characters.',
  );
  demand(
    Runtime === 'cloudfront-js-1.0' || Runtime === 'cloudfront-js-2.0',
    'InvalidArgument',
    `The Runtime must be cloudfront-js-1.0 or cloudfront-js-2.0, not "${String(Runtime)}".`,
  );
  const [wanted] = items(KeyValueStoreAssociations);
  demand(
    wanted === undefined,
    'InvalidArgument',
    `The key value store ${wanted?.KeyValueStoreARN} does not exist.`,
  );
  return compact({Comment, Runtime, KeyValueStoreAssociations});
}

/** The code in Base64. */
export function acceptCode(code: Uint8Array | undefined): string {
  demand(
    code !== undefined && code.length > 0,
    'InvalidArgument',
    'The parameter FunctionCode is required and must not be empty.',
  );
  demand(
    code.length <= largestCode,
    'FunctionSizeLimitExceeded',
    `The function is too large: it has ${code.length} bytes, ${largestCode} are the most.`,
  );
  return Buffer.from(code).toString('base64');
}

/** The event object of a test, a JSON object, as text. */
export function acceptEvent(event: Uint8Array | undefined): string {
  demand(
    event !== undefined && event.length <= largestEvent,
    'InvalidArgument',
    `The parameter EventObject is required and has at most ${largestEvent} bytes.`,
  );
  const text = Buffer.from(event).toString();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  demand(
    typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed),
    'InvalidArgument',
    'The EventObject must be a JSON object.',
  );
  return text;
}
