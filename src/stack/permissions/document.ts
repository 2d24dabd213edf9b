import type {Condition, Permission, PolicyDocument, PolicyStatement} from './types.js';

const services: Readonly<Record<string, string>> = {
  s3: 'S3',
  cloudfront: 'CloudFront',
  acm: 'Certificates',
  route53: 'Dns',
  kms: 'Keys',
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Letters and digits, as IAM wants a Sid: `S3Objects`, `CloudFrontCachePolicy`. */
function sidOf({action, resource}: Permission): string {
  const [service = ''] = action.split(':');
  const name = services[service] ?? '';
  if (service === 's3') return `${name}${resource.includes('/') ? 'Objects' : 'Buckets'}`;
  if (resource === '*') return `${name}All`;
  if (service !== 'cloudfront') return name;
  const type = resource.split(':')[5]?.split('/')[0] ?? '';
  return name + type.split('-').map(capital).join('');
}

interface Group {
  readonly sid: string;
  readonly condition: Condition | undefined;
  readonly actions: string[];
  readonly resources: readonly string[];
}

/** Actions with the same resources and the same condition share a statement. */
export function policyDocument(permissions: readonly Permission[]): PolicyDocument {
  const byAction = new Map<string, Permission[]>();
  for (const permission of permissions) {
    const key = JSON.stringify([permission.action, permission.condition]);
    byAction.set(key, [...(byAction.get(key) ?? []), permission]);
  }
  const groups = new Map<string, Group>();
  for (const own of byAction.values()) {
    const [first] = own;
    if (first === undefined) continue;
    const {action, condition} = first;
    const resources = [...new Set(own.map(({resource}) => resource))];
    const sid = sidOf(first);
    const key = JSON.stringify([sid, resources, condition]);
    const group = groups.get(key) ?? {sid, condition, actions: [], resources};
    if (!group.actions.includes(action)) group.actions.push(action);
    groups.set(key, group);
  }
  return {Version: '2012-10-17', Statement: numbered([...groups.values()]).map(statementOf)};
}

/** A Sid may stand once in a policy. */
function numbered(groups: readonly Group[]): readonly Group[] {
  const seen = new Map<string, number>();
  return groups.map(group => {
    const count = (seen.get(group.sid) ?? 0) + 1;
    seen.set(group.sid, count);
    return count === 1 ? group : {...group, sid: `${group.sid}${count}`};
  });
}

const statementOf = ({sid, actions, resources, condition}: Group): PolicyStatement => ({
  Sid: sid,
  Effect: 'Allow',
  Action: [...actions].sort(),
  Resource: resources,
  ...(condition !== undefined && {Condition: condition}),
});
