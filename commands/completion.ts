import {Args} from '@oclif/core';
import {FrontctlCommand} from '../src/terminal/command.js';
import {completionScript, shells, type Shell} from '../src/terminal/completion.js';

export default class Completion extends FrontctlCommand<{readonly script: string}> {
  static override summary = 'Print a script that lets your shell complete commands, flags and file names.';

  static override examples = [
    {description: 'bash: put this line in ~/.bashrc', command: 'eval "$(<%= config.bin %> completion bash)"'},
    {
      description: 'zsh: put this line in ~/.zshrc, after compinit',
      command: 'source <(<%= config.bin %> completion zsh)',
    },
    {
      description: 'fish: run this once',
      command: '<%= config.bin %> completion fish > ~/.config/fish/completions/<%= config.bin %>.fish',
    },
  ];

  static override enableJsonFlag = false;

  // It only prints: config, account and progress mean nothing here.
  static override baseFlags = {} as typeof FrontctlCommand.baseFlags;

  static override args = {
    shell: Args.custom<Shell>({options: [...shells]})({required: true, description: 'Your shell.'}),
  };

  protected override async execute(): Promise<{readonly script: string}> {
    const {args} = await this.parse(Completion);
    return {script: completionScript(args.shell, this.config)};
  }

  protected override text({script}: {readonly script: string}): string {
    return script.trimEnd();
  }
}
