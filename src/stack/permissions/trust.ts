/** Who may take a role on: the jobs of a repository, by the tokens that GitHub or GitLab sign for them. */
import {Failure} from '../../failure.js';

/** `github:octo-org/site@main`, `github:octo-org/site#production`, `gitlab:group/site@main`. */
interface Trust {
  readonly issuer: 'github' | 'gitlab';
  /** `octo-org/site` */
  readonly repository: string;
  /** Jobs of one branch. */
  readonly branch: string | undefined;
  /** Jobs of one environment of GitHub. */
  readonly environment: string | undefined;
}

export interface TrustPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Principal: {readonly Federated: string};
    readonly Action: 'sts:AssumeRoleWithWebIdentity';
    readonly Condition: {readonly StringEquals: Readonly<Record<string, string>>};
  }[];
}

const hosts = {github: 'token.actions.githubusercontent.com', gitlab: 'gitlab.com'} as const;
const audiences = {github: 'sts.amazonaws.com', gitlab: 'https://gitlab.com'} as const;

/** Failure USAGE (exit 2): a role that a whole repository may take on, pull requests of strangers included, is not written. */
export function parseTrust(text: string): Trust {
  const found = /^(github|gitlab):([\w.-]+(?:\/[\w.-]+)+)(?:@([\w./-]+)|#([\w.-]+))$/.exec(text);
  const [, issuer, repository = '', branch, environment] = found ?? [];
  const isKnown = issuer === 'github' || (issuer === 'gitlab' && environment === undefined);
  if (found === null || !isKnown) {
    throw new Failure(
      'usage',
      'USAGE',
      `--trust "${text}" does not name a repository and the branch or environment whose jobs may take the role on.`,
      {
        hint: 'Write github:OWNER/REPO@BRANCH, github:OWNER/REPO#ENVIRONMENT or gitlab:GROUP/PROJECT@BRANCH.',
      },
    );
  }
  return {issuer: issuer === 'gitlab' ? 'gitlab' : 'github', repository, branch, environment};
}

/**
 * The trust policy of a role for one branch or environment. The identity provider has to be in the account once
 * (`aws iam create-open-id-connect-provider`).
 * GitHub Docs, "Configuring OpenID Connect in Amazon Web Services"; GitLab Docs, "Configure OpenID Connect in AWS".
 */
export function trustPolicy(
  {issuer, repository, branch = '', environment}: Trust,
  {partition, account}: {readonly partition: string; readonly account: string},
): TrustPolicy {
  const host = hosts[issuer];
  const subject =
    issuer === 'gitlab'
      ? `project_path:${repository}:ref_type:branch:ref:${branch}`
      : environment === undefined
        ? `repo:${repository}:ref:refs/heads/${branch}`
        : `repo:${repository}:environment:${environment}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {Federated: `arn:${partition}:iam::${account}:oidc-provider/${host}`},
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {StringEquals: {[`${host}:aud`]: audiences[issuer], [`${host}:sub`]: subject}},
      },
    ],
  };
}
