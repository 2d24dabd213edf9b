import {describe, expect, it} from 'vitest';
import {commandFlags, createAws} from '../../src/aws/client.js';

describe('commandFlags', () => {
  it.each([
    [{}, ''],
    [{local: {endpoint: 'http://127.0.0.1:4510'}, profile: 'work'}, ' --local'],
    [{profile: 'work'}, ' --profile work'],
    [
      {profile: 'work', endpointUrl: 'http://127.0.0.1:5000'},
      ' --profile work --endpoint-url http://127.0.0.1:5000',
    ],
    [{endpointUrl: 'http://me:secret@127.0.0.1:5000'}, ''],
  ])('%j -> %j', (options, flags) => {
    expect(commandFlags(options)).toBe(flags);
    expect(createAws({...options, env: {}}).commandFlags).toBe(flags);
  });
});
