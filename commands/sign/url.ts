import {Args, Flags} from '@oclif/core';
import {Failure} from '../../src/failure.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {beside} from '../../src/terminal/flags.js';
import {signFile} from '../../src/terminal/sign/bulk.js';
import {keyFlags, termFlags} from '../../src/terminal/sign/flags.js';
import {signUrls, urlText, type SignUrlResult} from '../../src/terminal/sign/url.js';
import {warn} from '../../src/terminal/sign/warn.js';

export default class SignUrl extends FrontctlCommand<SignUrlResult> {
  static override summary = 'Sign URLs, so that they open until a given time; prints nothing else.';

  static override description =
    'A canned policy is signed where it suffices, else a custom one (--starts, --ip, --resource, a wildcard). Every RSA signature is verified before it is printed. With --from-file lines are URLs, or JSON objects {"url", "resource", "expires", "starts", "ip"} whose fields win over the flags (a "keyPairId" in one must be the id of the key that signs); they are signed on all cores as they come, in their order. A line that cannot be signed is told on stderr and left out, and the exit code is 2.';

  static override examples = [
    {
      description: 'A link for two hours',
      command:
        "<%= config.bin %> sign url 'https://www.example.com/report.pdf' --expires 2h --key web.pem --key-pair-id K2JCJMDEHXQW5F",
    },
    {
      description: 'One that opens a whole folder, from one network, with key and id from the config',
      command:
        "<%= config.bin %> sign url 'https://www.example.com/video/main.m3u8' --resource 'https://www.example.com/video/*' --ip 192.0.2.0/24 --expires 2h",
    },
    {
      description: 'A million URLs, with the key from a CI secret',
      command:
        '<%= config.bin %> sign url --from-file urls.txt --expires 7d --key env:SIGNING_KEY --key-pair-id K2JCJMDEHXQW5F > signed.txt',
    },
  ];

  static override strict = false;

  static override args = {
    url: Args.string({ignoreStdin: true, description: 'URL to sign, in quotes. May be repeated.'}),
  };

  static override flags = {
    ...keyFlags,
    ...termFlags,
    resource: Flags.string({
      helpValue: 'PATTERN',
      summary: "Open all of this instead of the URL alone: 'https://HOST/video/*'.",
      exclusive: ['policy'],
    }),
    'from-file': Flags.string({
      helpValue: 'FILE|-',
      summary: 'Sign the URLs or JSON objects in a file, one a line (- is stdin).',
    }),
    format: Flags.option({options: ['url', 'json'] as const})({
      helpValue: 'url|json',
      summary:
        'Lines to write with --from-file: URLs (default), or {"line", "url", "expires"} and {"line", "error"}.',
      ...beside('from-file'),
    }),
    'verify-every': Flags.integer({
      min: 1,
      helpValue: 'N',
      summary:
        'With --from-file and a P-256 key, verify the first and every Nth signature after it (default: 100), since verifying costs more than signing; 1 verifies all.',
      ...beside('from-file'),
    }),
  };

  protected override async execute(): Promise<SignUrlResult> {
    const {argv, flags} = await this.parse(SignUrl);
    const session = this.session(flags);
    const urls = argv as string[];
    const request = {...flags, urls, keyPairId: flags['key-pair-id']};
    const now = new Date();
    if (flags['from-file'] === undefined)
      return warn(await signUrls(session, request, now), this.jsonEnabled());
    if (this.jsonEnabled()) {
      throw new Failure('usage', 'USAGE', '--json is one object, and --from-file writes lines.', {
        hint: 'Write --format json for one object a line.',
      });
    }
    if (urls.length > 0) {
      throw new Failure('usage', 'USAGE', 'There are URLs both in --from-file and on the command line.', {
        hint: 'Put them all into the file.',
      });
    }
    const failure = await signFile(
      session,
      {
        ...request,
        fromFile: flags['from-file'],
        format: flags.format ?? 'url',
        verifyEvery: flags['verify-every'] ?? 100,
      },
      {now, output: process.stdout},
    );
    this.endWith(failure);
    return {urls: [], warnings: []};
  }

  protected override text(result: SignUrlResult): string {
    return urlText(result);
  }
}
