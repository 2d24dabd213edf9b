import * as v from 'valibot';
import {resourceName} from './formats.js';
import {isPlainObject} from './path.js';
import {suggest} from './suggest.js';

/*
 * Messages are clauses: those of types and formats complete "... must be", those of rawCheck follow the key itself.
 * problems.ts makes the sentences, json-schema.ts makes the JSON Schema of the same tree.
 */

export const object = <const Entries extends v.ObjectEntries>(entries: Entries, description: string) =>
  v.pipe(
    v.custom<Record<string, unknown>>(isPlainObject, 'an object'),
    v.looseObject(entries, 'given'),
    v.rawCheck(({dataset, addIssue}) => {
      const known = Object.keys(entries);
      const input = dataset.value as Record<string, unknown>;
      for (const [key, value] of Object.entries(input)) {
        if (known.includes(key)) continue;
        const meant = suggest(key, known);
        const allowed = meant === undefined ? `known keys are ${known.join(', ')}` : `did you mean ${meant}?`;
        addIssue({
          message: `is not a known key (${allowed})`,
          path: [{type: 'object', origin: 'key', input, key, value}],
        });
      }
    }),
    v.description(description),
  );

export const text = (description: string) => v.pipe(v.string('a string'), v.description(description));

export const formatted = (pattern: RegExp, phrase: string, description: string) =>
  v.pipe(v.string('a string'), v.regex(pattern, phrase), v.description(description));

export const glob = v.pipe(v.string('a string'), v.minLength(1, 'a glob such as assets/** or *.html'));

export const listOf = <const Item extends v.GenericSchema>(item: Item, description: string) =>
  v.pipe(v.array(item, 'a list'), v.description(description));

export const wholeNumber = (least: number, description: string) =>
  v.pipe(
    v.number('a number'),
    v.integer('a whole number'),
    v.minValue(least, `at least ${least}`),
    v.description(description),
  );

/** Reports every item after the first whose `identity` has been seen. */
export const distinct = <Item>(identity: (item: Item) => unknown, what: string) =>
  v.rawCheck<Item[]>(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const seen = new Set<unknown>();
    for (const [key, value] of dataset.value.entries()) {
      const id = identity(value);
      if (seen.has(id)) {
        addIssue({
          message: `repeats ${what} ${String(id)}`,
          path: [{type: 'array', origin: 'value', input: dataset.value, key, value}],
        });
      }
      seen.add(id);
    }
  });

/** A whole number of `unit` from `least` to `most`. */
export const range = (least: number, most: number, unit: string, description: string) =>
  v.pipe(
    v.number('a number'),
    v.integer('a whole number'),
    v.minValue(least, `from ${least} to ${most}${unit}`),
    v.maxValue(most, `from ${least} to ${most}${unit}`),
    v.description(description),
  );

/** CloudFront's longest TTL is 100 years. */
export const seconds = (description: string) => range(0, 3_153_600_000, ' seconds', description);

export const flag = (description: string) => v.pipe(v.boolean('true or false'), v.description(description));

/** `why` follows the options in the message: what they have in common. */
export const oneOf = <const Options extends readonly string[]>(
  options: Options,
  description: string,
  why = '',
) => v.pipe(v.picklist(options, `one of ${options.map(shown).join(', ')}${why}`), v.description(description));

const shown = (option: string): string => (option === '' ? '""' : option);

/** A choice that `choose` makes by the look of the input, so that messages are about what was meant. */
export interface Choice extends v.LazySchema<v.GenericSchema> {
  readonly options: readonly v.GenericSchema[];
}

export const choice = (
  options: readonly v.GenericSchema[],
  choose: (input: unknown) => v.GenericSchema,
): Choice => ({...v.lazy(choose), options});

/** A list of CloudFront's that has members beside its items: it may be written as the list alone. */
export const listOrObject = (list: v.GenericSchema, members: v.GenericSchema, description: string) =>
  v.pipe(
    choice([list, members], input => (Array.isArray(input) ? list : members)),
    v.description(description),
  );

/** At most `most` items; `source` says who says so: "CloudFront quota: 75 cache behaviors a distribution". */
export const atMost = <Item>(
  most: number,
  what: string,
  source: string,
): v.RawCheckAction<Item[]> & {readonly maxItems: number} => ({
  ...v.rawCheck<Item[]>(({dataset, addIssue}) => {
    if (dataset.typed && dataset.value.length > most) {
      addIssue({message: `has ${dataset.value.length} ${what}, but at most ${most} are allowed (${source})`});
    }
  }),
  maxItems: most,
});

/** Things by the names that the rest of the config uses. */
export const named = <const Value extends v.GenericSchema>(value: Value, description: string) =>
  v.pipe(
    v.custom<Record<string, unknown>>(isPlainObject, 'an object'),
    v.record(
      v.pipe(
        v.string(),
        v.regex(resourceName, 'at most 64 letters, digits, hyphens and underscores, beginning with a letter'),
      ),
      value,
    ),
    v.description(description),
  );

/** Members of an API structure in the API's own spelling; what they hold is CloudFront's to judge. */
export const rawMembers = (names: Readonly<Record<string, string>>, description: string) =>
  object(
    Object.fromEntries(
      Object.entries(names).map(([name, told]) => [
        name,
        v.optional(v.pipe(v.unknown(), v.description(told))),
      ]),
    ),
    description,
  );
