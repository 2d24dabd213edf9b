import {Errors} from '@oclif/core';
import {describe, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import {asFailure, errorReport, errorText, isDebugging} from '../../src/terminal/report.js';

describe('errors', () => {
  it('keeps a Failure as it is', () => {
    const failure = new Failure('conflict', 'LOCKED', 'Somebody deploys.', {hint: 'Wait.'});
    expect(asFailure(failure)).toBe(failure);
    expect(errorReport(failure)).toEqual({
      error: {code: 'LOCKED', message: 'Somebody deploys.', hint: 'Wait.', exit: 4},
    });
  });

  it('turns a usage error of oclif into exit 2 on one line', () => {
    const failure = asFailure(
      new Errors.CLIError('Nonexistent flag: --foo\nSee more help with --help', {exit: 2}),
    );
    expect(failure).toMatchObject({code: 'USAGE', exitCode: 2, message: 'Nonexistent flag: --foo'});
    expect(failure.hint).toContain('--help');
  });

  it.each([
    [
      'Parsing --timeout \n\t--timeout 5x is not a duration.\nSee more help with --help',
      '--timeout 5x is not a duration.',
    ],
    [
      'Parsing --concurrency \n\tExpected an integer but received: x\nSee more help with --help',
      '--concurrency: Expected an integer but received: x',
    ],
    [
      'The following error occurred:\n  \u001B[2m--local=true cannot also be provided when using --endpoint-url\u001B[22m\nSee more help with --help',
      '\u001B[2m--local=true cannot also be provided when using --endpoint-url\u001B[22m',
    ],
    [
      'Missing 1 required arg:\npath  Path such as /index.html. May be\n      repeated.\nSee more help with --help',
      'Missing argument: path.',
    ],
  ])('drops the headings and the layout of oclif: %j', (message, sentence) => {
    expect(asFailure(new Errors.CLIError(message, {exit: 2}))).toMatchObject({
      message: sentence,
      hint: expect.stringContaining('--help') as string,
    });
  });

  it('takes an abort that nobody translated for what it is: Ctrl-C', () => {
    const controller = new AbortController();
    controller.abort();
    expect(asFailure(controller.signal.reason)).toMatchObject({code: 'INTERRUPTED', exitCode: 130});
  });

  it.each([[new Error('boom')], ['boom']])('calls anything else unexpected: %s', thrown => {
    expect(asFailure(thrown)).toMatchObject({code: 'UNEXPECTED', exitCode: 1, message: 'boom'});
  });

  it('prints a command at the end of a long hint on a line of its own', () => {
    const wait = 'frontctl invalidation wait I2J0I21PCUYOIK --distribution E2QWRUHAPOMQZL';
    const text = (hint: string): string =>
      errorText(new Failure('unfinished', 'X', 'It goes on.', {hint}), false);
    expect(text(`Go on waiting: ${wait}`)).toBe(`Error: It goes on.\nTry: Go on waiting:\n  ${wait}\n`);
    expect(text('Make one: frontctl deploy DIR')).toContain('Try: Make one: frontctl deploy DIR\n');
  });

  it('calls it no error when somebody said no', () => {
    expect(errorText(new Failure('interrupted', 'INTERRUPTED', 'Nothing was sent.'), false)).toBe(
      'Nothing was sent.\n',
    );
    const stopped = new Failure('interrupted', 'INTERRUPTED', 'Stopped.', {hint: 'Run it again.'});
    expect(errorText(stopped, false)).toBe('Error: Stopped.\nTry: Run it again.\n');
  });

  it('prints a sentence and what to try, and a stack only when debugging', () => {
    const failure = new Failure('usage', 'X', 'It is wrong.', {hint: 'Do this.', cause: new Error('deep')});
    expect(errorText(failure, false)).toBe('Error: It is wrong.\nTry: Do this.\n');
    expect(errorText(failure, true)).toMatch(/report\.test\.ts[\s\S]*caused by: Error: deep/);
  });

  it.each([
    ['frontctl', true],
    ['oclif,frontctl', true],
    ['*', true],
    ['oclif', false],
    ['', false],
  ])('DEBUG=%s -> %s', (DEBUG, expected) => {
    expect(isDebugging({DEBUG})).toBe(expected);
  });
});
