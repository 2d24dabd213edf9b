import mime from 'mime-types';

/** Where the registered type is not what a browser needs, or where mime-db leaves a gap. */
const overrides: Readonly<Record<string, string>> = {
  cjs: 'text/javascript; charset=utf-8', // registered for Node's module loader; browsers want a JavaScript type
  tsx: 'text/plain; charset=utf-8',
  vue: 'text/plain; charset=utf-8',
  svelte: 'text/plain; charset=utf-8',
  cur: 'image/x-icon',
};

/** Documents that their RFC or platform serves as JSON under a name without an extension. */
const wellKnownJson = new Set([
  'apple-app-site-association', // https://developer.apple.com/documentation/xcode/supporting-associated-domains
  'openid-configuration', // OpenID Connect Discovery 1.0, section 4
  'oauth-authorization-server', // RFC 8414
  'nodeinfo',
  'webfinger',
]);

/**
 * Content-Type by the key's extension alone: the same on every platform, never sniffed. Text and JSON carry
 * `charset=utf-8`; SVG and XML do not, because they declare their own encoding (RFC 7303, default UTF-8) and the header
 * would overrule it. Unknown extensions and none at all are `application/octet-stream` (a `site.rules` entry names a
 * better one), but for the JSON documents of `.well-known/`. TypeScript declarations are text, `.ts` alone is an MPEG
 * transport stream (HLS).
 */
export function contentTypeOf(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  if (dot <= 0) {
    const known = wellKnownJson.has(name) && (key === name || /(?:^|\/)\.well-known\/[^/]+$/.test(key));
    return known ? 'application/json; charset=utf-8' : 'application/octet-stream';
  }
  const extension = name.slice(dot + 1).toLowerCase();
  if (/\.d\.[cm]?ts$/i.test(name)) return 'text/plain; charset=utf-8';
  return cached(extension);
}

const byExtension = new Map<string, string>();

function cached(extension: string): string {
  const seen = byExtension.get(extension);
  if (seen !== undefined) return seen;
  const type = overrides[extension] ?? (mime.contentType(`x.${extension}`) || 'application/octet-stream');
  byExtension.set(extension, type);
  return type;
}

/** Is it a page, whose URL stays while its content changes and that names the other files? */
export function isHtml(contentType: string): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType);
}
