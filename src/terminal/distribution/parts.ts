/** `frontctl geo show` and `error-page list`. */
import {errorPagesOf, geoOf} from '../../distribution/index.js';
import type {Session} from '../session.js';
import {findOne, type OneFlags} from './one.js';
import type {ErrorPageList, GeoResult} from './text.js';

export async function showGeo(session: Session, flags: OneFlags): Promise<GeoResult> {
  const {id, config} = await findOne(session, flags);
  return {distributionId: id, ...geoOf(config)};
}

export async function listErrorPages(session: Session, flags: OneFlags): Promise<ErrorPageList> {
  const {id, config} = await findOne(session, flags);
  return {distributionId: id, errorPages: errorPagesOf(config)};
}
