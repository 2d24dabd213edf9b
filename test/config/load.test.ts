import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../src/config/index.js';
import {failureOf, project} from './project.js';

const env = {};

describe('finding the config', () => {
  it('is an empty one with the working directory as root when there is none', async () => {
    const cwd = await project({});
    expect(await loadConfig({cwd, env})).toEqual({
      config: {},
      file: undefined,
      root: cwd,
      environment: undefined,
    });
  });

  it('is the nearest in the folders above', async () => {
    const root = await project({
      'frontctl.config.yaml': 'name: top',
      'a/frontctl.config.json': '{"name": "a"}',
      'a/b/x': '',
    });
    const loaded = await loadConfig({cwd: path.join(root, 'a/b'), env});
    expect(loaded).toEqual({
      config: {name: 'a'},
      file: path.join(root, 'a/frontctl.config.json'),
      root: path.join(root, 'a'),
      environment: undefined,
    });
  });

  it('is not above the git root', async () => {
    const root = await project({'frontctl.config.yaml': 'name: top', 'repo/src/x': ''});
    await mkdir(path.join(root, 'repo/.git'));
    expect((await loadConfig({cwd: path.join(root, 'repo/src'), env})).file).toBeUndefined();
  });

  it('refuses several in one folder', async () => {
    const cwd = await project({'frontctl.config.yaml': '', 'frontctl.config.ts': ''});
    const failure = await failureOf(loadConfig({cwd, env}));
    expect(failure).toMatchObject({code: 'CONFIG_AMBIGUOUS', exit: 'usage'});
    expect(failure.message).toContain('frontctl.config.ts, frontctl.config.yaml');
  });

  it('is the given file, whatever its name', async () => {
    const cwd = await project({'frontctl.config.yaml': 'name: top', 'conf/live.yml': 'name: live'});
    const loaded = await loadConfig({cwd, env, file: 'conf/live.yml'});
    expect(loaded).toMatchObject({config: {name: 'live'}, root: path.join(cwd, 'conf')});
  });

  it.each([
    ['nowhere.yaml', 'CONFIG_NOT_FOUND', 'There is no config file nowhere.yaml.'],
    ['conf', 'CONFIG_NOT_FOUND', 'The config conf is not a file.'],
    ['conf/live.toml', 'CONFIG_FORMAT', 'allowed are .ts, .js, .mjs, .json, .yaml, .yml'],
  ])('refuses --config %s', async (file, code, message) => {
    const cwd = await project({'conf/live.toml': ''});
    const failure = await failureOf(loadConfig({cwd, env, file}));
    expect(failure).toMatchObject({code, exit: 'usage'});
    expect(failure.message).toContain(message);
  });
});

describe('formats', () => {
  it.each([
    ['yaml', 'name: site\nsite:\n  dir: ./dist\n'],
    ['yml', '# comment\n{name: site, site: {dir: ./dist}}\n'],
    ['json', '\uFEFF{"$schema": "./x.json", "name": "site", "site": {"dir": "./dist"}}'],
    ['mjs', 'export default {name: "site", site: {dir: "./dist"}};'],
    [
      'mjs',
      'import {defineConfig} from "frontctl";\nexport default defineConfig({name: "site", site: {dir: "./dist"}});',
    ],
    ['js', 'export default () => ({name: "site", site: {dir: "./dist"}});'],
    ['js', 'module.exports = {name: "site", site: {dir: "./dist"}};'],
    ['js', 'exports.__esModule = true; exports.default = {name: "site", site: {dir: "./dist"}};'],
    ['ts', 'const name: string = "site";\nexport default {name, site: {dir: "./dist"}} satisfies object;'],
    [
      'ts',
      'import {defineConfig} from "frontctl";\nexport default defineConfig(async () => ({name: "site", site: {dir: "./dist"}}));',
    ],
    ['ts', 'import {dir} from "./dir.js";\nexport default {name: "site", site: {dir}};'],
  ])('%s: %s', async (extension, text) => {
    const cwd = await project({
      [`frontctl.config.${extension}`]: text,
      'dir.ts': 'export const dir: string = "./dist";',
    });
    const {config} = await loadConfig({cwd, env});
    expect(config).toMatchObject({name: 'site', site: {dir: './dist'}});
  });

  it('takes an empty YAML file as an empty config', async () => {
    const cwd = await project({'frontctl.config.yaml': '# nothing yet\n'});
    expect((await loadConfig({cwd, env})).config).toEqual({});
  });

  it('merges YAML anchors', async () => {
    const cwd = await project({
      'frontctl.config.yaml':
        'bucket: &b {region: eu-west-1}\nenvironments:\n  live:\n    bucket: {<<: *b, name: live-bucket}\n',
    });
    const {config} = await loadConfig({cwd, env, environment: 'live'});
    expect(config.bucket).toEqual({region: 'eu-west-1', name: 'live-bucket'});
  });

  it('calls a function with the environment and its variables', async () => {
    const cwd = await project({
      'frontctl.config.ts':
        'export default ({env, environment}: any) => ({name: env.SITE, environments: {[environment]: {bucket: {name: "b-" + environment}}}});',
    });
    const {config} = await loadConfig({cwd, env: {SITE: 'shop'}, environment: 'live'});
    expect(config).toEqual({name: 'shop', bucket: {name: 'b-live'}});
  });

  it.each([
    ['yaml', 'name: site\nbucket: {name: x\n', 'CONFIG_SYNTAX', /^frontctl\.config\.yaml:\d:\d+: /],
    ['yaml', 'a: 1\na: 2\n', 'CONFIG_SYNTAX', /^frontctl\.config\.yaml:2:1: .*unique/],
    ['yaml', 'bucket:\n  name: !Ref Bucket\n', 'CONFIG_SYNTAX', /^frontctl\.config\.yaml:2:9: .*!Ref/],
    [
      'json',
      '{\n  "name": "site",\n}',
      'CONFIG_SYNTAX',
      /^frontctl\.config\.json:3:1: found "}" where a property name in double quotes is expected/,
    ],
    ['json', '{\n  // no\n}', 'CONFIG_SYNTAX', /^frontctl\.config\.json:2:3: JSON has no comments/],
    ['json', '', 'CONFIG_SYNTAX', /^frontctl\.config\.json:1:1: the file ends where a value is expected/],
    [
      'json',
      '{"name": "a",\n "name": "b"}',
      'CONFIG_SYNTAX',
      /^frontctl\.config\.json:2:2: the same key stands twice/,
    ],
    [
      'ts',
      'type X = {};\nexport default {\n  bucket: {name: },\n};',
      'CONFIG_SYNTAX',
      /^frontctl\.config\.ts:3:18: /,
    ],
    ['mjs', 'export default {\n  bucket: {name: },\n};', 'CONFIG_SYNTAX', /^frontctl\.config\.mjs:2:18: /],
    [
      'ts',
      'export default () => {\n  throw new Error("boom");\n};',
      'CONFIG_FAILED',
      /^frontctl\.config\.ts:2:9: the config threw "boom"/,
    ],
    [
      'mjs',
      'export default () => {\n  throw new Error("boom");\n};',
      'CONFIG_FAILED',
      /^frontctl\.config\.mjs:2:9: the config threw "boom"/,
    ],
    [
      'ts',
      'export default () => { throw new Error("boom"); };',
      'CONFIG_FAILED',
      /^frontctl\.config\.ts:1: the config threw "boom"/,
    ],
    ['ts', 'import "no-such-package";\nexport default {};', 'CONFIG_FAILED', /no-such-package/],
    ['ts', 'export const config = {};', 'CONFIG_INVALID', /has no default export/],
    ['mjs', 'export const config = {};', 'CONFIG_INVALID', /has no default export/],
    [
      'mjs',
      'export default [];',
      'CONFIG_INVALID',
      /^frontctl\.config\.mjs: the config is an empty list but must be an object\.$/,
    ],
  ])('%s: %j fails as %s', async (extension, text, code, message) => {
    const cwd = await project({[`frontctl.config.${extension}`]: text});
    const failure = await failureOf(loadConfig({cwd, env}));
    expect(failure).toMatchObject({code, exit: 'usage'});
    expect(failure.message).toMatch(message);
  });
});

describe('environments', () => {
  const text = `
name: shop
site: {dir: dist, ignore: [a, b]}
bucket: {name: shop-dev, region: eu-west-1}
environments:
  live:
    bucket: {name: "\${env.LIVE_BUCKET}"}
    site: {ignore: [c]}
  staging:
    bucket: {name: "\${env.STAGING_BUCKET:-shop-staging}"}
`;

  it('merges objects and replaces lists and scalars', async () => {
    const cwd = await project({'frontctl.config.yaml': text});
    const loaded = await loadConfig({cwd, env: {LIVE_BUCKET: 'shop-live'}, environment: 'live'});
    expect(loaded.environment).toBe('live');
    expect(loaded.config).toEqual({
      name: 'shop',
      site: {dir: 'dist', ignore: ['c']},
      bucket: {name: 'shop-live', region: 'eu-west-1'},
    });
  });

  it('resolves only what the selected environment uses', async () => {
    const cwd = await project({'frontctl.config.yaml': text});
    expect((await loadConfig({cwd, env})).config.bucket?.name).toBe('shop-dev');
    expect((await loadConfig({cwd, env, environment: 'staging'})).config.bucket?.name).toBe('shop-staging');
  });

  it('does not resolve a string that the environment replaces', async () => {
    const cwd = await project({
      'frontctl.config.json':
        '{"bucket": {"name": "${env.X}"}, "environments": {"live": {"bucket": {"name": "live"}}}}',
    });
    expect((await loadConfig({cwd, env, environment: 'live'})).config.bucket?.name).toBe('live');
  });

  it('names a missing variable, its key and its line', async () => {
    const cwd = await project({'frontctl.config.yaml': text});
    const failure = await failureOf(loadConfig({cwd, env, environment: 'live'}));
    expect(failure.code).toBe('CONFIG_INVALID');
    expect(failure.message).toBe(
      'frontctl.config.yaml:7:20: environments.live.bucket.name needs the environment variable LIVE_BUCKET, which is not set (${env.LIVE_BUCKET:-default} gives it a default).',
    );
  });

  it('refuses an unknown one, with the known and a guess', async () => {
    const cwd = await project({'frontctl.config.yaml': text});
    const failure = await failureOf(loadConfig({cwd, env, environment: 'stagin'}));
    expect(failure).toMatchObject({
      code: 'UNKNOWN_ENVIRONMENT',
      exit: 'usage',
      message: 'frontctl.config.yaml has no environment "stagin"; known are live, staging.',
      hint: 'Did you mean --env staging?',
    });
  });

  it('refuses one that Object.prototype would answer', async () => {
    const cwd = await project({'frontctl.config.yaml': text});
    expect((await failureOf(loadConfig({cwd, env, environment: 'constructor'}))).code).toBe(
      'UNKNOWN_ENVIRONMENT',
    );
  });

  it('refuses --env without environments and without a config', async () => {
    const bare = await project({'frontctl.config.yaml': 'name: shop'});
    expect((await failureOf(loadConfig({cwd: bare, env, environment: 'live'}))).message).toContain(
      'has no environments',
    );
    const none = await project({});
    const failure = await failureOf(loadConfig({cwd: none, env, environment: 'live'}));
    expect(failure).toMatchObject({code: 'UNKNOWN_ENVIRONMENT', exit: 'usage'});
  });
});
