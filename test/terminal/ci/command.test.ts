import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Flags} from '@oclif/core';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {Failure} from '../../../src/failure.js';
import type {Outputs} from '../../../src/terminal/ci/job.js';
import {FrontctlCommand} from '../../../src/terminal/command.js';

const failure = new Failure('unfinished', 'WAIT_TIMEOUT', 'It is still InProgress.', {hint: 'Wait.'});

interface Result {
  readonly n: number;
}

/** A command whose work ends as its flag says. */
class Work extends FrontctlCommand<Result> {
  static override flags = {
    end: Flags.option({options: ['well', 'late', 'badly'] as const})({default: 'well'}),
  };

  protected override readonly jobTitle: string | undefined = 'Work';

  protected override async execute(): Promise<Result> {
    const {flags} = await this.parse(Work);
    if (flags.end === 'badly') throw failure;
    if (flags.end === 'late') this.endWith(failure);
    return {n: 1};
  }

  protected override text({n}: Result): string {
    return `n is ${n}`;
  }

  protected override summary({n}: Result): string {
    return `### Worked: ${n}`;
  }

  protected override outputs({n}: Result): Outputs {
    return {n: String(n)};
  }
}

class Untitled extends Work {
  protected override readonly jobTitle = undefined;
}

const failed =
  '### Work unfinished\n\n**Error:** It is still InProgress.\n\n**Try:** Wait.\n\n`WAIT_TIMEOUT`, exit code 5';
const annotated = '::error title=WAIT_TIMEOUT::It is still InProgress.%0ATry: Wait.\n';

describe('what a command leaves to its job', () => {
  let dir: string;
  let said: {stdout: string; stderr: string};

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'frontctl-job-'));
    said = {stdout: '', stderr: ''};
    for (const name of ['stdout', 'stderr'] as const) {
      vi.spyOn(process[name], 'write').mockImplementation(text => {
        said[name] += String(text);
        return true;
      });
    }
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    vi.stubEnv('GITHUB_STEP_SUMMARY', join(dir, 'summary'));
    vi.stubEnv('GITHUB_OUTPUT', join(dir, 'outputs'));
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(dir, {recursive: true});
    process.exitCode = undefined;
  });

  /** The exit code. */
  const run = async (argv: readonly string[], command: typeof Work = Work): Promise<number> => {
    try {
      await command.run([...argv], import.meta.url);
      return Number(process.exitCode ?? 0);
    } catch (error) {
      return (error as {exitCode: number}).exitCode;
    }
  };
  const summary = (): string => readFileSync(join(dir, 'summary'), 'utf8');

  it('is its summary and its outputs', async () => {
    expect(await run([])).toBe(0);
    expect(summary()).toBe('### Worked: 1\n\n');
    expect(readFileSync(join(dir, 'outputs'), 'utf8')).toMatch(/^n<<(\S+)\n1\n\1\n$/);
    expect(said).toEqual({stdout: 'n is 1\n', stderr: ''});
  });

  it('is the failure with the result where there was one', async () => {
    expect(await run(['--end', 'late', '--json'])).toBe(5);
    expect(summary()).toBe(`### Worked: 1\n\n${failed}\n\n`);
    expect(JSON.parse(said.stdout)).toEqual({n: 1});
    expect(said.stderr).toBe(annotated);
  });

  it('is the failure alone where there is nothing else', async () => {
    expect(await run(['--end', 'badly', '--json'])).toBe(5);
    expect(summary()).toBe(`${failed}\n\n`);
    expect(JSON.parse(said.stdout)).toMatchObject({error: {code: 'WAIT_TIMEOUT'}});
    expect(said.stderr).toBe(annotated);
  });

  it('is what was wrong with its flags', async () => {
    expect(await run(['--nonsense'])).toBe(2);
    expect(summary()).toContain('**Error:** Nonexistent flag: --nonsense');
  });

  it('is nothing for a command without a title, or where no file is named', async () => {
    expect(await run([], Untitled)).toBe(0);
    vi.stubEnv('GITHUB_STEP_SUMMARY', '');
    vi.stubEnv('GITHUB_OUTPUT', '');
    expect(await run([])).toBe(0);
    expect(summary).toThrow('ENOENT');
  });

  it('changes no exit code where it cannot be written', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', join(dir, 'no', 'summary'));
    expect(await run([])).toBe(0);
    expect(said.stderr).toMatch(/^::warning::The job summary could not be written to .* \(ENOENT\)\.\n$/);
    said.stderr = '';
    expect(await run(['--end', 'badly'])).toBe(5);
    expect(said.stderr).toMatch(/^::error .*\n::warning::The job summary /);
  });
});
