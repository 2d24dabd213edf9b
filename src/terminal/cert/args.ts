import {Args} from '@oclif/core';

export const certificateArg = Args.string({
  required: true,
  ignoreStdin: true,
  description: 'Id or ARN of a certificate in us-east-1, or a domain on it.',
});
