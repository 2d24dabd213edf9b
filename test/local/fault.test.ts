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
