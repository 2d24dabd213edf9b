import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {afterAll, describe, expect, it} from 'vitest';
import {adoptedConfig} from '../../../src/distribution/index.js';
import {awsIds, corpus, everyday, oddities} from '../../distribution/corpus/index.js';
import {changesOf, written} from './written.js';

const id = 'E2QWRUHAPOMQZL';
const adopted = (live: DistributionConfig) => adoptedConfig({id, live, tags: {}, names: new Map()});

describe('adopt', () => {
  let empty = 0;
  afterAll(() => {
    console.log(`adopt: ${empty} of ${corpus.length} configs plan empty`);
  });

  it('has at least thirty differing shapes', () => {
    const texts = new Set(corpus.map(({config}) => JSON.stringify(config(awsIds))));
    expect(texts.size).toBe(corpus.length);
    expect(everyday.length).toBeGreaterThanOrEqual(30);
  });

  it.each(corpus.map(shape => [shape.name, shape] as const))('%s', async (_name, shape) => {
    const live = shape.config(awsIds);
    const config = adopted(live);
    for (const format of ['yaml', 'json', 'ts'] as const) {
      const read = await written(config, format);
      expect(changesOf(read.config, live, id)).toEqual([]);
    }
    empty++;
  });

  it.each(everyday.map(shape => [shape.name, shape] as const))('needs no raw for %s', (_name, shape) => {
    const {distribution} = adopted(shape.config(awsIds)).config;
    expect(Object.values(distribution?.raw ?? {}).filter((value: unknown) => value !== null)).toEqual([]);
    const parts = [
      distribution?.defaultCacheBehavior,
      ...(distribution?.origins ?? []),
      ...(distribution?.cacheBehaviors ?? []),
    ];
    expect(parts.filter(part => part?.raw !== undefined)).toEqual([]);
  });

  it.each(oddities.map(shape => [shape.name, shape] as const))('says in raw: %s', (_name, shape) => {
    expect(JSON.stringify(adopted(shape.config(awsIds)).config)).toContain('"raw":{"');
  });
});
