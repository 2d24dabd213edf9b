import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {expandPresets} from '../../config/presets/index.js';
import type {Config} from '../../config/types.js';
import {Failure} from '../../failure.js';
import type {SiteSettings} from '../../stack/index.js';
import type {Session} from '../session.js';

/**
 * The site of the config file: presets expanded, code of functions read. Under --local the config's distribution id belongs
 * to AWS and is left out. Failures: NO_CONFIG, NO_NAME, FUNCTION_UNREADABLE (exit 2).
 */
export async function siteSettings(
  session: Session,
  {local}: {readonly local: boolean},
): Promise<SiteSettings> {
  const {config: given, file} = await session.config();
  if (file === undefined) {
    throw new Failure('usage', 'NO_CONFIG', 'There is no config file: a plan is made from one.', {
      hint: 'Write a frontctl.config.yaml (`name: my-site` is enough for a first plan), or name one with --config.',
    });
  }
  const config = local ? withoutId(expandPresets(given)) : expandPresets(given);
  const name = config.name ?? config.distribution?.id?.toLowerCase();
  if (name === undefined) {
    throw new Failure('usage', 'NO_NAME', 'The config has no name, by which the site is known in AWS.', {
      hint: 'Add `name: my-site` (lowercase letters, digits, hyphens); it must not change later.',
    });
  }
  return {name, config, code: await functionCode(session, config)};
}

function withoutId(config: Config): Config {
  const {id: _id, ...distribution} = config.distribution ?? {};
  return {...config, distribution};
}

/** Code of the functions that lie in files, by their key in the config. Failure FUNCTION_UNREADABLE (exit 2). */
export async function functionCode(session: Session, config: Config): Promise<ReadonlyMap<string, string>> {
  const {root} = await session.config();
  const files = Object.entries(config.functions ?? {}).flatMap(([key, {file}]) =>
    file === undefined ? [] : [[key, file] as const],
  );
  const entries = files.map(async ([key, file]) => {
    try {
      return [key, await readFile(resolve(root, file), 'utf8')] as const;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Failure(
        'usage',
        'FUNCTION_UNREADABLE',
        `The code of function "${key}" cannot be read: ${reason}.`,
        {
          hint: `Check \`functions.${key}.file\`; it is relative to the config file.`,
          cause,
        },
      );
    }
  });
  return new Map(await Promise.all(entries));
}
