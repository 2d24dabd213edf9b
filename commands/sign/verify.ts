import {Args, Flags} from '@oclif/core';
import {Failure} from '../../src/failure.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {verify, verifyText, type VerifyResult} from '../../src/terminal/sign/verify.js';

export default class SignVerify extends FrontctlCommand<VerifyResult> {
  static override summary =
    'Say whether a signed URL or signed cookies are valid, and why not; show the policy.';

  static override description =
    'Says valid, expired, not yet, wrong ip, wrong resource, broken signature, unknown key or malformed. Exit code 0 when valid; 1 when not, with the result on stdout. Without --public-key CloudFront is asked for the key by the id in the URL. Whether the key is trusted by the behavior is not looked at.';

  static override examples = [
    {
      description: 'Why does this link not open?',
      command:
        "<%= config.bin %> sign verify 'https://www.example.com/a.pdf?Expires=…&Signature=…&Key-Pair-Id=…'",
    },
    {
      description: 'Cookies, with the public key at hand, for one viewer and URL',
      command:
        'pbpaste | <%= config.bin %> sign verify - --public-key web.pub.pem --ip 192.0.2.17 --url https://www.example.com/video/1.ts',
    },
  ];

  // What is left over would be repeated by the parser, and a signed URL opens something.
  static override strict = false;

  static override args = {
    input: Args.string({
      ignoreStdin: true,
      description:
        'A signed URL in quotes; - reads a URL, Cookie or Set-Cookie headers, a cookie jar or JSON.',
    }),
  };

  static override flags = {
    'public-key': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '[ID=]FILE',
      summary: 'Public key in PEM, for its id or for any; may be repeated (default: CloudFront is asked).',
    }),
    ip: Flags.string({helpValue: 'ADDRESS', summary: "The viewer's address, to judge an IP range."}),
    url: Flags.string({helpValue: 'URL', summary: 'With cookies: what the viewer asks for.'}),
    at: Flags.string({
      helpValue: 'TIME',
      summary: 'Judge at this time: ISO 8601, epoch seconds, or 2h from now.',
    }),
  };

  protected override async execute(): Promise<VerifyResult> {
    const {argv, flags} = await this.parse(SignVerify);
    const [input, ...rest] = argv as string[];
    if (input === undefined || rest.length > 0) {
      const message = input === undefined ? 'There is nothing to verify.' : 'One URL is verified at a time.';
      throw new Failure('usage', 'USAGE', message, {
        hint: 'Give one signed URL in quotes, or - for standard input.',
      });
    }
    const request = {...flags, input, publicKeys: flags['public-key'] ?? []};
    const result = await verify(this.session(flags), request, new Date());
    if (!result.valid) this.finishWith(1);
    return result;
  }

  protected override text(result: VerifyResult): string {
    return verifyText(result);
  }
}
