import type {DistributionConfig, Origin} from '@aws-sdk/client-cloudfront';
import {mapStrings} from '../../config/path.js';

/** A header to an origin whose value stays out of the config. */
export interface AdoptedSecret {
  /** The environment variable that the config reads it from. */
  readonly env: string;
  /** Id of the origin. */
  readonly origin: string;
  readonly header: string;
}

export interface WrittenConfig {
  /** As a config file says it: `${` escaped, `${env.NAME}` in the place of header values. */
  readonly config: DistributionConfig;
  readonly secrets: readonly AdoptedSecret[];
  /** Values of the variables. Never shown, never written. */
  readonly env: Readonly<Record<string, string>>;
}

/** A config file takes `${...}` for a reference and `$${` for the characters themselves. */
const escaped = (text: string): string => text.replaceAll('${', () => '$${');

const variable = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .toUpperCase();

/**
 * The live config with nothing secret in it. Headers of one name and value share a variable; `ORIGIN_` before each keeps
 * them apart from the variables that a shell has (`PATH`).
 */
export function asWritten(live: DistributionConfig): WrittenConfig {
  const env = new Map<string, string>();
  const secrets: AdoptedSecret[] = [];
  const variableFor = (origin: string, header: string, value: string): string => {
    const short = `ORIGIN_${variable(header)}`;
    const long = `ORIGIN_${variable(origin)}_${variable(header)}`;
    const isFree = (name: string): boolean => !env.has(name) || env.get(name) === value;
    const found = [short, long].find(isFree);
    if (found !== undefined) return found;
    let number = 2;
    while (!isFree(`${long}_${number}`)) number++;
    return `${long}_${number}`;
  };
  const withoutValues = (origin: Origin, given: Origin): Origin => {
    const headers = given.CustomHeaders?.Items ?? [];
    if (headers.length === 0) return origin;
    const items = headers.map(({HeaderName: header = '', HeaderValue: value = ''}) => {
      const name = variableFor(given.Id ?? '', header, value);
      env.set(name, value);
      secrets.push({env: name, origin: given.Id ?? '', header});
      return {HeaderName: escaped(header), HeaderValue: `\${env.${name}}`};
    });
    return {...origin, CustomHeaders: {Quantity: items.length, Items: items}};
  };
  const config = mapStrings(live, escaped) as DistributionConfig;
  const origins = config.Origins?.Items?.map((origin, i) =>
    withoutValues(origin, live.Origins?.Items?.[i] ?? origin),
  );
  return {
    config: origins === undefined ? config : {...config, Origins: {Quantity: origins.length, Items: origins}},
    secrets,
    env: Object.fromEntries(env),
  };
}
