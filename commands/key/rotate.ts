import {Args, Flags} from '@oclif/core';
import type {RotateKeyResult} from '../../src/stack/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {durationFlag} from '../../src/terminal/flags.js';
import {pairFlags} from '../../src/terminal/key/flags.js';
import {rotateKeyFor} from '../../src/terminal/key/rotate.js';
import {rotatedText} from '../../src/terminal/key/text.js';

export default class KeyRotate extends FrontctlCommand<RotateKeyResult> {
  static override summary = 'Replace a key of a group without refusing any viewer.';

  static override description =
    'The new key joins the group, and the run waits until the edge knows it: then let your signers use it, and say so with --switched. Once the last URL that the old key signed has expired, the next run takes the old key out. Run it as often as you like, from any machine: it takes the step that is due, or says how long that is.';

  static override examples = [
    {
      description: 'Start: a new key, beside the old one',
      command: '<%= config.bin %> <%= command.id %> media --out media-2026.pem --longest-expiry 7d',
    },
    {
      description: 'All signers use the new key',
      command: '<%= config.bin %> <%= command.id %> media --switched',
    },
    {
      description: 'Later, perhaps every night: the old key leaves when its time has come',
      command: '<%= config.bin %> <%= command.id %> media --json',
    },
    {
      description: 'The new key is no good: take it out again',
      command: '<%= config.bin %> <%= command.id %> media --abort',
    },
  ];

  static override args = {
    group: Args.string({required: true, ignoreStdin: true, description: 'Name or id of the key group.'}),
  };

  static override flags = {
    out: Flags.string({
      helpValue: 'FILE',
      summary: 'To start: file for the new private key. A key that is there already is used.',
      exclusive: ['public-key'],
    }),
    'public-key': Flags.string({
      helpValue: 'FILE',
      summary: 'To start: new public key in PEM, of a pair made elsewhere.',
    }),
    'longest-expiry': durationFlag({
      summary: 'To start: the longest time that any signed URL or cookie is valid, such as 7d.',
    }),
    old: Flags.string({
      helpValue: 'ID',
      summary: 'To start: the key that is to leave, where the group has several.',
    }),
    ...pairFlags,
    type: Flags.option({options: ['rsa', 'ecdsa'] as const})({
      helpValue: 'rsa|ecdsa',
      summary: 'RSA 2048 or ECDSA P-256, whose signatures are shorter (default: as the key that leaves).',
    }),
    switched: Flags.boolean({
      summary: 'All signers use the new key: from now on nothing is signed with the old one.',
      exclusive: ['not-switched', 'abort'],
    }),
    'not-switched': Flags.boolean({
      summary: 'Take --switched back: some signer uses the old key.',
      exclusive: ['abort'],
    }),
    abort: Flags.boolean({summary: 'Take the new key out again, before signers have switched.'}),
    'until-done': Flags.boolean({
      summary: 'After --switched: stay until the old key has left, however long that takes.',
    }),
    settle: durationFlag({
      summary:
        'How long to wait after a change of the group, beside the status of its distributions (default: 5m on AWS).',
    }),
    timeout: durationFlag({
      default: 1_800_000,
      defaultHelp: () => Promise.resolve('30m'),
      summary: 'How long to wait for the edge at most.',
    }),
  };

  protected override async execute(): Promise<RotateKeyResult> {
    const {args, flags} = await this.parse(KeyRotate);
    return rotateKeyFor(this.session(flags), {
      ...flags,
      group: args.group,
      publicKey: flags['public-key'],
      longestExpiryMs: flags['longest-expiry'],
      untilDone: flags['until-done'],
      settleMs: flags.settle,
      timeoutMs: flags.timeout,
      action: flags.abort
        ? 'abort'
        : flags.switched
          ? 'switched'
          : flags['not-switched']
            ? 'not switched'
            : 'go on',
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: RotateKeyResult): string {
    return rotatedText(result, Date.now());
  }
}
