import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {configFileNames, loadConfig} from '../../src/config/index.js';
import {configJsonSchema} from '../../src/config/json-schema.js';

const top = path.resolve(import.meta.dirname, '../..');

it('config.schema.json is what scripts/generate-config-schema.ts writes', async () => {
  const committed = JSON.parse(await readFile(path.join(top, 'config.schema.json'), 'utf8')) as unknown;
  expect(committed).toEqual(configJsonSchema());
});

it('describes every field', () => {
  const bare: string[] = [];
  const walk = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const {properties, ...rest} = schema as {properties?: Record<string, object>};
    for (const [key, field] of Object.entries(properties ?? {})) {
      if (!('description' in field) && !('$ref' in field)) bare.push(`${at}.${key}`);
      walk(field, `${at}.${key}`);
    }
    for (const [key, inner] of Object.entries(rest)) walk(inner, `${at}.${key}`);
  };
  walk(configJsonSchema(), '');
  expect(bare).toEqual([]);
});

const examples = await readdir(path.join(top, 'examples'), {recursive: true}).catch(() => []);
const configs = examples.filter(
  name => configFileNames.includes(path.basename(name)) && !name.split(path.sep).includes('node_modules'),
);

describe.runIf(configs.length > 0)('examples', () => {
  it.each(configs)('%s loads', async name => {
    const file = path.join(top, 'examples', name);
    expect((await loadConfig({cwd: path.dirname(file), env: {}})).file).toBe(file);
  });
});
