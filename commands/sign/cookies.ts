import {Args, Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {signCookiesFor, type SignCookiesResult} from '../../src/terminal/sign/cookies.js';
import {keyFlags, termFlags} from '../../src/terminal/sign/flags.js';
import {warn} from '../../src/terminal/sign/warn.js';

export default class SignCookies extends FrontctlCommand<SignCookiesResult> {
  static override summary = 'Sign cookies that open a folder, a stream or a whole site until a given time.';

  static override description =
    "One set of cookies opens every file under a wildcard: an HLS or DASH playlist with all its segments, whose URLs stay as they are. Quote the wildcard. The cookies carry no Expires of their own: CloudFront judges the policy's time.";

  static override examples = [
    {
      description: 'Set-Cookie headers for all of a stream',
      command:
        "<%= config.bin %> sign cookies 'https://www.example.com/video/*' --expires 2h --key web.pem --key-pair-id K2JCJMDEHXQW5F",
    },
    {
      description: 'For every host of a site, with key and id from the config',
      command:
        "<%= config.bin %> sign cookies 'https://*.example.com/*' --expires 12h --domain example.com --same-site lax",
    },
    {
      description: 'A cookie jar for curl, wget or a download tool',
      command:
        "<%= config.bin %> sign cookies 'https://www.example.com/video/*' --expires 2h --format netscape > jar && curl -b jar https://www.example.com/video/main.m3u8",
    },
  ];

  static override args = {
    resource: Args.string({
      ignoreStdin: true,
      description: "What they open: 'https://HOST/PATH*', with * and ? as wildcards.",
    }),
  };

  static override flags = {
    ...keyFlags,
    ...termFlags,
    format: Flags.option({
      options: ['header', 'netscape', 'json', 'curl'] as const,
      default: 'header' as const,
    })({
      helpValue: 'header|netscape|json|curl',
      summary: 'Set-Cookie headers (default), a cookie jar, names and values as JSON, or a flag for curl.',
    }),
    domain: Flags.string({
      helpValue: 'DOMAIN',
      helpGroup: 'COOKIE',
      summary: 'Also for its subdomains (default: the host that sets them, alone).',
    }),
    path: Flags.string({
      helpValue: 'PATH',
      helpGroup: 'COOKIE',
      summary: 'Only for URLs below it (default: /).',
    }),
    secure: Flags.boolean({
      allowNo: true,
      default: true,
      helpGroup: 'COOKIE',
      summary: 'Only over https (default: yes).',
    }),
    'http-only': Flags.boolean({
      allowNo: true,
      default: true,
      helpGroup: 'COOKIE',
      summary: 'Out of reach for scripts (default: yes).',
    }),
    'same-site': Flags.option({options: ['strict', 'lax', 'none'] as const})({
      helpValue: 'strict|lax|none',
      helpGroup: 'COOKIE',
      summary: 'none where players on other sites shall send them.',
    }),
  };

  private rendered = '';

  protected override async execute(): Promise<SignCookiesResult> {
    const {args, flags} = await this.parse(SignCookies);
    const sameSite = flags['same-site'];
    const {result, text} = await signCookiesFor(
      this.session(flags),
      {
        ...flags,
        resource: args.resource,
        isObject: this.jsonEnabled(),
        keyPairId: flags['key-pair-id'],
        attributes: {
          domain: flags.domain,
          path: flags.path,
          secure: flags.secure,
          httpOnly: flags['http-only'],
          sameSite: sameSite && ({strict: 'Strict', lax: 'Lax', none: 'None'} as const)[sameSite],
        },
      },
      new Date(),
    );
    this.rendered = text;
    return warn(result, this.jsonEnabled());
  }

  protected override text(): string {
    return this.rendered;
  }
}
