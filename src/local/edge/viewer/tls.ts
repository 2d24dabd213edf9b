import http2 from 'node:http2';
import {createSecureContext, type SecureContext} from 'node:tls';
import {createCertificate, ownCertificate} from './certificate.js';
import type {ControlPlane, LiveDistribution} from '../types.js';

export interface TlsOptions {
  readonly dir: string;
  readonly controlPlane: ControlPlane;
  /** Real time in milliseconds: TLS clients check certificates against it. */
  readonly realNow: () => number;
  readonly maxHeaderSize: number;
}

/** The distribution of a TLS name or Host: `<id>.cloudfront.net.localhost` reaches it too, without DNS. */
export const distributionOf = (plane: ControlPlane, host: string): LiveDistribution | undefined =>
  plane.distributionByHost(host) ??
  (host.endsWith('.localhost') ? plane.distributionByHost(host.slice(0, -'.localhost'.length)) : undefined);

const coveredByOwn = (name: string): boolean =>
  name === 'localhost' || /^[^.]+\.cloudfront\.net(?:\.localhost)?$/.test(name);

const aliasesKept = 500;

/**
 * An HTTPS server for all distributions: HTTP/2 and HTTP/1.1 by ALPN (HTTP/1.1 alone where the distribution's HttpVersion
 * says so), a certificate per alias by SNI, made when a viewer first asks for it.
 */
export const createTlsServer = async (options: TlsOptions): Promise<http2.Http2SecureServer> => {
  const {controlPlane, realNow} = options;
  const own = await ownCertificate(options.dir, realNow());
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextFor = (name: string): Promise<SecureContext> | undefined => {
    const known = contexts.get(name);
    if (known !== undefined) return known;
    if (
      coveredByOwn(name) ||
      distributionOf(controlPlane, name) === undefined ||
      contexts.size >= aliasesKept
    )
      return undefined;
    const made = createCertificate([name], realNow()).then(createSecureContext);
    made.catch(() => contexts.delete(name));
    contexts.set(name, made);
    return made;
  };
  const settings: http2.SecureServerOptions & {readonly maxHeaderSize: number} = {
    ...own,
    allowHTTP1: true,
    maxHeaderSize: options.maxHeaderSize,
    SNICallback: (servername, done) => {
      const context = contextFor(servername.toLowerCase());
      if (context === undefined) done(null);
      else context.then(made => done(null, made), done);
    },
    ALPNCallback: ({servername, protocols}) => {
      // A client that connects by address names no server: Node then gives false, whatever its types say.
      const name = typeof (servername as unknown) === 'string' ? servername : '';
      const version = distributionOf(controlPlane, name.toLowerCase())?.config.HttpVersion ?? 'http2';
      const speaksHttp2 = version === 'http2' || version === 'http2and3';
      if (speaksHttp2 && protocols.includes('h2')) return 'h2';
      return protocols.includes('http/1.1') ? 'http/1.1' : undefined;
    },
  };
  return http2.createSecureServer(settings);
};
