import {mkdtempSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach} from 'vitest';

export interface Home {
  /** A fresh folder that is HOME, with ~/.aws in it. */
  readonly path: string;
  write(file: string, content: string): string;
}

/** Gives every test a home folder of its own and an environment without AWS_*, and puts the old one back. */
export function freshHome(): () => Home {
  let path = '';
  let saved: NodeJS.ProcessEnv = {};
  beforeEach(() => {
    saved = {...process.env};
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
    }
    path = mkdtempSync(join(tmpdir(), 'frontctl-aws-'));
    Object.assign(process.env, {
      HOME: path,
      USERPROFILE: path,
      AWS_CONFIG_FILE: join(path, '.aws', 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(path, '.aws', 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    });
  });
  afterEach(() => {
    process.env = saved;
    rmSync(path, {recursive: true, force: true});
  });
  return () => ({
    path,
    write(file, content) {
      const target = join(path, file);
      mkdirSync(dirname(target), {recursive: true});
      writeFileSync(target, content);
      return target;
    },
  });
}
