import * as v from 'valibot';
import * as format from './formats.js';
import {isPlainObject} from './path.js';
import {choice, flag, formatted, listOf, object, oneOf, text, wholeNumber} from './schema-pieces.js';

const names = ['static-site', 'spa', 'api', 'video', 'failover'] as const;
type Name = (typeof names)[number];

/** Presets that work without settings. */
const alone = oneOf(['static-site', 'spa', 'video'], 'A preset without settings.');

const use = <const N extends Name>(name: N) =>
  v.pipe(v.literal(name, name), v.description('Name of the preset.'));
const securityHeaders = v.optional(flag("AWS's SecurityHeadersPolicy; true when left out."));
const host = (description: string) =>
  formatted(format.hostName, 'a host name without scheme, port and path', description);

const presets = {
  'static-site': object(
    {
      use: use('static-site'),
      cleanUrls: v.optional(
        flag('Whether `/about` and `/about/` show `about/index.html`; true when left out.'),
      ),
      securityHeaders,
    },
    'A static site of pages.',
  ),
  spa: object(
    {
      use: use('spa'),
      fallback: v.optional(
        formatted(
          /^\/[^\s?#*'"\\]+$/,
          'a path that begins with /, such as /index.html',
          'Page that paths without a file extension show; /index.html when left out.',
        ),
      ),
      securityHeaders,
    },
    'A single-page app; missing assets stay errors.',
  ),
  api: object(
    {
      use: use('api'),
      origin: host('Host name of the API: a load balancer, API Gateway, any server.'),
      paths: v.optional(
        v.pipe(
          v.array(
            formatted(format.pathPattern, 'a path pattern such as /api/*', 'A path pattern.'),
            'a list',
          ),
          v.minLength(1, 'at least one path pattern'),
          v.description('Paths that go to it; /api/* when left out beside a site, everything otherwise.'),
        ),
      ),
      secretHeader: v.optional(
        object(
          {
            name: formatted(/^[\w!#$%&'*+.^`|~-]{1,256}$/, 'a header name', 'Name of the header.'),
            value: v.pipe(
              v.string('a string'),
              v.rawCheck(({dataset, addIssue}) => {
                // No message shows a secret.
                if (dataset.typed && !/^[\x21-\x7e]{1,1783}$/.test(dataset.value)) {
                  addIssue({message: 'must be 1 to 1783 printable ASCII characters without spaces'});
                }
              }),
              v.description('The secret, from the environment: `${env.ORIGIN_SECRET}`.'),
            ),
          },
          'Header that tells the origin that a request came through the distribution.',
        ),
      ),
    },
    'An API: never cached, all methods, everything forwarded.',
  ),
  video: object(
    {
      use: use('video'),
      playlistTTL: v.optional(wholeNumber(1, 'Seconds that playlists are kept; 2 when left out.')),
      segmentTTL: v.optional(wholeNumber(1, 'Seconds that segments are kept; a day when left out.')),
      allowOrigins: v.optional(
        v.pipe(
          v.array(text('An origin.'), 'a list'),
          v.minLength(1, 'at least one origin'),
          v.description('Origins of players on other hosts; `*` when left out.'),
        ),
      ),
    },
    'HLS and DASH: playlists live for seconds, segments for a day.',
  ),
  failover: object(
    {
      use: use('failover'),
      secondary: host('A replica of the bucket, by name, or the host name of a server.'),
      primary: v.optional(host("Host name of the first server; the config's bucket when left out.")),
      statusCodes: v.optional(
        v.pipe(
          v.array(
            v.pipe(
              v.picklist(format.failoverCodes, `one of ${format.failoverCodes.join(', ')}`),
              v.description('A status.'),
            ),
            'a list',
          ),
          v.minLength(1, 'at least one status'),
          v.description('Answers that send a request on; 500, 502, 503 and 504 when left out.'),
        ),
      ),
    },
    'A second origin that answers when the first fails.',
  ),
} satisfies Record<Name, v.GenericSchema>;

/** For what names no preset: only its name is judged. */
const unknownPreset = v.looseObject({use: oneOf(names, 'Name of the preset.')}, 'given');

const isName = (value: unknown): value is Name => names.some(name => name === value);

const one = choice([alone, ...Object.values(presets)], input => {
  if (!isPlainObject(input)) return typeof input === 'string' ? alone : anything;
  return isName(input['use']) ? presets[input['use']] : unknownPreset;
});

/** For what is neither a name nor an object. */
const anything = v.custom<object>(isPlainObject, 'the name of a preset, or an object');

const several = listOf(one, 'Several presets.');

export const preset = v.pipe(
  choice([alone, ...Object.values(presets), several], input => (Array.isArray(input) ? several : one)),
  v.description('Common shapes, one or several; they set what the rest of the config leaves open.'),
);
