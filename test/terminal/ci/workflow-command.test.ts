import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Failure} from '../../../src/failure.js';
import {annotation, isGitHub} from '../../../src/terminal/ci/workflow-command.js';
import {warningLine} from '../../../src/terminal/progress-text.js';
import {errorText} from '../../../src/terminal/report.js';

describe('annotations of GitHub Actions', () => {
  it.each([
    ['No bucket is named.', undefined, '::error::No bucket is named.'],
    ['No bucket is named.', 'NO_BUCKET', '::error title=NO_BUCKET::No bucket is named.'],
    ['100 % of it', undefined, '::error::100 %25 of it'],
    ['one\r\ntwo', undefined, '::error::one%0D%0Atwo'],
    ['a file %0A::set-output', undefined, '::error::a file %250A::set-output'],
    ['a, b: c', 'a, b: c\n', '::error title=a%2C b%3A c%0A::a, b: c'],
    ['\u001B[2m--foo\u001B[22m', undefined, '::error::--foo'],
  ])('%j, title %j', (message, title, line) => {
    expect(annotation('error', message, title)).toBe(line);
  });

  it('stay on their line, and are read back as they were', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary-ascii'}), fc.string(), (message, title) => {
        // Colours are taken out.
        fc.pre(![message, title].some(text => text.includes('\u001B') || text.includes('\u009B')));
        const line = annotation('warning', message, title);
        expect(line).not.toMatch(/[\r\n]/);
        expect(readAsRunner(line)).toEqual({level: 'warning', title, message});
      }),
    );
  });
});

/** As the runner's ActionCommand.cs reads it: the second :: ends the properties, a comma each of them, % comes last. */
function readAsRunner(line: string): {level: string; title: string; message: string} {
  const end = line.indexOf('::', 2);
  const info = line.slice(2, end);
  const space = info.indexOf(' ');
  const data = (text: string): string =>
    text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const property = info
    .slice(space + 1)
    .split(',')[0]!
    .slice('title='.length);
  return {
    level: info.slice(0, space),
    title: data(property.replaceAll('%3A', ':').replaceAll('%2C', ',')),
    message: data(line.slice(end + 2)),
  };
}

describe('what is told on stderr', () => {
  const github = {GITHUB_ACTIONS: 'true'};
  const failure = new Failure('usage', 'NO_BUCKET', 'No bucket is named.', {hint: 'Name it with --bucket.'});

  it('is an annotation in GitHub Actions alone', () => {
    expect(errorText(failure, false, {})).toBe('Error: No bucket is named.\nTry: Name it with --bucket.\n');
    expect(errorText(failure, false, github)).toBe(
      '::error title=NO_BUCKET::No bucket is named.%0ATry: Name it with --bucket.\n',
    );
    expect(warningLine('Odd.', {})).toBe('Warning: Odd.');
    expect(warningLine('Odd.', github)).toBe('::warning::Odd.');
  });

  it('is none where somebody answered no', () => {
    const stopped = new Failure('interrupted', 'INTERRUPTED', 'Nothing was sent.');
    expect(errorText(stopped, false, github)).toBe('Nothing was sent.\n');
  });

  it.each([
    [{}, false],
    [{GITHUB_ACTIONS: ''}, false],
    [{GITHUB_ACTIONS: 'false'}, false],
    [github, true],
  ])('%j: %s', (env, expected) => {
    expect(isGitHub(env)).toBe(expected);
  });
});
