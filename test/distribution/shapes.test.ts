import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {shapesModule} from '../../scripts/generate-shapes.js';

it('the shapes are those of the SDK that is installed: `npm run shapes` writes them', async () => {
  const file = new URL('../../src/distribution/form/shapes.ts', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(await shapesModule());
});
