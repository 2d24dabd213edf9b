import {Flags} from '@oclif/core';

/** Of the file that a new private key goes to. */
export const pairFlags = {
  type: Flags.option({options: ['rsa', 'ecdsa'] as const})({
    helpValue: 'rsa|ecdsa',
    summary: 'RSA 2048 or ECDSA P-256, whose signatures are shorter (default: rsa).',
  }),
  passphrase: Flags.string({
    helpValue: 'env:NAME',
    summary:
      'Variable with the passphrase that encrypts the private key (default: FRONTCTL_KEY_PASSPHRASE, else it is not encrypted).',
  }),
};
