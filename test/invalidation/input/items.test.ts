import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  checkHosts,
  parseItems,
  type InputContext,
  type ShellMachine,
} from '../../../src/invalidation/input/index.js';
import {Failure} from '../../../src/failure.js';

const domainName = 'd111111abcdef8.cloudfront.net';
const context: InputContext = {
  hosts: [domainName, 'www.example.com', '*.shop.example', 'example.com', 'münchen.example'],
  machine: undefined,
};
const parse = (...typed: string[]) => parseItems(typed, context);

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseItems', () => {
  it.each([
    ['/index.html', '/index.html'],
    ['a.html', '/a.html'],
    ['*', '/*'],
    ['/', '/'],
    ['/a b.html', '/a%20b.html'],
    ['/é/ü.html', '/%C3%A9/%C3%BC.html'],
    ['/caf%C3%A9.html', '/caf%C3%A9.html'],
    ['/100%.html', '/100%25.html'],
    ['/img/*', '/img/*'],
    ['/img/a*', '/img/a*'],
    ['/caf%C3%A9*', '/caf%C3%A9*'],
    ['/%E6%97%A5*', '/%E6%97%A5*'],
    ['/%20*', '/%20*'],
    ['/x.jpg?size=1', '/x.jpg?size=1'],
    ['/x.jpg?size=1*', '/x.jpg?size=1*'],
    ['/[slug]/a.html', '/%5Bslug%5D/a.html'],
    // In a path a `#` is part of a file's name.
    ['/c#/index.html', '/c%23/index.html'],
    ['#product-42', '#product-42'],
    // The parts of a signed URL are never part of what is cached.
    ['/v.mp4?Expires=1&Signature=x~y_&Key-Pair-Id=K1', '/v.mp4'],
    ['/v.mp4?q=1&Policy=abc&Hash-Algorithm=SHA256&r=2', '/v.mp4?q=1&r=2'],
    ['/v.mp4?expires=1', '/v.mp4?expires=1'],
    // Looks like a host, but none that the distribution is known by.
    ['other.example.com/a', '/other.example.com/a'],
    ['index.html/x', '/index.html/x'],
    ['a:b/c', '/a:b/c'],
  ])('%s -> %s', (typed, item) => {
    expect(parse(typed)).toEqual({items: [item], hosts: []});
  });

  it.each([
    ['https://www.example.com/a?x=1#frag', 'www.example.com', '/a?x=1'],
    ['HTTPS://WWW.Example.COM/A', 'www.example.com', '/A'],
    ['http://127.0.0.1:4511/a.html', '127.0.0.1', '/a.html'],
    ['https://[::1]:4511/a.html', '[::1]', '/a.html'],
    ['https://www.example.com', 'www.example.com', '/'],
    ['https://www.example.com?x=1', 'www.example.com', '/?x=1'],
    ['https://www.example.com#top', 'www.example.com', '/'],
    ['https://www.example.com./a', 'www.example.com', '/a'],
    ['https://me:secret@www.example.com/a', 'www.example.com', '/a'],
    ['https://www.example.com/*', 'www.example.com', '/*'],
    ['https://www.example.com//a.html', 'www.example.com', '//a.html'],
    // Not rewritten as `URL` would.
    ['https://www.example.com/a/../b', 'www.example.com', '/a/../b'],
    ['https://münchen.example/ä', 'xn--mnchen-3ya.example', '/%C3%A4'],
    ['https://www.example.com/v.mp4?Policy=a&Signature=b&Key-Pair-Id=c', 'www.example.com', '/v.mp4'],
    ['//www.example.com/a', 'www.example.com', '/a'],
    ['//cdn.other.example/a', 'cdn.other.example', '/a'],
    ['//www.example.com', 'www.example.com', '/'],
    ['www.example.com/a#x', 'www.example.com', '/a'],
    ['www.example.com:8443/a', 'www.example.com', '/a'],
    ['Example.com', 'example.com', '/'],
    ['one.shop.example/a', 'one.shop.example', '/a'],
    ['two.one.shop.example/a', 'two.one.shop.example', '/a'],
    [`${domainName}/a`, domainName, '/a'],
  ])('%s -> %s %s', (typed, host, item) => {
    expect(parse(typed)).toEqual({items: [item], hosts: [host]});
  });

  it('keeps the order and drops repeats, of tags without regard to case', () => {
    expect(parse('/b', 'a', '#Tag', 'https://example.com/b', '#tag', '/A', '//www.example.com/b')).toEqual({
      items: ['/b', '/a', '#Tag', '/A'],
      hosts: ['example.com', 'www.example.com'],
    });
  });

  it.each([
    ['/caf%C3*', /inside a percent-escape/, '"/caf*"'],
    ['/%E6%97*', /inside a percent-escape/, '"/*"'],
    ['/a%C3%A9%E6%97*', /inside a percent-escape/, '"/a%C3%A9*"'],
    ['/caf%C*', /inside a percent-escape/, '"/caf*"'],
    ['/caf%*', /inside a percent-escape/, '"/caf*"'],
    ['\\img\\a.png', /backslash/, '"/img/a.png"'],
    ['img\\a.png', /backslash/, '"/img/a.png"'],
    ['/img/\\*', /backslash/, '"/img/*"'],
    ['//index.html', /two slashes/, '"/index.html", or the whole URL if the key does begin with a slash.'],
    ['//img/a.png', /two slashes/, '"/img/a.png", or the whole URL if the key does begin with a slash.'],
    ['ftp://www.example.com/a', /no URL of a site/, 'Write https://HOST/PATH.'],
    ['s3://bucket/a', /no URL of a site/, 'Write https://HOST/PATH.'],
    ['https:///a', /names no host/, 'Write https://HOST/PATH, or only the path.'],
    ['', /is empty/, undefined],
    ['/*.html', /before its end/, "Only '/*' covers it, and that drops everything."],
    ['/a*/b', /before its end/, '`/a*`'],
    ['/~me/', /~/, "Only '/*' covers it, and that drops everything."],
    ['~me/x', /~/, "Only '/*' covers it, and that drops everything."],
    ['a/~me/x', /~/, '`a/*`'],
    ['/a%7Eb', /~/, '`/a*`'],
    ['#a,b', /cache tag/, undefined],
    ['#', /cache tag/, undefined],
  ])('refuses %s', (typed, message, hint) => {
    const failure = failureOf(() => parse(typed));
    expect(failure).toMatchObject({exit: 'usage', code: 'INVALID_PATH'});
    expect(failure.message).toMatch(message);
    if (hint !== undefined) expect(failure.hint).toBe(hint);
  });

  it('has something to do', () => {
    expect(failureOf(() => parse())).toMatchObject({exit: 'usage', code: 'NO_PATHS'});
  });

  it('shows neither credentials nor signatures, and not much of a long text', () => {
    const secret = failureOf(() => parse('s3://me:hunter2@www.example.com/a\\b?Signature=hunter2'));
    expect(secret.message + (secret.hint ?? '')).not.toContain('hunter2');
    const signed = failureOf(() => parse('\\a?Policy=hunter2'));
    expect(signed.message + (signed.hint ?? '')).not.toContain('hunter2');
    const long = 'x'.repeat(5000);
    for (const typed of ['\\' + long, long + '~', long + '*' + long, long, 'x://' + long, '#' + long]) {
      const {message, hint = ''} = failureOf(() => parse(typed));
      expect(message.length + hint.length).toBeLessThan(400);
    }
  });

  it('gives what CloudFront takes, or a failure, whatever is typed', () => {
    const piece = fc.constantFrom(
      '/',
      'a',
      '*',
      '%',
      'C3',
      'é',
      ' ',
      '?',
      '#',
      '\\',
      ':',
      '//',
      'https://',
      'example.com',
      '~',
      '&Policy=',
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 8}), pieces => {
        try {
          for (const item of parse(pieces.join('')).items) {
            if (item.startsWith('#')) continue;
            expect(item).toMatch(/^\/[\x21-\x7e]*$/);
            expect(item.slice(0, -1)).not.toContain('*');
            // Once more changes nothing: what was encoded stays. Two slashes would begin a host.
            if (!item.startsWith('//')) expect(parse(item).items).toEqual([item]);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
      {numRuns: 2000},
    );
  });
});

describe('what shells do', () => {
  const linuxRoot = ['/bin', '/boot', '/dev', '/etc', '/home', '/lib', '/tmp', '/usr', '/var'];
  const isRootEntry = (path: string) => linuxRoot.includes(path);
  const machine = (changes: Partial<ShellMachine> = {}): ShellMachine => ({
    isRootEntry,
    entriesHere: () => [],
    home: '/home/me',
    ...changes,
  });

  it.each([
    ['C:/Program Files/Git/index.html', '/index.html', "'index.html'"],
    ['C:/Program Files/Git/blog/a.html', '/blog/a.html', "'blog/a.html'"],
    ['C:\\Program Files\\Git\\blog\\a.html', '/blog/a.html', "'blog/a.html'"],
    ['C:/Program Files/Git/*', '/*', "'*'"],
    ['D:/msys64/img/*', '/img/*', "'img/*'"],
    ['C:/Users/me/scoop/apps/git/2.50.0/a.html', '/a.html', "'a.html'"],
    ['C:/Program Files/Git/docs/git/a.html', '/docs/git/a.html', "'docs/git/a.html'"],
    ['C:/Program Files/Git/', '/', 'MSYS_NO_PATHCONV=1'],
  ])('Git Bash made %s of %s', (typed, original, advice) => {
    const failure = failureOf(() => parse('/fine', typed));
    expect(failure).toMatchObject({exit: 'usage', code: 'SHELL_REWROTE_PATH'});
    expect(failure.message).toContain(`The shell turned "${original}" into`);
    expect(failure.hint).toContain(advice);
    expect(failure.hint).toContain('MSYS_NO_PATHCONV=1');
  });

  it.each(['C:\\site\\index.html', 'c:/index.html'])('%s is a path of Windows', typed => {
    const failure = failureOf(() => parse(typed));
    expect(failure).toMatchObject({exit: 'usage', code: 'SHELL_REWROTE_PATH'});
    expect(failure.message).toContain('is a path of Windows');
  });

  it('an unquoted /* is told', () => {
    const failure = failureOf(() => parseItems(linuxRoot, {...context, machine: machine()}));
    expect(failure).toMatchObject({exit: 'usage', code: 'SHELL_EXPANDED', hint: "Quote it: '/*'."});
    expect(failure.message).toBe(
      'The shell turned an unquoted /* into 9 names of this machine ("/bin", "/boot", "/dev", ...).',
    );
  });

  it('an unquoted /* in Git Bash is told, where quotes alone do not help', () => {
    const typed = ['bin', 'cmd', 'dev', 'etc', 'mingw64', 'tmp', 'usr'].map(
      name => `C:/Program Files/Git/${name}`,
    );
    expect(failureOf(() => parse(...typed))).toMatchObject({
      code: 'SHELL_EXPANDED',
      hint: "Quote it and leave out the slash: '*'.",
    });
  });

  it.each([
    ['names that are not there', ['/bin', '/etc', '/usr', '/var2', '/opt'], machine()],
    ['few names', ['/bin', '/etc', '/usr'], machine()],
    ['pages that happen to exist', ['/a', '/b', '/c', '/d'], machine({isRootEntry: () => true})],
    ['a list that no shell touched', linuxRoot, undefined],
  ])('%s are paths', (_, typed, there) => {
    expect(parseItems(typed, {...context, machine: there}).items).toEqual(typed);
  });

  const here = (files: readonly string[], folders: readonly string[]): ShellMachine =>
    machine({
      entriesHere: () => [
        ...files.map(name => ({name, isFolder: false})),
        ...folders.map(name => ({name, isFolder: true})),
      ],
    });

  it.each([
    [['README.md', 'dist', 'package.json']],
    [['README.md', 'dist', 'package.json', '/index.html']],
    [['.git', 'README.md', 'dist', 'package.json']],
  ])('an unquoted * is told: %j', typed => {
    const there = here(['README.md', 'package.json'], ['.git', 'dist']);
    expect(failureOf(() => parseItems(typed, {...context, machine: there}))).toMatchObject({
      exit: 'usage',
      code: 'SHELL_EXPANDED',
      message: expect.stringMatching(/unquoted \* into \d names of this folder \("/) as string,
      hint: "Quote it: '*'.",
    });
  });

  it.each([
    ['pages whose folders are here, but not all of them', here(['a.js'], ['about', 'blog', 'faq'])],
    ['files alone', here(['about', 'blog', 'faq'], [])],
    ['names that are not here', here([], ['src', 'dist', 'test'])],
  ])('%s are paths', (_, there) => {
    const typed = ['about', 'blog', 'faq'];
    expect(parseItems(typed, {...context, machine: there}).items).toEqual(['/about', '/blog', '/faq']);
  });

  it.each([
    ['/home/me', '/home/me/img/a.png', '~/img/a.png', "'/img/a.png'"],
    ['/Users/me', '/Users/me', '~', "'/'"],
    ['/root', '/root/a', '~/a', "'/a'"],
  ])('an unquoted ~ of %s is told: %s', (home, typed, tilde, advice) => {
    const failure = failureOf(() => parseItems([typed], {...context, machine: machine({home})}));
    expect(failure).toMatchObject({exit: 'usage', code: 'SHELL_EXPANDED'});
    expect(failure.message).toBe(`The shell turned ${tilde} into "${typed}".`);
    expect(failure.hint).toContain(advice);
  });

  it.each([
    ['/home/me', '/home/mean/a'],
    ['/app', '/app/a.js'],
    ['/', '/a'],
  ])('with the home %s, %s is a path', (home, typed) => {
    expect(parseItems([typed], {...context, machine: machine({home})}).items).toEqual([typed]);
  });
});

describe('checkHosts', () => {
  const served = {domainName, aliases: ['www.example.com', '*.shop.example']};

  it('lets through what the distribution serves', () => {
    expect(() => {
      checkHosts([domainName, 'www.example.com', 'a.shop.example'], served);
    }).not.toThrow();
    expect(() => {
      checkHosts([], served);
    }).not.toThrow();
  });

  it.each(['example.com', 'shop.example', 'xshop.example', 'www.example.com.evil.test'])(
    'refuses %s',
    host => {
      const failure = failureOf(() => {
        checkHosts(['www.example.com', host], served);
      });
      expect(failure).toMatchObject({exit: 'usage', code: 'HOST_NOT_SERVED'});
      expect(failure.message).toBe(
        `${host} is not served by this distribution, which serves ${domainName}, www.example.com, *.shop.example.`,
      );
    },
  );
});
