/** Invalidations as another client reads them: the AWS CLI, or the SDK where that is not installed. */
import {join} from 'node:path';
import {cleanEnvironment} from '../cli.js';
import {hasTool, runTool, type ToolRun} from '../tools.js';
import type {ProofCloud} from './cloud.js';

export const hasAwsCli = hasTool('aws', ['--version'], 'reading invalidations with the AWS CLI');

export interface ReadInvalidation {
  readonly id: string;
  readonly status: string;
  readonly items: readonly string[];
  readonly reference: string;
}

export interface Reader {
  readonly client: string;
  readonly list: () => Promise<readonly {readonly id: string; readonly status: string}[]>;
  readonly get: (id: string) => Promise<ReadInvalidation>;
}

/** `aws ARGS` against the embedded cloud, with nothing of the caller's settings. */
export function awsCli({endpoint, project}: ProofCloud, ...args: readonly string[]): Promise<ToolRun> {
  return runTool('aws', ['--endpoint-url', endpoint, '--region', 'us-east-1', '--output', 'json', ...args], {
    ...cleanEnvironment(),
    // pyenv and the like find the tool through the real home.
    HOME: process.env['HOME'],
    AWS_CONFIG_FILE: join(project.dir, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(project.dir, 'no-credentials'),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
}

interface Invalidation {
  readonly Id?: string | undefined;
  readonly Status?: string | undefined;
  readonly InvalidationBatch?:
    | {
        readonly CallerReference?: string | undefined;
        readonly Paths?: {readonly Items?: readonly string[] | undefined} | undefined;
      }
    | undefined;
}

const readOf = ({Id = '', Status = '', InvalidationBatch: batch}: Invalidation): ReadInvalidation => ({
  id: Id,
  status: Status,
  items: batch?.Paths?.Items ?? [],
  reference: batch?.CallerReference ?? '',
});

/** Where the AWS CLI is not at hand, or has shown the same already. */
export function sdkReader(cloud: ProofCloud): Reader {
  const {cloudfront, distributionId: DistributionId} = cloud;
  const get = async (Id: string): Promise<ReadInvalidation> =>
    readOf((await cloudfront.getInvalidation({DistributionId, Id})).Invalidation ?? {});
  return {
    client: 'the SDK',
    list: async () => Promise.all((await cloud.invalidationIds()).map(get)),
    get,
  };
}

/** The AWS CLI where it is installed, else the SDK. */
export function reader(cloud: ProofCloud): Reader {
  if (!hasAwsCli) return sdkReader(cloud);
  const ask = async <T>(...args: readonly string[]): Promise<T> => {
    const {code, stdout, stderr} = await awsCli(
      cloud,
      'cloudfront',
      ...args,
      '--distribution-id',
      cloud.distributionId,
    );
    if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  return {
    client: 'the AWS CLI',
    async list() {
      const {InvalidationList: {Items = []} = {}} = await ask<{InvalidationList?: {Items?: Invalidation[]}}>(
        'list-invalidations',
      );
      return Items.map(({Id = '', Status = ''}) => ({id: Id, status: Status}));
    },
    get: async id =>
      readOf((await ask<{Invalidation: Invalidation}>('get-invalidation', '--id', id)).Invalidation),
  };
}
