/** Which encodings a behavior negotiates: the two flags of its cache policy (legacy settings: gzip). */
export interface EncodingFlags {
  readonly gzip: boolean;
  readonly br: boolean;
}

export type Coding = 'br' | 'gzip';

/**
 * What CloudFront makes of the viewer's Accept-Encoding (facts §3): its part of the cache key, what the origin is sent
 * (undefined = no header) and what the edge may answer with, best first.
 */
export interface Negotiation {
  readonly key: string | undefined;
  readonly toOrigin: string | undefined;
  readonly accepts: readonly Coding[];
}

const absent: Negotiation = {key: undefined, toOrigin: undefined, accepts: []};
const identity: Negotiation = {key: undefined, toOrigin: 'identity', accepts: []};
const outcomes = {
  both: {key: 'br,gzip', toOrigin: 'br,gzip', accepts: ['br', 'gzip']},
  br: {key: 'br', toOrigin: 'br', accepts: ['br']},
  gzip: {key: 'gzip', toOrigin: 'gzip', accepts: ['gzip']},
} as const satisfies Record<string, Negotiation>;

/** `q=0` refuses a coding; `*` names none (the guide speaks only of gzip and br). */
const names = (header: string, coding: Coding): boolean =>
  header.split(',').some(part => {
    const [name = '', ...parameters] = part.split(';');
    return (
      name.trim().toLowerCase() === coding && !parameters.some(p => /^\s*q\s*=\s*0(?:\.0*)?\s*$/i.test(p))
    );
  });

/** Only for behaviors with a flag on; without flags Accept-Encoding is an ordinary header. */
export const negotiate = (header: string | undefined, flags: EncodingFlags): Negotiation => {
  if (header === undefined) return absent;
  const br = flags.br && names(header, 'br');
  const gzip = flags.gzip && names(header, 'gzip');
  if (br && gzip) return outcomes.both;
  if (br) return outcomes.br;
  return gzip ? outcomes.gzip : identity;
};

/** The same, remembered by header value: viewers send few different ones. */
export const negotiator = (flags: EncodingFlags): ((header: string | undefined) => Negotiation) => {
  const seen = new Map<string, Negotiation>();
  return header => {
    if (header === undefined) return absent;
    const known = seen.get(header);
    if (known !== undefined) return known;
    const fresh = negotiate(header, flags);
    if (seen.size < 256) seen.set(header, fresh);
    return fresh;
  };
};
