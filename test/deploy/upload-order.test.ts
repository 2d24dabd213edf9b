/** What visitors can reach at any moment leads only to what is there. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import type {LogEntry} from '../../src/local/cloud.js';
import {deployOnce, openWorld, type World} from './world.js';

let world: World;
const puts: string[] = [];

beforeAll(async () => {
  const log = ({operation, path}: LogEntry): void => {
    const key = path.split('/').slice(2).join('/');
    if (operation === 'PutObject' && !key.startsWith('.frontctl/')) puts.push(key);
  };
  world = await openWorld({log});
});
afterAll(() => world.close());

it('in each phase new files are there before the first file that may name them is replaced', async () => {
  const site = await world.site();
  const old = ['a.html', 'b.html', 'index.html', 'main.js', 'other.js'];
  await world.write(Object.fromEntries(old.map(key => [key, 'old'])));
  await deployOnce(world, site);
  await world.write(Object.fromEntries(old.map(key => [key, 'new'])));
  await world.write({'zebra.html': 'linked', 'zoo/index.html': 'linked', 'util.js': 'imported'});
  puts.length = 0;
  await deployOnce(world, site);
  expect([puts.slice(0, 1), puts.slice(1, 3).sort(), puts.slice(3, 5).sort(), puts.slice(5).sort()]).toEqual([
    ['util.js'],
    ['main.js', 'other.js'],
    ['zebra.html', 'zoo/index.html'],
    ['a.html', 'b.html', 'index.html'],
  ]);
});
