import * as v from 'valibot';
import * as format from './formats.js';
import {
  atMost,
  distinct,
  flag,
  formatted,
  listOf,
  named,
  object,
  oneOf,
  seconds,
  text,
} from './schema-pieces.js';
import {comment} from './schema-policies.js';

const override = v.optional(flag("Whether it replaces the origin's header."));
const headerName = formatted(format.headerName, 'a header name', 'A header name.');
const longestValue = 1783;

const value = (description: string) =>
  v.pipe(
    v.string('a string'),
    v.maxLength(longestValue, `at most ${longestValue} characters long (CloudFront quota)`),
    v.description(description),
  );

const atLeastOne = <const Item extends v.GenericSchema>(item: Item, description: string) =>
  v.pipe(v.array(item, 'a list'), v.minLength(1, 'at least one'), v.description(description));

const corsConfig = v.pipe(
  object(
    {
      accessControlAllowOrigins: v.optional(
        atLeastOne(text('An origin.'), 'Origins that may ask: `https://*.example.com`; `*`: all.'),
      ),
      accessControlAllowHeaders: v.optional(
        atLeastOne(text('A header name.'), 'Headers that they may send; `*`: all.'),
      ),
      accessControlAllowMethods: v.optional(
        atLeastOne(
          oneOf(['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE', 'ALL'], 'A method.'),
          'Methods that they may use; ALL: all.',
        ),
      ),
      accessControlAllowCredentials: v.optional(flag('Whether cookies and credentials may be sent.')),
      accessControlExposeHeaders: v.optional(
        listOf(text('A header name.'), 'Headers that they may read; `*`: all.'),
      ),
      accessControlMaxAgeSec: v.optional(seconds('Seconds that browsers keep the answer to a preflight.')),
      originOverride: v.optional(flag("Whether these replace the origin's CORS headers.")),
    },
    'CORS headers.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed || dataset.value.accessControlAllowCredentials !== true) return;
    const all = Object.entries(dataset.value)
      .filter(([, list]) => Array.isArray(list) && list.some(item => item === '*' || item === 'ALL'))
      .map(([key]) => key);
    if (all.length > 0) {
      addIssue({
        message: `has accessControlAllowCredentials with everything allowed in ${all.join(', ')}, which CloudFront refuses: name what is allowed`,
      });
    }
  }),
);

const securityHeadersConfig = object(
  {
    contentSecurityPolicy: v.optional(
      object({override, contentSecurityPolicy: v.optional(value('The policy.'))}, 'Content-Security-Policy.'),
    ),
    contentTypeOptions: v.optional(object({override}, 'X-Content-Type-Options: nosniff.')),
    frameOptions: v.optional(
      object(
        {override, frameOption: v.optional(oneOf(['DENY', 'SAMEORIGIN'], 'Who may frame pages.'))},
        'X-Frame-Options.',
      ),
    ),
    referrerPolicy: v.optional(
      object(
        {
          override,
          referrerPolicy: v.optional(
            oneOf(
              [
                'no-referrer',
                'no-referrer-when-downgrade',
                'origin',
                'origin-when-cross-origin',
                'same-origin',
                'strict-origin',
                'strict-origin-when-cross-origin',
                'unsafe-url',
              ],
              'What Referer tells.',
            ),
          ),
        },
        'Referrer-Policy.',
      ),
    ),
    strictTransportSecurity: v.optional(
      object(
        {
          override,
          accessControlMaxAgeSec: v.optional(seconds('Seconds that browsers insist on HTTPS.')),
          includeSubdomains: v.optional(flag('Whether subdomains too.')),
          preload: v.optional(flag('Whether browsers may ship it.')),
        },
        'Strict-Transport-Security.',
      ),
    ),
    xssProtection: v.optional(
      v.pipe(
        object(
          {
            override,
            protection: v.optional(flag('Whether the filter is on.')),
            modeBlock: v.optional(flag('Whether the page is blocked.')),
            reportUri: v.optional(text('Where it reports to.')),
          },
          'X-XSS-Protection.',
        ),
        v.rawCheck(({dataset, addIssue}) => {
          if (dataset.typed && dataset.value.modeBlock === true && (dataset.value.reportUri ?? '') !== '') {
            addIssue({message: 'has both modeBlock and reportUri, of which CloudFront takes one'});
          }
        }),
      ),
    ),
  },
  'Security headers.',
);

const customHeader = object(
  {header: headerName, value: value('Its value.'), override},
  'A header that is added.',
);

export const responseHeadersPolicies = named(
  object(
    {
      comment,
      corsConfig: v.optional(corsConfig),
      securityHeadersConfig: v.optional(securityHeadersConfig),
      serverTimingHeadersConfig: v.optional(
        object(
          {
            enabled: v.optional(flag('Whether Server-Timing is sent.')),
            samplingRate: v.optional(
              v.pipe(
                v.number('a number'),
                v.minValue(0, 'from 0 to 100'),
                v.maxValue(100, 'from 0 to 100'),
                v.description('Per cent of answers that carry it.'),
              ),
            ),
          },
          'Server-Timing.',
        ),
      ),
      customHeadersConfig: v.optional(
        v.pipe(
          v.array(customHeader, 'a list'),
          distinct(({header}) => header.toLowerCase(), 'the header'),
          atMost(10, 'headers', 'CloudFront quota: 10 custom headers a response headers policy'),
          v.description('Headers that are added.'),
        ),
      ),
      removeHeadersConfig: v.optional(
        listOf(object({header: headerName}, 'A header that is removed.'), 'Headers that are removed.'),
      ),
    },
    'A response headers policy: headers that CloudFront adds or removes.',
  ),
  'Response headers policies by name; at AWS `<site>-<name>`.',
);
