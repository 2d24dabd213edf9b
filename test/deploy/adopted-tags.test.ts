import {expect, it} from 'vitest';
import {adoptedTags} from '../../src/deploy/headers/tags.js';

it.each([
  ['release-r1,pages', 'release-{release},pages', 'release-{release},pages'],
  ['release-,pages', 'release-{release},pages', 'release-,pages'],
  ['release-r1,pages,x', 'release-{release},pages', 'release-r1,pages,x'],
  ['a+b', 'a+b', 'a+b'],
  ['aab', 'a+b', 'aab'],
  ['theirs', undefined, undefined],
  [undefined, 'pages', undefined],
])('tags %s of an object, where rules say %s, are known as %s', (found, wanted, known) => {
  expect(adoptedTags(found, wanted)).toBe(known);
});
