import {Args, Flags} from '@oclif/core';
import {durationFlag} from '../flags.js';

export const hostArg = Args.string({
  ignoreStdin: true,
  description: 'Host name, such as www.example.com, example.com or *.example.com. May be repeated.',
});

/** The same in every dns command. */
export const dnsFlags = {
  distribution: Flags.string({
    char: 'd',
    helpValue: 'ID|HOST|KEY=VALUE|NAME',
    summary:
      'Distribution by id, host name, tag or site name (default: that of the config, else the one that has the host).',
  }),
  zone: Flags.string({
    helpValue: 'ID|NAME',
    summary: 'Hosted zone (default: dns.zone of the config, else the one with the longest matching name).',
  }),
};

export const dnsWaitFlags = {
  wait: Flags.boolean({
    allowNo: true,
    default: true,
    summary: 'Wait until all Route 53 servers answer with the change.',
  }),
  timeout: durationFlag({
    default: 600_000,
    defaultHelp: () => Promise.resolve('10m'),
    summary: 'How long to wait.',
  }),
};
