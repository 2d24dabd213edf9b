import {Failure} from '../failure.js';
import {quoted, refusal} from './refusal.js';
import {checkUrlRequest} from './request.js';
import {signUrl} from './sign.js';
import type {BadLine, BulkDefaults, BulkResult, SignedUrl, Signer, WrittenUrlRequest} from './types.js';

/** What every thread knows; structured clone carries it, keys included. */
export interface ChunkSettings {
  readonly signers: readonly [Signer, ...Signer[]];
  readonly defaults: BulkDefaults;
  readonly now: Date;
  readonly output: 'url' | 'json';
  readonly verifyEvery: number;
}

/** Whole lines of the input, UTF-8; `firstLine` counts from 1. */
export interface Chunk {
  readonly firstLine: number;
  readonly lines: Uint8Array;
  /** False: there were no more lines at the time. */
  readonly isFull: boolean;
}

/** Signs the lines of one chunk in their order. A bad line becomes a `BadLine` and ends nothing. */
export function signChunk({firstLine, lines}: Omit<Chunk, 'isFull'>, settings: ChunkSettings): BulkResult {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString('utf8');
  const bad: BadLine[] = [];
  let output = '';
  let signed = 0;
  let verified = 0;
  let line = firstLine;
  // A sample that falls on an empty or a bad line is taken of the next good one.
  let isDue = false;
  const hasMark = firstLine === 1 && text.startsWith('\ufeff');
  for (let start = hasMark ? 1 : 0; start < text.length; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    start = end + 1;
    isDue ||= (line - 1) % settings.verifyEvery === 0;
    if (content === '') continue;
    try {
      const {request, signer} = readLine(content, settings);
      const verify: boolean = signer.keyType === 'rsa' || isDue;
      const result = signUrl(checkUrlRequest(request, settings.now), signer, {verify});
      output += settings.output === 'url' ? `${result.url}\n` : `${toJson(line, result)}\n`;
      signed++;
      if (verify) verified++;
      isDue &&= !verify;
    } catch (error) {
      // Anything but a refused line is the run's failure, not the line's.
      if (!(error instanceof Failure) || error.exit !== 'usage') throw error;
      const {code, message, hint} = error;
      bad.push({line, code, message, hint});
      if (settings.output === 'json') output += `${JSON.stringify({line, error: {code, message, hint}})}\n`;
    }
  }
  return {text: Buffer.from(output), signed, verified, bad};
}

/** The policy is in the URL of a custom one, and follows from the URL of a canned one. */
function toJson(line: number, {url, kind, expires}: SignedUrl): string {
  return JSON.stringify({line, url, kind, expires});
}

interface Line {
  readonly request: WrittenUrlRequest;
  readonly signer: Signer;
}

const fields = ['url', 'resource', 'expires', 'starts', 'ip', 'keyPairId'];

/** A line's own fields win over the defaults. */
function readLine(content: string, {signers, defaults}: ChunkSettings): Line {
  const own = content.startsWith('{') ? readObject(content) : {url: content};
  const {keyPairId, ...rest} = own;
  const signer = keyPairId === undefined ? signers[0] : signers.find(key => key.keyPairId === keyPairId);
  if (signer === undefined) {
    throw refusal(
      'LINE_KEY_UNKNOWN',
      `There is no private key for the key pair id ${quoted(keyPairId ?? '', 32)}.`,
      `Known are ${signers.map(key => key.keyPairId).join(', ')}.`,
    );
  }
  const expires = rest.expires ?? defaults.expires;
  if (expires === undefined) {
    throw refusal(
      'LINE_WITHOUT_EXPIRY',
      'The line names no expiry, and neither does --expires.',
      'Add "expires" to the line, or write --expires 2h for all lines that have none.',
    );
  }
  return {request: {...defaults, ...rest, expires}, signer};
}

type OwnFields = Partial<WrittenUrlRequest> & {readonly url: string; readonly keyPairId?: string | undefined};

function readObject(content: string): OwnFields {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw refusal(
      'LINE_NOT_JSON',
      'The line begins with { but is not JSON.',
      'Write one object a line: {"url": "https://…", "expires": "2h"}.',
    );
  }
  const object = value as Readonly<Record<string, unknown>>;
  const known = `Known are ${fields.join(', ')}.`;
  for (const [name, content] of Object.entries(object)) {
    if (!fields.includes(name))
      throw refusal(
        'LINE_FIELD',
        `The line has the field ${quoted(name, 40)}, which means nothing here.`,
        known,
      );
    const time = name === 'expires' || name === 'starts';
    if (typeof content !== 'string' && !(time && typeof content === 'number'))
      throw refusal('LINE_FIELD', `The line's ${name} is not ${time ? 'a time' : 'a string'}.`, known);
  }
  if (object['url'] === undefined) throw refusal('LINE_FIELD', 'The line names no url.', known);
  return object as unknown as OwnFields;
}
