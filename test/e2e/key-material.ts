/**
 * What every run of the binary in any suite has said is kept until all suites are over, and then searched, in one place,
 * for every line of every private key that a suite has had (test/global-setup.ts). The state and the logs of embedded
 * clouds are searched before they are deleted.
 */
import {appendFileSync, existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';

/** Names the folder of what is kept; set by the global setup. */
export const keptIn = 'FRONTCTL_KEPT_OUTPUT';

export interface Said {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}

/** Lines of a key's Base64 that nothing but the key has. */
export const privateLines = (text: string): readonly string[] =>
  [...text.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n([^-]*)/g)].flatMap(([, body = '']) =>
    body.split(/\r?\n/).filter(line => line.length >= 16 && !line.includes(':')),
  );

/** A private key of anybody's, also one that no suite knows: its PEM, on lines or on one. */
const anyKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\n)*[A-Za-z0-9+/]{20}/;

export function holdsKey(text: string, secrets: readonly string[]): boolean {
  return anyKey.test(text) || holdsLine(text, secrets);
}

/** By the end of each line: the first begins alike in all keys of a type. */
function holdsLine(text: string, secrets: readonly string[]): boolean {
  return secrets.some(secret => text.includes(secret.slice(-24)));
}

function keep(file: string, value: object): void {
  const folder = process.env[keptIn];
  if (folder !== undefined)
    appendFileSync(join(folder, `${file}.${process.pid}`), `${JSON.stringify(value)}\n`);
}

export function keepSaid({args, stdout, stderr}: Said): void {
  keep('said', {args: args.slice(0, 2), stdout, stderr});
}

/** Searches what an embedded cloud leaves of a project that has private keys, and keeps their lines. Throws on a find. */
export function searchState(project: string): void {
  const keys = readdirSync(project, {withFileTypes: true})
    .filter(entry => entry.isFile() && statSync(join(project, entry.name)).size < 65_536)
    .map(({name}) => readFileSync(join(project, name), 'latin1'));
  const secrets = keys.flatMap(privateLines);
  const state = join(project, '.frontctl');
  if (secrets.length === 0) return;
  const files = !existsSync(state)
    ? []
    : readdirSync(state, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile());
  // Not `holdsKey`: the cloud's own certificate has a key as well, which lies there rightly.
  const found = files.filter(({parentPath, name}) =>
    holdsLine(readFileSync(join(parentPath, name), 'latin1'), secrets),
  );
  if (found.length > 0) throw new Error(`A private key is in ${found.map(({name}) => name).join(', ')}.`);
  keep('state', {secrets, files: files.length});
}

export interface Search {
  readonly runs: number;
  readonly characters: number;
  readonly stateFiles: number;
  readonly keyLines: number;
  /** Commands that told of a key. */
  readonly found: readonly string[];
}

/** Over all that the suites have kept. */
export function searchKept(folder: string): Search {
  const read = <T>(kind: string): T[] =>
    readdirSync(folder)
      .filter(name => name.startsWith(`${kind}.`))
      .flatMap(name => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
      .map(line => JSON.parse(line) as T);
  const said = read<Said>('said');
  const states = read<{readonly secrets: readonly string[]; readonly files: number}>('state');
  const secrets = [...new Set(states.flatMap(state => state.secrets))];
  return {
    runs: said.length,
    characters: said.reduce((sum, {stdout, stderr}) => sum + stdout.length + stderr.length, 0),
    stateFiles: states.reduce((sum, {files}) => sum + files, 0),
    keyLines: secrets.length,
    found: said
      .filter(({stdout, stderr}) => holdsKey(stdout, secrets) || holdsKey(stderr, secrets))
      .map(({args}) => args.join(' ')),
  };
}
