import {Args, Flags} from '@oclif/core';
import {changeRequest, type ChangeResult} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {changeFlags, distributionFlag} from '../../src/terminal/distribution/flags.js';
import {setOrigin} from '../../src/terminal/distribution/origin.js';

export default class OriginSet extends ChangeCommand {
  static override summary = 'Change where a distribution fetches from, and how; what is left out stays.';

  static override description =
    'The value of a header is a secret: it comes from a variable (env:NAME) or standard input, and is shown nowhere. Where requests go (domain, path, protocol) asks first.';

  static override examples = [
    {
      description: 'Another server',
      command:
        '<%= config.bin %> <%= command.id %> api --domain api2.example.com --distribution www.example.com',
    },
    {
      description: 'Rotate the secret that locks the origin',
      command: "<%= config.bin %> <%= command.id %> api --header 'X-Origin-Secret=env:ORIGIN_SECRET'",
    },
    {
      description: 'Fail over sooner',
      command:
        '<%= config.bin %> <%= command.id %> api --attempts 1 --connection-timeout 3 --read-timeout 10',
    },
  ];

  static override args = {
    origin: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'Id of the origin; `origin list` shows them.',
    }),
  };

  static override flags = {
    domain: Flags.string({helpValue: 'HOST', summary: 'Host name of the origin.'}),
    path: Flags.string({helpValue: 'PATH', summary: 'Put before every path: /v2; empty: none.'}),
    protocol: Flags.option({options: ['http-only', 'https-only', 'match-viewer'] as const})({
      summary: 'How the edge speaks to it.',
    }),
    'http-port': Flags.integer({helpValue: 'PORT', summary: 'Port for plain HTTP.'}),
    'https-port': Flags.integer({helpValue: 'PORT', summary: 'Port for HTTPS.'}),
    'read-timeout': Flags.integer({helpValue: 'SECONDS', summary: 'How long an answer may take.'}),
    'keepalive-timeout': Flags.integer({helpValue: 'SECONDS', summary: 'How long idle connections stay.'}),
    'connection-timeout': Flags.integer({
      helpValue: 'SECONDS',
      summary: 'How long connecting may take (1 to 10).',
    }),
    attempts: Flags.integer({helpValue: 'N', summary: 'How often the edge tries to connect (1 to 3).'}),
    header: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=env:VARIABLE',
      summary: 'Header that the origin is sent; NAME=- reads its value from standard input. May be repeated.',
    }),
    'remove-header': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      summary: 'Header that it is not sent any more. May be repeated.',
    }),
    ...distributionFlag,
    ...changeFlags,
  };

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(OriginSet);
    const request = changeRequest(flags, flags.distribution, this.jsonEnabled());
    return this.finish(
      await setOrigin(this.session(flags), {
        ...request,
        origin: args.origin,
        domain: flags.domain,
        path: flags.path,
        protocol: flags.protocol,
        httpPort: flags['http-port'],
        httpsPort: flags['https-port'],
        readTimeout: flags['read-timeout'],
        keepaliveTimeout: flags['keepalive-timeout'],
        connectionTimeout: flags['connection-timeout'],
        attempts: flags.attempts,
        headers: flags.header ?? [],
        removeHeaders: flags['remove-header'] ?? [],
      }),
    );
  }
}
