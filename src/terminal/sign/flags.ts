import {Flags} from '@oclif/core';

/** With what is signed: the same in every command that signs. */
export const keyFlags = {
  key: Flags.string({
    helpValue: 'FILE|env:NAME|-',
    helpGroup: 'KEY',
    summary:
      'The private key in PEM: a file, an environment variable, or - for stdin (default: signing.key of the config).',
  }),
  'key-pair-id': Flags.string({
    helpValue: 'ID',
    helpGroup: 'KEY',
    summary: 'Id of its public key in CloudFront (default: signing.keyPairId of the config).',
  }),
  passphrase: Flags.string({
    helpValue: 'env:NAME',
    helpGroup: 'KEY',
    summary:
      'Variable with the passphrase of an encrypted key (default: FRONTCTL_KEY_PASSPHRASE; a terminal is asked).',
  }),
  hash: Flags.option({options: ['sha1', 'sha256'] as const})({
    helpValue: 'sha1|sha256',
    helpGroup: 'KEY',
    summary: "Hash of the signature (default: signing.hash of the config, else CloudFront's own, sha1).",
  }),
};

/** What is allowed, and when. */
export const termFlags = {
  expires: Flags.string({
    helpValue: 'TIME',
    summary: 'When it ends: 90s, 10m, 2h, 7d from now, an ISO 8601 time, or epoch seconds.',
  }),
  starts: Flags.string({helpValue: 'TIME', summary: 'Not valid until after this time.'}),
  ip: Flags.string({
    helpValue: 'CIDR',
    summary: 'Only for viewers from this IPv4 address or range, such as 192.0.2.0/24.',
  }),
  policy: Flags.string({
    helpValue: 'FILE',
    summary: 'A custom policy as JSON (- is stdin), instead of --expires, --starts and --ip.',
    exclusive: ['expires', 'starts', 'ip'],
  }),
};
