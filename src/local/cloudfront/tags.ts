import type {CloudFront, Tag} from '@aws-sdk/client-cloudfront';
import type {Handlers, Store} from '../types.js';
import {demand, fault} from './faults.js';

export interface Tags {
  /** @throws InvalidTagging */
  parse(given: readonly Tag[] | undefined): ReadonlyMap<string, string>;
  of(arn: string): ReadonlyMap<string, string>;
  /** Inside a transaction. */
  put(arn: string, tags: ReadonlyMap<string, string>): void;
}

const mostTags = 50;

/** Tags by ARN. Developer guide, "Tag a CloudFront resource". */
export function createTags(store: Store): Tags {
  const table = store.table<Readonly<Record<string, string>>>('cloudfront.tag');
  return {
    parse(given = []) {
      const parsed = new Map<string, string>();
      for (const {Key: key = '', Value: value = ''} of given) {
        demand(
          /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && !/^aws:/i.test(key),
          'InvalidTagging',
          `The tag key "${key}" must have 1 to 128 letters, digits, spaces and _ . : / = + - @, and must not begin with aws:.`,
        );
        demand(
          /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value),
          'InvalidTagging',
          `The value of the tag ${key} must have at most 256 letters, digits, spaces and _ . : / = + - @.`,
        );
        demand(!parsed.has(key), 'InvalidTagging', `The tag key ${key} is given twice.`);
        parsed.set(key, value);
      }
      demand(parsed.size <= mostTags, 'InvalidTagging', `A resource has at most ${mostTags} tags.`);
      return parsed;
    },
    of: arn => new Map(Object.entries(table.get(arn) ?? {})),
    put(arn, tags) {
      demand(
        tags.size <= mostTags,
        'InvalidTagging',
        `A resource has at most ${mostTags} tags, not ${tags.size}.`,
      );
      if (tags.size === 0) table.delete(arn);
      else table.put(arn, Object.fromEntries(tags));
    },
  };
}

export function tagHandlers(store: Store, tags: Tags, exists: (arn: string) => boolean) {
  const resource = (arn: string | undefined): string => {
    if (arn === undefined || !exists(arn)) {
      throw fault('NoSuchResource', `The specified resource does not exist: ${arn ?? '(none)'}.`);
    }
    return arn;
  };
  return {
    ListTagsForResource: input => ({
      Tags: {Items: [...tags.of(resource(input.Resource))].map(([Key, Value]) => ({Key, Value}))},
    }),
    async TagResource(input) {
      const added = tags.parse(input.Tags?.Items);
      await store.write(() => {
        const arn = resource(input.Resource);
        tags.put(arn, new Map([...tags.of(arn), ...added]));
      });
      return {};
    },
    async UntagResource(input) {
      const dropped = new Set(input.TagKeys?.Items ?? []);
      await store.write(() => {
        const arn = resource(input.Resource);
        tags.put(arn, new Map([...tags.of(arn)].filter(([key]) => !dropped.has(key))));
      });
      return {};
    },
  } satisfies Handlers<CloudFront>;
}
