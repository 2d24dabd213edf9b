/** Changes of one thing in a live DistributionConfig: pure, everything else stays the very same value. */
export {countryName} from './countries.js';
export {
  errorPagesOf,
  withErrorPage,
  withoutErrorPage,
  type ErrorPage,
  type ErrorPageEdit,
} from './error-pages.js';
export {withFields, type FieldEdit} from './fields.js';
export {geoOf, parseCountries, withGeo, type Geo} from './geo.js';
export {originById, originKind, withOrigin, type OriginEdit} from './origin.js';
