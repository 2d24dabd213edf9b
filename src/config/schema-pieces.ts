import * as v from 'valibot';
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
