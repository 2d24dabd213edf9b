import {Flags} from '@oclif/core';

/** Which distributions: the same in every command about invalidations. */
export const targetFlags = {
  distribution: Flags.string({
    char: 'd',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID|HOST|KEY=VALUE|NAME',
    summary:
      'Distribution by id, host name, tag or site name; repeat it for several (default: that of the config, else that of a full URL).',
  }),
  tenant: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID',
    summary: 'Tenant of a multi-tenant distribution; repeat it for several.',
  }),
};
