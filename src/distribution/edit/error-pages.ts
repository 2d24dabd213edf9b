import type {CustomErrorResponse, DistributionConfig} from '@aws-sdk/client-cloudfront';
import {errorCodes, responseCodes} from '../../config/formats.js';
import {Failure} from '../../failure.js';

/** What viewers get for an error of the origin. */
export interface ErrorPage {
  readonly errorCode: number;
  /** Path of the page on the distribution; undefined: the origin's own answer. */
  readonly page: string | undefined;
  /** Status that goes with the page. */
  readonly status: number | undefined;
  /** Seconds for which the edge keeps the error. */
  readonly ttl: number;
}

/** CloudFront's own (Developer Guide, "Control how long CloudFront caches errors"). Seconds. */
const defaultTTL = 10;

export function errorPagesOf(config: Pick<DistributionConfig, 'CustomErrorResponses'>): readonly ErrorPage[] {
  return (config.CustomErrorResponses?.Items ?? [])
    .map(each => ({
      errorCode: each.ErrorCode ?? 0,
      page: each.ResponsePagePath || undefined,
      status: each.ResponseCode ? Number(each.ResponseCode) : undefined,
      ttl: each.ErrorCachingMinTTL ?? defaultTTL,
    }))
    .sort((a, b) => a.errorCode - b.errorCode);
}

export interface ErrorPageEdit {
  readonly errorCode: number;
  readonly page?: string | undefined;
  readonly status?: number | undefined;
  readonly ttl?: number | undefined;
}

/** Failures ERROR_CODE, ERROR_PAGE (exit 2). What is left out stays as it is. */
export function withErrorPage(config: DistributionConfig, edit: ErrorPageEdit): DistributionConfig {
  checkCode(edit.errorCode);
  const items = config.CustomErrorResponses?.Items ?? [];
  const before = items.find(each => each.ErrorCode === edit.errorCode);
  const page = edit.page ?? before?.ResponsePagePath;
  const status = edit.status === undefined ? before?.ResponseCode : String(edit.status);
  if (edit.page === undefined && edit.status === undefined && edit.ttl === undefined) {
    throw invalid('There is nothing to set.', 'Name a page, or --ttl for how long the edge keeps the error.');
  }
  if (edit.page?.startsWith('/') === false) {
    throw invalid(
      `The page "${edit.page}" does not begin with a slash.`,
      'It is a path on the distribution itself: /404.html.',
    );
  }
  if (edit.status !== undefined && !(responseCodes as readonly string[]).includes(String(edit.status))) {
    throw invalid(
      `CloudFront does not send an error page with status ${edit.status}.`,
      `It takes ${responseCodes.join(' ')}.`,
    );
  }
  if (!page && edit.status !== undefined) {
    throw invalid(
      'A status goes with a page.',
      'Name the page too: error-page set 404 /404.html --status 404.',
    );
  }
  const made: CustomErrorResponse = {
    ErrorCode: edit.errorCode,
    ...(page ? {ResponsePagePath: page, ResponseCode: status || String(edit.errorCode)} : {}),
    ErrorCachingMinTTL: edit.ttl ?? before?.ErrorCachingMinTTL ?? defaultTTL,
  };
  return withItems(
    config,
    before === undefined ? [...items, made] : items.map(each => (each === before ? made : each)),
  );
}

/** Failure NO_SUCH_ERROR_PAGE (exit 2). */
export function withoutErrorPage(config: DistributionConfig, errorCode: number): DistributionConfig {
  const items = config.CustomErrorResponses?.Items ?? [];
  const kept = items.filter(each => each.ErrorCode !== errorCode);
  if (kept.length === items.length) {
    const codes = items.map(each => each.ErrorCode ?? 0);
    throw new Failure('usage', 'NO_SUCH_ERROR_PAGE', `Nothing is set for the error ${errorCode}.`, {
      hint:
        codes.length === 0 ? 'The distribution has no error pages.' : `There is one for ${codes.join(', ')}.`,
    });
  }
  return withItems(config, kept);
}

const withItems = (config: DistributionConfig, items: CustomErrorResponse[]): DistributionConfig => ({
  ...config,
  CustomErrorResponses: {Quantity: items.length, ...(items.length === 0 ? {} : {Items: items})},
});

const invalid = (message: string, hint: string): Failure =>
  new Failure('usage', 'ERROR_PAGE', message, {hint});

function checkCode(code: number): void {
  if ((errorCodes as readonly number[]).includes(code)) return;
  throw new Failure('usage', 'ERROR_CODE', `CloudFront does not replace the error ${code}.`, {
    hint: `It replaces ${errorCodes.join(' ')}.`,
  });
}
