import {afterEach, describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import type {World} from '../../deploy/world.js';
import {actions, apply, openStackWorld, planOf} from './world.js';

let world: World;
afterEach(() => world.close());

describe('apply', () => {
  it.each<[string, Config]>([
    ['nothing but a name', {name: 'shop'}],
    ['a static site', {name: 'shop', preset: 'static-site'}],
    ['a single-page app', {name: 'shop', preset: 'spa'}],
    ['an API', {name: 'shop', preset: {use: 'api', origin: 'api.example.com'}}],
    [
      'an API beside a site',
      {
        name: 'shop',
        preset: [
          'static-site',
          {use: 'api', origin: 'api.example.com', secretHeader: {name: 'x-origin', value: 'secret'}},
        ],
      },
    ],
    ['video', {name: 'shop', preset: 'video'}],
    [
      'failover',
      {
        name: 'shop',
        bucket: {name: 'shop-a', replicas: [{name: 'shop-b', region: 'eu-west-1'}]},
        preset: {use: 'failover', secondary: 'shop-b'},
      },
    ],
  ])('of %s leaves an empty plan', async (_name, config) => {
    world = await openStackWorld();
    const first = await planOf(world.aws, config);
    expect(actions(first).length).toBeGreaterThan(0);
    await apply(world.aws, config);
    expect((await planOf(world.aws, config)).changes.filter(({action}) => action !== 'none')).toEqual([]);
  });

  it('brings certificate and DNS with an alias', async () => {
    world = await openStackWorld('example.com');
    const config: Config = {
      name: 'shop',
      preset: 'static-site',
      distribution: {aliases: ['www.example.com']},
    };
    const {distribution, certificateArn} = await apply(world.aws, config);
    expect(distribution?.config.ViewerCertificate?.ACMCertificateArn).toBe(certificateArn);
    expect(actions(await planOf(world.aws, config))).toEqual([]);
  });
});
