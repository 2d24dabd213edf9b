import {Flags} from '@oclif/core';

/** What `plan` and `apply` share. */
export const stackFlags = {
  target: Flags.string({
    helpValue: 'RESOURCE',
    summary: 'Only resources with this in their name, such as distribution, policy or www.example.com.',
  }),
  force: Flags.boolean({
    summary: 'Replace DNS records of the aliases that lead elsewhere; without it they stop the plan.',
  }),
};
