import type {Aws} from '../../aws/index.js';
import {findZone, listZones, createZone} from '../../dns/index.js';
import type {Work} from '../../events.js';
import {certificateNames, hostsOf, type SiteSettings} from './settings.js';

/** The zone that stands for the user's own: the last two labels of a name. */
const zoneOf = (host: string): string => host.replace(/^\*\./, '').split('.').slice(-2).join('.');

/**
 * In the embedded cloud nobody owns a domain: a hosted zone is made for every alias that lies in none, so that certificate
 * and DNS come about as they would at AWS. Only for the embedded cloud.
 */
export async function* ensureLocalZones(aws: Aws, settings: SiteSettings): Work<void> {
  if (settings.config.dns?.provider === 'none') return;
  const names = new Set([...hostsOf(settings), ...(certificateNames(settings) ?? [])]);
  if (names.size === 0) return;
  const zones = [...(await listZones(aws))];
  for (const name of names) {
    if ((await findZone(aws, name.replace(/^\*\./, ''), {zones})) !== undefined) continue;
    const zone = await createZone(aws, zoneOf(name));
    zones.push(zone);
    yield {
      type: 'warning',
      message: `Made a hosted zone ${zone.name} in the embedded cloud, in the place of your own.`,
    };
  }
}
