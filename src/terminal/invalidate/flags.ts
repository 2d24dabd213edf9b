import {Flags} from '@oclif/core';

const distribution = (byDefault: string) =>
  Flags.string({
    char: 'd',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID|HOST|KEY=VALUE|NAME',
    summary: `Distribution by id, host name, tag or site name; repeat it for several (default: ${byDefault}).`,
  });

/** Which distributions: the same in every command about invalidations. */
export const targetFlags = {
  distribution: distribution('that of the config'),
  tenant: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID',
    summary: 'Tenant of a multi-tenant distribution; repeat it for several.',
  }),
};

/** Where paths are given, which may be URLs. */
export const pathTargetFlags = {
  ...targetFlags,
  distribution: distribution('that of the config, else that of a full URL'),
};
