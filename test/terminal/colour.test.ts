import {describe, expect, it} from 'vitest';
import {honourNoColor} from '../../src/terminal/colour.js';

describe('NO_COLOR', () => {
  it.each([
    [{NO_COLOR: '1'}, 0],
    [{NO_COLOR: ''}, 3],
    [{}, 3],
    [{NO_COLOR: '1', FORCE_COLOR: '1'}, 3],
  ])('%j on a stream that takes colour -> level %i', (env, level) => {
    const pens = [{level: 3}, {level: 3}];
    honourNoColor(env, pens);
    expect(pens).toEqual([{level}, {level}]);
  });
});
