import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Command} from '@oclif/core';
import {afterAll, describe, expect, it} from 'vitest';
import {completionScript, shells, type Program} from '../../src/terminal/completion.js';
import {hasTool} from '../e2e/tools.js';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const manifest = read('oclif.manifest.json') as {commands: Record<string, Command.Cached>};
const {oclif} = read('package.json') as {oclif: {topics: Record<string, {description: string}>}};
const frontctl: Program = {
  bin: 'frontctl',
  topics: Object.entries(oclif.topics).map(([name, topic]) => ({name, ...topic})),
  commands: Object.values(manifest.commands),
};

const option = (name: string, rest: object = {}) => ({name, type: 'option' as const, ...rest});
const command = (id: string, rest: Partial<Program['commands'][number]> = {}) => ({
  id,
  hidden: false,
  args: {},
  flags: {},
  ...rest,
});
/** What frontctl's own commands do not have (yet): fixed values, a command that is a topic too, hidden things. */
const made: Program = {
  bin: 'made',
  topics: [
    {name: 'log', description: "What's said [here]: all.\nMore."},
    {name: 'secret', hidden: true},
  ],
  commands: [
    command('log', {args: {file: {name: 'file'}}}),
    command('log:tail', {
      summary: String.raw`It's a \ tail`,
      args: {level: {name: 'level', options: ['info', 'warn']}},
      flags: {
        format: option('format', {char: 'f', options: ['json', 'text'], summary: 'How: [json] or text.'}),
        where: option('where', {hidden: true}),
        tag: option('tag', {multiple: true}),
        wait: {name: 'wait', type: 'boolean', allowNo: true, char: 'w'},
      },
    }),
    command('secret:door'),
    command('ghost', {hidden: true}),
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'frontctl-completion-'));
afterAll(() => {
  rmSync(folder, {recursive: true, force: true});
});
mkdirSync(join(folder, 'dist'));
writeFileSync(join(folder, 'digest.txt'), '');

const has = (shell: string, code: string) => hasTool(shell, ['-c', code], `completion in ${shell}`);

// The last word is the one under the cursor. `files` stands for bash's own file names, which come when nothing matches.
const driver = `
offered=files
compopt() { [[ $* != *+o*default* ]] || offered=; }
COMP_WORDS=("$0" "$@") COMP_CWORD=$#
"_$0"
printf '%s\\n' "\${COMPREPLY[@]}" $offered
`;

function inBash(program: Program, words: readonly string[]): string {
  const code = `${completionScript('bash', program)}${driver}`;
  const {stdout, stderr} = spawnSync('bash', ['--norc', '-c', code, program.bin, ...words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean).join(' ');
}

describe.runIf(has('bash', 'compgen -W a'))('in bash', () => {
  it.each<[string[], string]>([
    [
      [''],
      'apply bucket cert completion deploy destroy distribution dns error-page geo invalidate invalidation key local maintenance oac origin permissions plan sign',
    ],
    [['de'], 'deploy destroy'],
    [['di'], 'distribution'],
    [['xy'], ''],
    [['--'], '--help --version'],
    [['deploy', 'di'], 'files'],
    [['deploy', ''], 'files'],
    [['deploy', './dist', '--dr'], '--dry-run'],
    [['deploy', '--no-'], '--no-color --no-wait --no-prune --no-source-maps'],
    [['deploy', '--config', 'di'], 'files'],
    [['deploy', '-c', 'di'], 'files'],
    [['deploy', '--config', '=', 'di'], 'files'],
    [['deploy', '--config', '='], 'files'],
    [['deploy', '--', '--dr'], 'files'],
    [['deploy', 'local', 'st'], 'files'],
    [['local', ''], 'logs reset start status stop'],
    [['local', 'st'], 'start status stop'],
    [['local', '--data', 'st'], ''],
    [['local', 'start', '--data', 'lo'], 'files'],
    [['local', 'start', '--de'], '--detach --deploy-delay'],
    [['local', 'status', ''], ''],
    [['completion', ''], 'bash zsh fish'],
    [['completion', '--'], '--help'],
    [['nope', ''], ''],
  ])('frontctl %j', (words, offered) => {
    expect(inBash(frontctl, words)).toBe(offered);
  });

  it.each<[string[], string]>([
    [[''], 'log'],
    [['log', ''], 'tail files'],
    [['log', 'tail', ''], 'info warn'],
    [['log', 'tail', '-'], '--format -f --tag --wait -w --no-wait --help'],
    [['log', 'tail', '--format', ''], 'json text'],
    [['log', 'tail', '-f', 't'], 'text'],
    [['log', 'tail', '--format', '=', 'j'], 'json'],
    [['log', 'tail', '--', '-f', ''], 'info warn'],
  ])('made %j', (words, offered) => {
    expect(inBash(made, words)).toBe(offered);
  });
});

describe.runIf(has('fish', 'complete -C "true "'))('in fish', () => {
  it.each<[string, string]>([
    ['made ', "log|What's said [here]: all."],
    ['made log t', String.raw`tail|It's a \ tail`],
    ['made log tail --n', '--no-wait|The opposite of --wait.'],
    ['made log tail -f j', 'json|How: [json] or text.'],
    ['made log tail --format ', 'json|How: [json] or text. text|How: [json] or text.'],
    ['made log tail i', 'info'],
    ['made log tail --tag di', 'digest.txt dist/'],
    ['made log tail t', ''],
    ['made gho', ''],
    ['made secret do', ''],
  ])('%s', (line, offered) => {
    const code = `${completionScript('fish', made)}\ncomplete -C '${line}'`;
    const {stdout} = spawnSync('fish', ['--no-config', '-c', code], {cwd: folder, encoding: 'utf8'});
    expect(stdout.trim().replaceAll('\t', '|').split('\n').join(' ')).toBe(offered);
  });
});

describe('every script', () => {
  it.each(shells.filter(shell => has(shell, 'true')))('%s accepts its own', shell => {
    for (const program of [frontctl, made]) {
      const file = join(folder, `${program.bin}.${shell}`);
      writeFileSync(file, completionScript(shell, program));
      const {status, stderr} = spawnSync(shell, ['-n', file], {encoding: 'utf8'});
      expect({status, stderr}).toEqual({status: 0, stderr: ''});
    }
  });

  it.each(shells)('%s: nothing hidden, and every visible flag', shell => {
    const script = completionScript(shell, made);
    expect(script).not.toMatch(/ghost|secret|where/);
    for (const flag of ['format', 'tag', 'wait', 'no-wait', 'help', 'version'])
      expect(script).toContain(flag);
  });

  it('zsh: describes, escapes and repeats', () => {
    const script = completionScript('zsh', made);
    expect(script).toContain(String.raw`next=('tail:It'\''s a \ tail')`);
    expect(script).toContain(
      String.raw`'(--format -f)--format=[How\: \[json\] or text.]:--format -f:(json text)'`,
    );
    expect(script).toContain(String.raw`'(--format -f)-f+[How\: \[json\] or text.]:--format -f:(json text)'`);
    expect(script).toContain(String.raw`'*--tag=[]:--tag:_files'`);
    expect(script).toContain(String.raw`'*:argument:(info warn)'`);
  });
});

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['bin/run.js', 'completion', ...args], {encoding: 'utf8'});

  it.each(shells)('prints the script for %s', shell => {
    expect(run(shell)).toMatchObject({status: 0, stderr: '', stdout: completionScript(shell, frontctl)});
  });

  it.each([[[]], [['tcsh']]])('names the shells when it is given %j', args => {
    const {status, stdout, stderr} = run(...args);
    expect({status, stdout}).toEqual({status: 2, stdout: ''});
    expect(stderr).toMatch(/^Error: .*bash.*zsh.*fish/);
  });
});
