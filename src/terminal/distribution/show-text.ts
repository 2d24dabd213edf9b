/** `distribution show` for people: the whole distribution on a page. */
import {getAt, isBlank, isFields, parsePath} from '../../diff/index.js';
import {wrapped} from '../changes-text.js';
import {chalk} from '../colour.js';
import {columns} from '../format.js';
import type {ShowResult} from './lifecycle.js';

type Fields = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

const words = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const at = (value: unknown, path: string): unknown => getAt(value, parsePath(path));

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

export function showText({distribution, etag}: ShowResult, width: number): string {
  const {config, names} = distribution;
  const {id, domainName, status, enabled, tags} = distribution;
  const head = `${chalk.bold(id)}  ${domainName}  ${status === 'Deployed' ? status : chalk.yellow(status)}, ${enabled ? 'enabled' : chalk.red('disabled')}`;
  const nameOf = (policy: unknown): string => names[text(policy)] ?? text(policy);
  return [
    head,
    ...facts(generalFacts(distribution, etag), width, '  '),
    ...facts(
      [
        [
          'Tags',
          Object.entries(tags)
            .map(([key, value]) => `${key}=${value}`)
            .join(', '),
        ],
      ],
      width,
      '  ',
    ),
    '',
    chalk.bold('Origins'),
    ...list(config['origins']).flatMap(origin => originLines(origin, width)),
    ...list(config['originGroups']).flatMap(group => groupLines(group, width)),
    '',
    chalk.bold('Behaviors, in the order in which they are tried'),
    ...list(config['cacheBehaviors']).flatMap(each =>
      behaviorLines(text(each['pathPattern']), each, nameOf, width),
    ),
    ...(isFields(config['defaultCacheBehavior'])
      ? behaviorLines('* (default)', config['defaultCacheBehavior'], nameOf, width)
      : []),
    ...errorLines(list(config['customErrorResponses'])),
  ].join('\n');
}

type Fact = readonly [name: string, value: string];

function generalFacts(
  {config, aliases, comment}: ShowResult['distribution'],
  etag: string | null,
): readonly Fact[] {
  const certificate = config['viewerCertificate'];
  const own = at(certificate, 'acmCertificateArn') ?? at(certificate, 'iamCertificateId');
  const geo = at(config, 'restrictions.geoRestriction');
  const kind = text(at(geo, 'restrictionType'));
  const logging = config['logging'];
  const rest = ['webACLId', 'continuousDeploymentPolicyId', 'anycastIpListId'] as const;
  return [
    ['Comment', comment],
    ['Aliases', aliases.join(', ')],
    [
      'Certificate',
      isBlank(own)
        ? 'CloudFront’s own'
        : `${text(own)} (${text(at(certificate, 'minimumProtocolVersion'))}, ${text(at(certificate, 'sslSupportMethod'))})`,
    ],
    [
      'HTTP',
      [
        text(config['httpVersion']),
        config['isIPV6Enabled'] === true ? 'IPv6' : 'IPv4 only',
        text(config['priceClass']),
      ]
        .filter(word => word !== '')
        .join(', '),
    ],
    ['Root object', text(config['defaultRootObject'])],
    [
      'Countries',
      kind === 'whitelist' || kind === 'blacklist'
        ? `${kind === 'whitelist' ? 'only' : 'all but'} ${words(at(geo, 'items')).join(' ')}`
        : '',
    ],
    [
      'Logs',
      at(logging, 'enabled') === true ? `${text(at(logging, 'bucket'))}/${text(at(logging, 'prefix'))}` : '',
    ],
    ['Cache tags', text(at(config, 'cacheTagConfig.headerName'))],
    ...rest.map((name): Fact => [name, text(config[name])]),
    ['ETag', etag ?? ''],
  ];
}

/** Aligned; a long value goes on below its beginning. */
function facts(given: readonly Fact[], width: number, indent: string): readonly string[] {
  const set = given.filter(([, value]) => value !== '');
  const pad = 13;
  return set.flatMap(([name, value]) =>
    wrapped(value, width - indent.length - pad).map(
      (line, i) =>
        indent +
        (i === 0 ? (name.length < pad - 1 ? name.padEnd(pad) : `${name}  `) : ' '.repeat(pad)) +
        line,
    ),
  );
}

function originLines(origin: Fields, width: number): readonly string[] {
  const custom = origin['customOriginConfig'];
  const identity = text(at(origin, 's3OriginConfig.originAccessIdentity'));
  const access = text(origin['originAccessControlId']);
  const shield = origin['originShield'];
  const values = [
    isFields(custom)
      ? `${text(custom['originProtocolPolicy'])} ${text(custom['httpPort'])}/${text(custom['httpsPort'])}, read ${text(custom['originReadTimeout'])} s, keep-alive ${text(custom['originKeepaliveTimeout'])} s`
      : '',
    access === '' ? '' : `origin access control ${access}`,
    identity === '' ? '' : `origin access identity ${identity.replace(/^.*\//, '')}`,
    at(shield, 'enabled') === true ? `Origin Shield ${text(at(shield, 'originShieldRegion'))}` : '',
    list(origin['customHeaders'])
      .map(header => `header ${text(header['headerName'])} (hidden)`)
      .join(', '),
  ].filter(value => value !== '');
  return [
    ...wrapped(
      `${text(origin['id'])}  ${text(origin['domainName'])}${text(origin['originPath'])}`,
      width - 2,
    ).map(line => `  ${line}`),
    ...values.flatMap(value => wrapped(value, width - 4).map(line => `    ${line}`)),
  ];
}

function groupLines(group: Fields, width: number): readonly string[] {
  const members = list(group['members']).map(member => text(member['originId']));
  const codes = words(at(group, 'failoverCriteria.statusCodes'));
  return wrapped(`${text(group['id'])}  ${members.join(', then ')} after ${codes.join(' ')}`, width - 2).map(
    line => `  ${line}`,
  );
}

function behaviorLines(
  pattern: string,
  behavior: Fields,
  nameOf: (policy: unknown) => string,
  width: number,
): readonly string[] {
  const methods = words(at(behavior, 'allowedMethods.items'));
  const policy = nameOf(behavior['cachePolicyId']);
  const code = [
    ...list(behavior['functionAssociations']).map(
      each => `${text(each['eventType'])} ${text(each['functionARN']).replace(/^.*\//, '')}`,
    ),
    ...list(behavior['lambdaFunctionAssociations']).map(
      each =>
        `${text(each['eventType'])} Lambda ${text(each['lambdaFunctionARN']).replace(/^.*:function:/, '')}`,
    ),
  ];
  const trusted = words(at(behavior, 'trustedKeyGroups.items'));
  const parts = [
    text(behavior['viewerProtocolPolicy']),
    methods.length > 3 ? 'all methods' : methods.join(' '),
    policy === '' ? 'cache settings of its own' : `cache ${policy}`,
    ...(isBlank(behavior['originRequestPolicyId'])
      ? []
      : [`to origin ${nameOf(behavior['originRequestPolicyId'])}`]),
    ...(isBlank(behavior['responseHeadersPolicyId'])
      ? []
      : [`headers ${nameOf(behavior['responseHeadersPolicyId'])}`]),
    behavior['compress'] === true ? 'compressed' : 'not compressed',
    ...code,
    ...(trusted.length === 0 ? [] : [`signed by key group ${trusted.join(' ')}`]),
  ].filter(part => part !== '');
  return [
    ...wrapped(`${pattern}  ->  ${text(behavior['targetOriginId'])}`, width - 2).map(line => `  ${line}`),
    ...wrapped(parts.join(', '), width - 4).map(line => `    ${line}`),
  ];
}

function errorLines(responses: readonly Fields[]): readonly string[] {
  if (responses.length === 0) return [];
  const rows = responses.map(each => [
    text(each['errorCode']),
    isBlank(each['responsePagePath'])
      ? 'as the origin answers'
      : `${text(each['responsePagePath'])} as ${text(each['responseCode'])}`,
    `kept ${text(each['errorCachingMinTTL'] ?? 10)} s`,
  ]);
  return ['', chalk.bold('Error pages'), columns(rows, '  ')];
}
