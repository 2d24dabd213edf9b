import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {Failure} from '../../failure.js';
import {countryName, isCountry, meantCountry} from './countries.js';

/** Who may load the site. */
export interface Geo {
  readonly restriction: 'allow' | 'block' | 'none';
  /** ISO 3166-1 alpha-2, sorted. */
  readonly countries: readonly string[];
}

const types = {allow: 'whitelist', block: 'blacklist', none: 'none'} as const;

export function geoOf({Restrictions: restrictions}: Pick<DistributionConfig, 'Restrictions'>): Geo {
  const {RestrictionType: type, Items: items} = restrictions?.GeoRestriction ?? {};
  const restriction = type === 'whitelist' ? 'allow' : type === 'blacklist' ? 'block' : 'none';
  return {restriction, countries: restriction === 'none' ? [] : [...(items ?? [])].sort()};
}

/** Codes in either case, each once and sorted. Failure COUNTRY (exit 2). */
export function parseCountries(words: readonly string[]): readonly string[] {
  const codes = words.flatMap(word => word.split(/[\s,]+/)).filter(word => word !== '');
  for (const word of codes) {
    const code = word.toUpperCase();
    if (isCountry(code)) continue;
    const other = meantCountry(code);
    throw new Failure('usage', 'COUNTRY', `"${word}" is not the ISO 3166 code of a country.`, {
      hint:
        other === undefined
          ? 'Write two letters for each country: DE FR US. A code stands for a country, never for a region such as EU.'
          : `${countryName(other)} is ${other}.`,
    });
  }
  if (codes.length === 0) {
    throw new Failure('usage', 'COUNTRY', 'No country is named.', {hint: 'Write their codes: DE FR US.'});
  }
  return [...new Set(codes.map(code => code.toUpperCase()))].sort();
}

/**
 * The config with this restriction; `add`: beside the countries of the same kind that are there already. Failure GEO_KIND
 * (exit 2) where the distribution restricts the other way round: adding to that would turn its meaning over.
 */
export function withGeo(config: DistributionConfig, wanted: Geo, add = false): DistributionConfig {
  const now = geoOf(config);
  if (add && now.restriction !== 'none' && now.restriction !== wanted.restriction) {
    const list = now.countries.join(' ');
    throw new Failure(
      'usage',
      'GEO_KIND',
      `The distribution ${now.restriction === 'allow' ? 'lets only' : 'refuses'} ${list}${now.restriction === 'allow' ? ' in' : ''}: there is no ${wanted.restriction} list to add to.`,
      {hint: `Leave --add out to replace it, or use \`frontctl geo ${now.restriction} --add\`.`},
    );
  }
  const countries = [...new Set([...(add ? now.countries : []), ...wanted.countries])].sort();
  return {
    ...config,
    Restrictions: {
      ...config.Restrictions,
      GeoRestriction: {
        RestrictionType: types[wanted.restriction],
        Quantity: countries.length,
        ...(countries.length === 0 ? {} : {Items: countries}),
      },
    },
  };
}
