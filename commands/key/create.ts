import {Flags} from '@oclif/core';
import type {CreateKeyResult} from '../../src/stack/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {beside, durationFlag} from '../../src/terminal/flags.js';
import {createKeyFor} from '../../src/terminal/key/create.js';
import {pairFlags} from '../../src/terminal/key/flags.js';
import {createdText} from '../../src/terminal/key/text.js';

export default class KeyCreate extends FrontctlCommand<CreateKeyResult> {
  static override summary = 'Upload a public key, put it into a key group, let a behavior trust the group.';

  static override description =
    'What is there already stays as it is: run it again after an interruption. With --attach, the distribution answers 403 to unsigned requests of that behavior from then on, so it asks first.';

  static override examples = [
    {
      description: 'A new key in a new group',
      command: '<%= config.bin %> <%= command.id %> --generate media.pem --type ecdsa --group media',
    },
    {
      description: 'Close a folder to unsigned requests',
      command:
        "<%= config.bin %> <%= command.id %> --public-key media.pub.pem --group media --attach www.example.com --path-pattern '/private/*' --add-behavior",
    },
  ];

  static override flags = {
    'public-key': Flags.string({
      helpValue: 'FILE',
      summary: 'Public key in PEM, of a pair made elsewhere.',
      exactlyOne: ['public-key', 'generate'],
    }),
    generate: Flags.string({
      helpValue: 'FILE',
      summary: 'Make a pair: the private key goes to this file. A key that is there already is used.',
    }),
    ...pairFlags,
    name: Flags.string({
      helpValue: 'NAME',
      summary: 'Name of the public key (default: made of the key itself).',
    }),
    comment: Flags.string({helpValue: 'TEXT', summary: 'Comment of the public key.'}),
    group: Flags.string({
      helpValue: 'NAME|ID',
      summary: 'Key group to add it to, at most five keys a group; made when there is none of that name.',
    }),
    attach: Flags.string({
      helpValue: 'ID|HOST|KEY=VALUE|NAME',
      summary: 'Distribution of which a behavior trusts the group from now on.',
      ...beside('group'),
    }),
    'path-pattern': Flags.string({
      helpValue: 'PATTERN',
      summary: 'Which behavior, by its path pattern (default: *, the default behavior).',
      ...beside('attach'),
    }),
    'add-behavior': Flags.boolean({
      summary:
        'Make a behavior for --path-pattern where there is none: a copy of the one that answers there now, tried after those with a narrower pattern.',
      ...beside('path-pattern'),
    }),
    wait: Flags.boolean({allowNo: true, default: true, summary: 'Wait until the edge knows.'}),
    settle: durationFlag({
      summary: 'How long to wait after a change of a group that is in use (default: 5m on AWS).',
    }),
    timeout: durationFlag({
      default: 1_800_000,
      defaultHelp: () => Promise.resolve('30m'),
      summary: 'How long to wait at most.',
    }),
  };

  protected override async execute(): Promise<CreateKeyResult> {
    const {flags} = await this.parse(KeyCreate);
    return createKeyFor(this.session(flags), {
      ...flags,
      publicKey: flags['public-key'],
      pathPattern: flags['path-pattern'],
      addBehavior: flags['add-behavior'],
      timeoutMs: flags.timeout,
      settleMs: flags.settle,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: CreateKeyResult): string {
    return createdText(result);
  }
}
