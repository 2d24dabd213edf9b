/**
 * README's first command: builds, starts the embedded cloud, deploys the example site, shows what the edge answers and
 * ends, leaving the cloud serving.
 */
import {execFileSync, spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join, relative, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import chalk from 'chalk';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = ['bin/run.js'];
const site = 'examples/coffee';
const config = ['--config', `${site}/frontctl.config.yaml`];

const say = (text = '') => process.stdout.write(`${text}\n`);
const heading = text => say(`\n${chalk.bold(text)}`);

function frontctl(args, show = true) {
  if (show) say(chalk.dim(`$ node bin/run.js ${args.join(' ')}`));
  const {status, stdout} = spawnSync(process.execPath, [...cli, ...args], {
    cwd: root,
    stdio: ['ignore', show ? 'inherit' : 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

heading('1. Build');
execFileSync(process.execPath, ['scripts/build.js'], {cwd: root, stdio: 'inherit'});
say('frontctl is in dist/.');

heading('2. Start the embedded cloud and deploy a site to it');
frontctl(['local', 'start', '--detach', '--data', '.frontctl/local']);
frontctl(['deploy', ...config, '--local']);

heading('3. Deploy again: nothing to do');
const again = JSON.parse(frontctl(['deploy', ...config, '--local', '--json'], false));
say(
  `${again.counts.uploaded} files uploaded, ${again.counts.unchanged} unchanged, ${again.invalidation === null ? 'nothing invalidated' : 'something invalidated'}.`,
);

heading('4. What the edge answers, asked twice');
const files = readdirSync(`${root}${site}/public`, {recursive: true, withFileTypes: true})
  .filter(entry => entry.isFile())
  .map(entry => relative(`${root}${site}/public`, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .sort();
const rows = [['URL', 'Cache-Control', 'first', 'second']];
for (const file of files) {
  const answers = [];
  for (let i = 0; i < 2; i++) {
    const response = await fetch(new URL(file, again.url));
    await response.arrayBuffer();
    answers.push(response);
  }
  const marks = answers.map(({headers}) => (headers.get('x-cache') ?? '').replace(' from cloudfront', ''));
  rows.push([`/${file}`, answers[0].headers.get('cache-control') ?? '', ...marks]);
}
const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)));
for (const row of rows)
  say(
    `  ${row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd()}`,
  );

heading('Now try');
say(`  Open                     ${chalk.cyan.underline(again.url)}`);
say(`  Edit a page              ${site}/public/index.html`);
say(`  See what would change    node bin/run.js deploy ${config.join(' ')} --local --dry-run`);
say(`  Deploy it                node bin/run.js deploy ${config.join(' ')} --local`);
say('                           (one file goes up, one path is invalidated)');
say('  Your own build           node bin/run.js deploy ./dist --local');
say('  Watch the requests       node bin/run.js local logs --follow');
say('  Stop the cloud           node bin/run.js local stop');
