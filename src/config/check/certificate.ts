import type {Config} from '../types.js';
import type {Finding} from './finding.js';

/** A wildcard on a certificate stands for exactly one label (RFC 6125, section 6.4.3); an alias may be a wildcard too. */
export function covers(names: readonly string[], host: string): boolean {
  const wanted = host.toLowerCase();
  const parent = `*${wanted.slice(wanted.indexOf('.'))}`;
  return names.some(name => name.toLowerCase() === wanted || name.toLowerCase() === parent);
}

/** Every alias is on the certificate that the config describes. */
export function checkCertificate(config: Config): readonly Finding[] {
  const {certificate, distribution: {aliases = [], viewerCertificate, raw} = {}} = config;
  if (raw?.ViewerCertificate !== undefined || aliases.length === 0) return [];
  if (viewerCertificate?.cloudFrontDefaultCertificate === true) {
    return [
      {
        path: ['distribution', 'viewerCertificate', 'cloudFrontDefaultCertificate'],
        clause: `is true, but the certificate of *.cloudfront.net covers no alias (${aliases.join(', ')}); name one that does (Developer Guide, "Requirements for using alternate domain names")`,
      },
    ];
  }
  const names = certificate?.names;
  if (names === undefined || viewerCertificate !== undefined) return [];
  return aliases.flatMap((alias, i): readonly Finding[] =>
    covers(names, alias)
      ? []
      : [
          {
            path: ['distribution', 'aliases', i],
            clause: `is ${JSON.stringify(alias)}, which no name in certificate.names covers (${names.join(', ')}; a wildcard stands for one label)`,
          },
        ],
  );
}
