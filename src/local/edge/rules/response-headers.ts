import type {
  ResponseHeadersPolicyConfig,
  ResponseHeadersPolicySecurityHeadersConfig,
} from '@aws-sdk/client-cloudfront';
import {edgeServer, popName} from '../choices.js';
import {compileCors} from './cors.js';
import {field, type Mark, type MutableFields, type ViewerRequest} from '../message.js';

/** What the policy may look at besides the headers. */
export interface Decoration {
  readonly viewer: ViewerRequest;
  readonly mark: Mark;
  /** The edge's Date for this answer. */
  readonly date: string;
  /** Milliseconds from the request's arrival until now. */
  readonly elapsedMs: number;
  /** 0 <= n < 1: Server-Timing is sampled. */
  readonly random: number;
}

/** Changes response headers in place. */
export type Decorate = (headers: MutableFields, about: Decoration) => void;

interface Setting {
  readonly name: string;
  readonly value: string;
  readonly override: boolean;
}

/** Fields that RemoveHeadersConfig cannot take away (the API refuses most of them). */
const kept = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'transfer-encoding',
  'via',
  'x-cache',
  'age',
]);

/**
 * Compiles a response headers policy (facts §15): removes first, then adds; `Override` true beats the origin's value,
 * false leaves it.
 */
export const compileResponseHeaders = (config: ResponseHeadersPolicyConfig): Decorate => {
  const removed = (config.RemoveHeadersConfig?.Items ?? [])
    .map(item => (item.Header ?? '').toLowerCase())
    .filter(name => !kept.has(name));
  const settings = [...securitySettings(config.SecurityHeadersConfig), ...customSettings(config)];
  const cors = config.CorsConfig === undefined ? undefined : compileCors(config.CorsConfig);
  const timing = config.ServerTimingHeadersConfig;
  const sampled = timing?.Enabled === true ? (timing.SamplingRate ?? 0) / 100 : undefined;
  return (headers, about) => {
    for (const name of removed) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain record of header fields
      delete headers[name];
      if (name === 'server') headers['server'] = edgeServer;
      if (name === 'date') headers['date'] = about.date;
    }
    cors?.(headers, about.viewer);
    for (const {name, value, override} of settings) if (override || !(name in headers)) headers[name] = value;
    if (sampled !== undefined) addServerTiming(headers, about, sampled);
  };
};

const customSettings = (config: ResponseHeadersPolicyConfig): readonly Setting[] =>
  (config.CustomHeadersConfig?.Items ?? []).map(item => ({
    name: (item.Header ?? '').toLowerCase(),
    value: item.Value ?? '',
    override: item.Override === true,
  }));

const securitySettings = (
  security: ResponseHeadersPolicySecurityHeadersConfig | undefined,
): readonly Setting[] => {
  if (security === undefined) return [];
  const {XSSProtection: xss, StrictTransportSecurity: hsts} = security;
  const out: Setting[] = [];
  const add = (name: string, value: string | undefined, override: boolean | undefined): void => {
    if (value !== undefined) out.push({name, value, override: override === true});
  };
  if (xss !== undefined) {
    const mode = xss.ModeBlock === true ? '; mode=block' : '';
    const report = xss.ReportUri === undefined || xss.ReportUri === '' ? '' : `; report=${xss.ReportUri}`;
    add('x-xss-protection', xss.Protection === true ? `1${mode}${report}` : '0', xss.Override);
  }
  add('x-frame-options', security.FrameOptions?.FrameOption, security.FrameOptions?.Override);
  add('referrer-policy', security.ReferrerPolicy?.ReferrerPolicy, security.ReferrerPolicy?.Override);
  const csp = security.ContentSecurityPolicy;
  add('content-security-policy', csp?.ContentSecurityPolicy, csp?.Override);
  if (security.ContentTypeOptions !== undefined) {
    add('x-content-type-options', 'nosniff', security.ContentTypeOptions.Override);
  }
  if (hsts !== undefined) {
    const parts = [
      `max-age=${hsts.AccessControlMaxAgeSec ?? 0}`,
      ...(hsts.IncludeSubdomains === true ? ['includeSubDomains'] : []),
      ...(hsts.Preload === true ? ['preload'] : []),
    ];
    add('strict-transport-security', parts.join('; '), hsts.Override);
  }
  return out;
};

const cacheMetric: Readonly<Record<Mark, string>> = {
  Hit: 'cdn-cache-hit',
  RefreshHit: 'cdn-cache-refresh',
  Miss: 'cdn-cache-miss',
  Error: 'cdn-cache-miss',
  Redirect: 'cdn-cache-miss',
  FunctionGeneratedResponse: 'cdn-cache-miss',
  FunctionExecutionError: 'cdn-cache-miss',
  FunctionValidationError: 'cdn-cache-miss',
};

/** `Pragma: server-timing` asks for it whatever the sampling; the origin's own value joins on misses only. */
const addServerTiming = (headers: MutableFields, about: Decoration, rate: number): void => {
  const own = field(headers, 'server-timing');
  const missed = about.mark === 'Miss' || about.mark === 'Error';
  const asked = field(about.viewer.headers, 'pragma')?.toLowerCase() === 'server-timing';
  if (!asked && about.random >= rate) return;
  const elapsed = Math.round(about.elapsedMs);
  const metrics = [
    cacheMetric[about.mark],
    `cdn-pop;desc="${popName}"`,
    `cdn-rid;desc="${about.viewer.id}"`,
    ...(about.mark === 'Hit'
      ? ['cdn-hit-layer;desc="EDGE"']
      : ['cdn-upstream-layer;desc="EDGE"', `cdn-upstream-fbl;dur=${elapsed}`]),
    `cdn-downstream-fbl;dur=${elapsed}`,
  ];
  headers['server-timing'] = [...metrics, ...(missed && own !== undefined ? [own] : [])].join(',');
};
