import {describe, expect, it} from 'vitest';
import {injectFaults, parseFault} from '../../src/local/fault.js';
import {ConnectionReset} from '../../src/local/wire/index.js';

describe('parseFault', () => {
  it.each([
    [
      'PutObject:503:0.05',
      {operation: 'PutObject', effect: {kind: 'status', status: 503}, probability: 0.05},
    ],
    ['*:reset:1', {operation: '*', effect: {kind: 'reset'}, probability: 1}],
    ['GetObject:25ms:0.5', {operation: 'GetObject', effect: {kind: 'latency', ms: 25}, probability: 0.5}],
    [
      'GetInvalidation:AccessDenied:1',
      {operation: 'GetInvalidation', effect: {kind: 'error', code: 'AccessDenied'}, probability: 1},
    ],
    [
      'CreateInvalidation:TooManyInvalidationsInProgress',
      {
        operation: 'CreateInvalidation',
        effect: {kind: 'error', code: 'TooManyInvalidationsInProgress'},
        probability: 1,
      },
    ],
    ['*:1.5s', {operation: '*', effect: {kind: 'latency', ms: 1500}, probability: 1}],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each([
    ['PutObject', 'not two or three parts'],
    ['PutObject:503:0.5:1', 'not two or three parts'],
    ['put-object:503:1', 'operation name'],
    ['PutObjekt:503:1', 'PutObjekt, which is no operation'],
    ['PutObject:200:1', '"200"'],
    ['PutObject:soon:1', '"soon"'],
    ['PutObject:503:1.5', '"1.5"'],
    ['GetInvalidation:AccesDenied:1', 'AccesDenied, which is no error that GetInvalidation can answer'],
    ['PutObject:NoSuchDistribution:1', 'NoSuchDistribution, which is no error that PutObject can answer'],
    ['PutObject:503:', '""'],
    ['PutObject:503:often', '"often"'],
  ])('refuses %s', (text, part) => {
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({code: 'BAD_FAULT', exit: 'usage'}) as Error,
    );
    expect(() => parseFault(text)).toThrow(part);
  });
});

describe('injectFaults', () => {
  const dice =
    (...values: number[]) =>
    (): number =>
      values.shift() ?? 1;

  it('throws the status of AWS on the share of calls that the dice say', async () => {
    const inject = injectFaults([parseFault('PutObject:503:0.5')], dice(0.49, 0.5));
    await expect(inject('s3', 'PutObject')).rejects.toMatchObject({code: 'SlowDown', status: 503});
    expect(inject('s3', 'PutObject')).toBeUndefined();
    expect(inject('s3', 'GetObject')).toBeUndefined();
  });

  it.each([
    ['cloudfront', 'GetInvalidation:AccessDenied', 403],
    ['cloudfront', 'CreateInvalidation:Throttling', 400],
    ['cloudfront', 'CreateInvalidation:BatchTooLarge', 413],
    ['s3', 'PutObject:SlowDown', 503],
    ['s3', 'HeadObject:NotFound', 404],
    ['acm', 'DescribeCertificate:ResourceNotFoundException', 400],
    // An error of another service, where the fault is for every operation.
    ['s3', '*:NoSuchDistribution', 400],
  ] as const)('answers as %s does: %s with status %i', async (service, text, status) => {
    const fault = parseFault(text);
    const operation = fault.operation === '*' ? 'GetObject' : fault.operation;
    const [, code] = text.split(':');
    await expect(injectFaults([fault], dice(0))(service, operation)).rejects.toMatchObject({code, status});
  });

  it('adds up latencies before it cuts the connection', async () => {
    const waited: number[] = [];
    const inject = injectFaults(['*:5ms', '*:reset', 'GetObject:7ms'].map(parseFault), dice(0, 0, 0), ms => {
      waited.push(ms);
      return Promise.resolve();
    });
    await expect(inject('s3', 'GetObject')).rejects.toBeInstanceOf(ConnectionReset);
    expect(waited).toEqual([5, 7]);
  });
});
