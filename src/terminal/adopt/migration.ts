import type {Change} from '../../stack/index.js';

/** What `--policies` is to change: new policies, and the cache settings of behaviors. */
const cacheField =
  /^(?:defaultCacheBehavior|cacheBehaviors\[.+\])\.(?:cachePolicyId|originRequestPolicyId|(?:min|default|max)TTL|forwardedValues(?:\..+)?)$/;

export function isExpected({resource, action, diff}: Change): boolean {
  if (/^(?:cache|origin request) policy /.test(resource)) return action === 'create';
  return (
    resource.startsWith('distribution ') &&
    action === 'update' &&
    diff.every(({path}) => cacheField.test(path))
  );
}
