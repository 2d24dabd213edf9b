/** Writes config.schema.json; `node --import tsx scripts/generate-config-schema.ts`. */
import {writeFile} from 'node:fs/promises';
import {configJsonSchema} from '../src/config/json-schema.js';

const target = new URL('../config.schema.json', import.meta.url);
await writeFile(target, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
