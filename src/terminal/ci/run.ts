/** Which CI service runs this, as its environment variables tell. */
import {hostname, userInfo} from 'node:os';

export interface CiRun {
  readonly name:
    | 'GitHub Actions'
    | 'GitLab CI'
    | 'Bitbucket Pipelines'
    | 'CircleCI'
    | 'Azure Pipelines'
    | 'AWS CodeBuild'
    | 'Buildkite'
    | 'Travis CI'
    | 'TeamCity'
    | 'Jenkins'
    /** CI=true and nothing that tells whose. */
    | 'CI';
  /** Where a person looks at the run: https or http, without credentials. */
  readonly runUrl?: string;
  /** Who started it, by the service's own name for them. */
  readonly actor?: string;
  readonly job?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Of the variables that a service documents; an empty one counts as missing. */
type Read = (name: string) => string | undefined;

interface Service {
  readonly name: CiRun['name'];
  readonly isHere: (read: Read) => boolean;
  readonly runUrl: (read: Read) => string | undefined;
  /** Names of variables; the first that is set counts. */
  readonly actor: readonly string[];
  readonly job: readonly string[];
}

/** The parts one after the other; undefined where one is missing. */
const joined = (...parts: readonly (string | undefined)[]): string | undefined =>
  parts.includes(undefined) ? undefined : parts.join('');

const isSet =
  (name: string) =>
  (read: Read): boolean =>
    read(name) !== undefined;

const isTrue =
  (name: string) =>
  (read: Read): boolean =>
    read(name)?.toLowerCase() === 'true';

/** Jenkins agents run inside other services too, and Jenkins sets no CI: those with a variable of their own come first. */
const services: readonly Service[] = [
  {
    // https://docs.github.com/actions/reference/workflows-and-actions/variables
    name: 'GitHub Actions',
    isHere: isTrue('GITHUB_ACTIONS'),
    runUrl: read => {
      const run = joined(
        read('GITHUB_SERVER_URL'),
        '/',
        read('GITHUB_REPOSITORY'),
        '/actions/runs/',
        read('GITHUB_RUN_ID'),
      );
      const attempt = read('GITHUB_RUN_ATTEMPT');
      return attempt === undefined || attempt === '1' ? run : joined(run, '/attempts/', attempt);
    },
    actor: ['GITHUB_TRIGGERING_ACTOR', 'GITHUB_ACTOR'],
    job: ['GITHUB_JOB'],
  },
  {
    // https://docs.gitlab.com/ci/variables/predefined_variables/
    name: 'GitLab CI',
    isHere: isSet('GITLAB_CI'),
    runUrl: read => read('CI_JOB_URL') ?? read('CI_PIPELINE_URL'),
    actor: ['GITLAB_USER_LOGIN'],
    job: ['CI_JOB_NAME'],
  },
  {
    // https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/: of people it tells only UUIDs.
    name: 'Bitbucket Pipelines',
    isHere: isSet('BITBUCKET_BUILD_NUMBER'),
    runUrl: read =>
      joined(read('BITBUCKET_GIT_HTTP_ORIGIN'), '/pipelines/results/', read('BITBUCKET_BUILD_NUMBER')),
    actor: [],
    job: [],
  },
  {
    // https://circleci.com/docs/variables/
    name: 'CircleCI',
    isHere: isTrue('CIRCLECI'),
    runUrl: read => read('CIRCLE_BUILD_URL'),
    actor: ['CIRCLE_USERNAME'],
    job: ['CIRCLE_JOB'],
  },
  {
    // https://learn.microsoft.com/azure/devops/pipelines/build/variables: the collection's URI ends with a slash.
    name: 'Azure Pipelines',
    isHere: isTrue('TF_BUILD'),
    runUrl: read => {
      const project = read('SYSTEM_TEAMPROJECT');
      return joined(
        read('SYSTEM_COLLECTIONURI'),
        project === undefined ? undefined : encodeURIComponent(project),
        '/_build/results?buildId=',
        read('BUILD_BUILDID'),
      );
    },
    actor: ['BUILD_REQUESTEDFOR'],
    job: ['SYSTEM_JOBDISPLAYNAME', 'AGENT_JOBNAME'],
  },
  {
    // https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
    name: 'AWS CodeBuild',
    isHere: isSet('CODEBUILD_BUILD_ID'),
    runUrl: read => {
      const [region, id] = [read('AWS_REGION'), read('CODEBUILD_BUILD_ID')];
      return joined(
        'https://console.aws.amazon.com/codebuild/home?region=',
        region,
        '#/builds/',
        id === undefined ? undefined : encodeURIComponent(id),
        '/view/new',
      );
    },
    actor: ['CODEBUILD_INITIATOR'],
    job: [],
  },
  {
    // https://buildkite.com/docs/pipelines/configure/environment-variables
    name: 'Buildkite',
    isHere: isTrue('BUILDKITE'),
    runUrl: read => read('BUILDKITE_BUILD_URL'),
    actor: ['BUILDKITE_BUILD_CREATOR'],
    job: ['BUILDKITE_LABEL'],
  },
  {
    // https://docs.travis-ci.com/user/environment-variables/
    name: 'Travis CI',
    isHere: isTrue('TRAVIS'),
    runUrl: read => read('TRAVIS_JOB_WEB_URL') ?? read('TRAVIS_BUILD_WEB_URL'),
    actor: [],
    job: ['TRAVIS_JOB_NAME'],
  },
  {
    // https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html
    name: 'TeamCity',
    isHere: isSet('TEAMCITY_VERSION'),
    runUrl: read => read('BUILD_URL'),
    actor: [],
    job: ['TEAMCITY_BUILDCONF_NAME'],
  },
  {
    // https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables; people by the build user vars plugin.
    name: 'Jenkins',
    isHere: isSet('JENKINS_URL'),
    runUrl: read => read('BUILD_URL'),
    actor: ['BUILD_USER_ID', 'BUILD_USER'],
    job: ['JOB_NAME'],
  },
  {
    name: 'CI',
    isHere: read => !['', '0', 'false'].includes(read('CI')?.toLowerCase() ?? ''),
    runUrl: () => undefined,
    actor: [],
    job: [],
  },
];

/** Undefined where nothing says that this is a CI run. */
export function ciRun(env: Env): CiRun | undefined {
  const read: Read = name => {
    const value = env[name]?.trim();
    return value === '' ? undefined : value;
  };
  const service = services.find(({isHere}) => isHere(read));
  if (service === undefined) return undefined;
  const first = (names: readonly string[]): string | undefined =>
    oneLine(names.map(read).find(value => value !== undefined));
  const [runUrl, actor, job] = [webAddress(service.runUrl(read)), first(service.actor), first(service.job)];
  return {
    name: service.name,
    ...(runUrl === undefined ? {} : {runUrl}),
    ...(actor === undefined ? {} : {actor}),
    ...(job === undefined ? {} : {job}),
  };
}

/** Who runs frontctl, for those who wait for them. */
export interface HolderFacts {
  readonly host: string;
  /** Who started the CI run, else the account of this process. */
  readonly user: string;
  readonly runUrl?: string;
}

export function holderFacts(env: Env, account: () => string = accountName): HolderFacts {
  const run = ciRun(env);
  return {
    host: oneLine(hostname()) ?? 'unknown host',
    user: run?.actor ?? oneLine(named(account, env)) ?? 'unknown user',
    ...(run?.runUrl === undefined ? {} : {runUrl: run.runUrl}),
  };
}

const accountName = (): string => userInfo().username;

/** In a container a process may run under a number that no account has. */
function named(account: () => string, env: Env): string | undefined {
  try {
    return account();
  } catch {
    return env['USER'] ?? env['USERNAME'];
  }
}

const longest = 128;

/** For the screens and records of others: one line, of a length that fits there; undefined where nothing is left. */
function oneLine(text: string | undefined): string | undefined {
  const line = text?.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line === undefined || line === '' ? undefined : line.slice(0, longest);
}

/** Without user name and password, which somebody may have put into an address that others get to see. */
function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.username = '';
  url.password = '';
  return url.href;
}
