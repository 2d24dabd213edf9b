/** What a bucket policy means for CloudFront. */
import {globMatches} from '../glob.js';
import {isRecord, parsePolicy, sidOf, texts} from './policy-document.js';
import {cloudfront, ownerOf} from './policy.js';

const statementsOf = (policy: string | undefined, bucket: string): readonly unknown[] =>
  parsePolicy(policy, ownerOf(bucket)).statements;

/** A statement by its Sid, else by its place. */
const called = (statement: unknown, index: number): string => {
  const sid = sidOf(statement) ?? '';
  return sid === '' ? `number ${index + 1}` : sid;
};

/**
 * Sids (or numbers, from 1) of statements that forbid everything to all but named principals, CloudFront's service not
 * among them: with an origin access control the distribution would be shut out, whatever else allows it.
 */
export function shutsServiceOut(policy: string | undefined, bucket: string): readonly string[] {
  return statementsOf(policy, bucket).flatMap((statement, index) => {
    if (!isRecord(statement) || statement['Effect'] !== 'Deny') return [];
    const spared = statement['NotPrincipal'];
    if (spared === undefined) return [];
    const services = isRecord(spared) ? texts(spared['Service']) : texts(spared);
    const isSpared = services.some(name => name === '*' || name === cloudfront.Service);
    return isSpared ? [] : [called(statement, index)];
  });
}

/** Sids (or numbers) of Allow statements that let everybody in, without a condition. */
export function publicStatements(policy: string | undefined, bucket: string): readonly string[] {
  return statementsOf(policy, bucket).flatMap((statement, index) => {
    if (!isRecord(statement) || statement['Effect'] !== 'Allow' || statement['Condition'] !== undefined)
      return [];
    const principal = statement['Principal'];
    const names = isRecord(principal) ? Object.values(principal).flatMap(texts) : texts(principal);
    return names.includes('*') ? [called(statement, index)] : [];
  });
}

/** Whether some statement lets the distribution read objects, by its own ARN, `*`, its account or without a condition. */
export function letsDistributionRead(
  policy: string | undefined,
  bucket: string,
  distributionArn: string,
): boolean {
  return statementsOf(policy, bucket).some(statement => {
    if (!isRecord(statement) || statement['Effect'] !== 'Allow') return false;
    const principal = statement['Principal'];
    const services = isRecord(principal) ? texts(principal['Service']) : [];
    if (!services.includes(cloudfront.Service)) return false;
    const reads = texts(statement['Action']).some(action =>
      /^(?:\*|s3:\*|s3:get(?:object)?\*?)$/i.test(action),
    );
    return reads && admits(statement['Condition'], distributionArn);
  });
}

/** Whether the conditions that pin a service to a distribution or an account let this one in; others are taken to hold. */
function admits(condition: unknown, distributionArn: string): boolean {
  const account = distributionArn.split(':')[4] ?? '';
  for (const [operator, keys] of isRecord(condition) ? Object.entries(condition) : []) {
    const isGlob = /like|^arn/i.test(operator);
    for (const [key, values] of isRecord(keys) ? Object.entries(keys) : []) {
      const found = /^aws:sourcearn$/i.test(key)
        ? distributionArn
        : /^aws:sourceaccount$/i.test(key)
          ? account
          : undefined;
      if (found === undefined) continue;
      if (!texts(values).some(value => (isGlob ? globMatches(value, found) : value === found))) return false;
    }
  }
  return true;
}
