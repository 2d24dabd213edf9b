import type {InvalidationBatch} from '@aws-sdk/client-cloudfront';
import {demand, fault} from './faults.js';
import {checkQuantities, items} from './shape.js';

const largestBatch = 3000;

/** The items of a batch that CloudFront takes; `tagged`: the distribution names a header of cache tags. */
export function checkBatch(batch: InvalidationBatch, tagged: boolean): readonly string[] {
  demand(!!batch.CallerReference, 'InvalidArgument', 'The parameter CallerReference is required.');
  checkQuantities(batch, 'InvalidationBatch');
  const paths = items(batch.Paths);
  demand(paths.length > 0, 'InvalidArgument', 'Your request contains no invalidation paths.');
  demand(
    paths.length <= largestBatch,
    'BatchTooLarge',
    `Invalidation batch specified is too large: ${paths.length} paths, at most ${largestBatch} are allowed.`,
  );
  const seen = new Set<string>();
  for (const path of paths) {
    demand(!seen.has(path), 'InvalidArgument', `Your request contains the invalidation path ${path} twice.`);
    seen.add(path);
    if (path.startsWith('#')) checkTag(path, tagged);
    else checkPath(path);
  }
  return paths;
}

function checkPath(path: string): void {
  const invalid = (why: string) =>
    fault(
      'InvalidArgument',
      `Your request contains one or more invalid invalidation paths: "${path.slice(0, 200)}" ${why}.`,
    );
  if (!path.startsWith('/')) throw invalid('does not begin with /');
  if (path.length > 4000) throw invalid('has more than 4000 characters');
  // Unsafe in a URL (RFC 1738, section 2.2) or not ASCII: these must be sent percent-encoded.
  if (/[^!-~]|[<>"#{}|\\^`]/.test(path)) throw invalid('has characters that must be URL-encoded');
}

function checkTag(item: string, tagged: boolean): void {
  demand(
    tagged,
    'InvalidArgument',
    `The distribution has no CacheTagConfig with a HeaderName: it cannot be invalidated by the tag ${item}.`,
  );
  demand(
    /^[!-+\--~]{1,256}$/.test(item.slice(1)),
    'InvalidArgument',
    `The cache tag "${item.slice(1, 200)}" must have 1 to 256 printable ASCII characters without spaces and commas.`,
  );
}
