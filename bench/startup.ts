import {frontctl} from './clients.js';
import {measure, median} from './process.js';
import {ratio} from './table.js';

export const startupHead = ['start-up', 'median ms', 'to node -e 0'];

/** `node -e 0` and two commands in turn; wall clock of whole processes. */
export async function startup(rounds: number, scratch: string): Promise<string[][]> {
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ['node -e 0', [process.execPath, '-e', '0']],
    ['frontctl --version', [...frontctl, '--version']],
    ['frontctl deploy --help', [...frontctl, 'deploy', '--help']],
  ];
  const times = new Map<string, number[]>();
  const options = {cwd: scratch, env: {PATH: process.env['PATH'], HOME: scratch}, scratch};
  // The first run of each fills the file cache, and frontctl's own code cache where it has one.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of commands) {
      const {seconds} = await measure(command, options);
      if (round > 0) times.set(name, [...(times.get(name) ?? []), seconds * 1000]);
    }
  }
  const bare = median(times.get('node -e 0') ?? []);
  return commands.map(([name]) => {
    const ms = median(times.get(name) ?? []);
    return [name, ms.toFixed(0), name.startsWith('node') ? '' : ratio(ms, bare, 3)];
  });
}
