import {ApiError} from '../types.js';

/** S3's error answers with AWS's own codes, statuses and sentences (Amazon S3 API Reference, "Error responses"). */
type Details = Readonly<Record<string, unknown>>;

const bad = (code: string, message: string, details: Details = {}): ApiError =>
  new ApiError(code, message, 400, details);

export const accessDenied = (details: Details = {}, message = 'Access Denied'): ApiError =>
  new ApiError('AccessDenied', message, 403, details);

export const noSuchBucket = (bucket: string): ApiError =>
  new ApiError('NoSuchBucket', 'The specified bucket does not exist', 404, {BucketName: bucket});

export const noSuchKey = (key: string): ApiError =>
  new ApiError('NoSuchKey', 'The specified key does not exist.', 404, {Key: key});

export const noSuchVersion = (key: string, versionId: string): ApiError =>
  new ApiError('NoSuchVersion', 'The specified version does not exist.', 404, {
    Key: key,
    VersionId: versionId,
  });

export const noSuchUpload = (uploadId: string): ApiError =>
  new ApiError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    {UploadId: uploadId},
  );

/** 412; `condition` is the header that did not hold (`If-Match`). */
export const preconditionFailed = (condition: string): ApiError =>
  new ApiError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

/** 409: a conditional write lost a race against another write of the same key. */
export const conditionalRequestConflict = (key: string, condition: string): ApiError =>
  new ApiError(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    409,
    {Condition: condition, Key: key},
  );

/** 304 with the validators that RFC 9110, 15.4.5 asks for; no body. */
export const notModified = (headers: Readonly<Record<string, string>>): ApiError =>
  new ApiError('NotModified', 'Not Modified', 304, {}, headers);

export const invalidRange = (requested: string, size: number): ApiError =>
  new ApiError(
    'InvalidRange',
    'The requested range is not satisfiable',
    416,
    {RangeRequested: requested, ActualObjectSize: String(size)},
    {'content-range': `bytes */${String(size)}`},
  );

export const invalidArgument = (message: string, name: string, value: unknown): ApiError =>
  bad('InvalidArgument', message, {
    ArgumentName: name,
    ArgumentValue: typeof value === 'string' || typeof value === 'number' ? String(value) : '',
  });

export const invalidRequest = (message: string): ApiError => bad('InvalidRequest', message);

export const invalidBucketName = (bucket: string): ApiError =>
  bad('InvalidBucketName', 'The specified bucket is not valid.', {BucketName: bucket});

export const keyTooLong = (size: number): ApiError =>
  bad('KeyTooLongError', 'Your key is too long', {Size: String(size), MaxSizeAllowed: '1024'});

export const metadataTooLarge = (size: number): ApiError =>
  bad('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
    Size: String(size),
    MaxSizeAllowed: '2048',
  });

export const malformedXml = (): ApiError =>
  bad(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const malformedPolicy = (message: string): ApiError => bad('MalformedPolicy', message);

export const invalidDigest = (value: string): ApiError =>
  bad('InvalidDigest', 'The Content-MD5 you specified was invalid.', {'Content-MD5': value});

export const badDigest = (what: string): ApiError =>
  bad('BadDigest', `The ${what} you specified did not match the calculated checksum.`);

export const badContentMd5 = (expected: string, calculated: string): ApiError =>
  bad('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    ExpectedDigest: expected,
    CalculatedDigest: calculated,
  });

export const entityTooLarge = (size: number, limit: number): ApiError =>
  bad('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: String(size),
    MaxSizeAllowed: String(limit),
  });

export const invalidPart = (part: number, etag: string): ApiError =>
  bad(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    {PartNumber: String(part), ETag: etag},
  );

export const invalidPartOrder = (): ApiError =>
  bad(
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
  );

export const entityTooSmall = (part: number, size: number, etag: string): ApiError =>
  bad('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    ETag: etag,
    MinSizeAllowed: '5242880',
    PartNumber: String(part),
    ProposedSize: String(size),
  });

export const invalidTag = (message: string): ApiError => bad('InvalidTag', message);

export const methodNotAllowed = (method: string, headers: Readonly<Record<string, string>>): ApiError =>
  new ApiError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
    {Method: method, ResourceType: 'DeleteMarker'},
    headers,
  );

export const notImplemented = (what: string): ApiError =>
  new ApiError(
    'NotImplemented',
    `${what} is not part of the embedded cloud. A header or query you provided implies functionality that is not implemented.`,
    501,
  );
