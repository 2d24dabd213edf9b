import {hostname} from 'node:os';
import {describe, expect, it} from 'vitest';
import {ciRun, holderFacts} from '../../../src/terminal/ci/run.js';

const github = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_RUN_ID: '987',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_ACTOR: 'alice',
  GITHUB_JOB: 'deploy',
};

const githubRun = {
  name: 'GitHub Actions',
  runUrl: 'https://github.com/acme/shop/actions/runs/987',
  actor: 'alice',
  job: 'deploy',
};

describe('ciRun', () => {
  it.each([
    ['nothing', {}, undefined],
    ['CI=false', {CI: 'false'}, undefined],
    ['an empty CI', {CI: ''}, undefined],
    ['an unknown service', {CI: 'true'}, {name: 'CI'}],
    ['GitHub Actions', github, githubRun],
    [
      'a second attempt, by another',
      {...github, GITHUB_RUN_ATTEMPT: '2', GITHUB_TRIGGERING_ACTOR: 'bob'},
      {...githubRun, runUrl: 'https://github.com/acme/shop/actions/runs/987/attempts/2', actor: 'bob'},
    ],
    ['act, which sets little', {GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1'}, {name: 'GitHub Actions'}],
    [
      'GitLab CI',
      {
        CI: 'true',
        GITLAB_CI: 'true',
        CI_JOB_URL: 'https://gitlab.example.com/a/b/-/jobs/7',
        CI_PIPELINE_URL: 'https://gitlab.example.com/a/b/-/pipelines/3',
        GITLAB_USER_LOGIN: 'carol',
        CI_JOB_NAME: 'deploy: production',
      },
      {
        name: 'GitLab CI',
        runUrl: 'https://gitlab.example.com/a/b/-/jobs/7',
        actor: 'carol',
        job: 'deploy: production',
      },
    ],
    [
      'Bitbucket Pipelines',
      {
        CI: 'true',
        BITBUCKET_BUILD_NUMBER: '12',
        BITBUCKET_GIT_HTTP_ORIGIN: 'https://bitbucket.org/acme/shop',
      },
      {name: 'Bitbucket Pipelines', runUrl: 'https://bitbucket.org/acme/shop/pipelines/results/12'},
    ],
    [
      'CircleCI',
      {
        CIRCLECI: 'true',
        CIRCLE_BUILD_URL: 'https://circleci.com/gh/a/b/3',
        CIRCLE_USERNAME: 'dan',
        CIRCLE_JOB: 'd',
      },
      {name: 'CircleCI', runUrl: 'https://circleci.com/gh/a/b/3', actor: 'dan', job: 'd'},
    ],
    [
      'Azure Pipelines',
      {
        TF_BUILD: 'True',
        SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
        SYSTEM_TEAMPROJECT: 'The Shop',
        BUILD_BUILDID: '55',
        BUILD_REQUESTEDFOR: 'Erin E.',
        AGENT_JOBNAME: 'Job',
      },
      {
        name: 'Azure Pipelines',
        runUrl: 'https://dev.azure.com/acme/The%20Shop/_build/results?buildId=55',
        actor: 'Erin E.',
        job: 'Job',
      },
    ],
    [
      'AWS CodeBuild',
      {CODEBUILD_BUILD_ID: 'shop:1b-2c', AWS_REGION: 'eu-west-1', CODEBUILD_INITIATOR: 'codepipeline/shop'},
      {
        name: 'AWS CodeBuild',
        runUrl:
          'https://console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/shop%3A1b-2c/view/new',
        actor: 'codepipeline/shop',
      },
    ],
    [
      'Buildkite',
      {
        BUILDKITE: 'true',
        BUILDKITE_BUILD_URL: 'https://buildkite.com/a/b/builds/9',
        BUILDKITE_BUILD_CREATOR: 'Fay',
        BUILDKITE_LABEL: 'Deploy',
      },
      {name: 'Buildkite', runUrl: 'https://buildkite.com/a/b/builds/9', actor: 'Fay', job: 'Deploy'},
    ],
    [
      'Travis CI',
      {TRAVIS: 'true', TRAVIS_BUILD_WEB_URL: 'https://app.travis-ci.com/a/b/builds/1', TRAVIS_JOB_NAME: 'd'},
      {name: 'Travis CI', runUrl: 'https://app.travis-ci.com/a/b/builds/1', job: 'd'},
    ],
    [
      'TeamCity',
      {
        TEAMCITY_VERSION: '2025.03',
        BUILD_URL: 'https://tc.example.com/build/4',
        TEAMCITY_BUILDCONF_NAME: 'D',
      },
      {name: 'TeamCity', runUrl: 'https://tc.example.com/build/4', job: 'D'},
    ],
    [
      'Jenkins, with credentials in its address',
      {
        JENKINS_URL: 'https://ci.example.com/',
        BUILD_URL: 'https://bob:hunter2@ci.example.com/job/shop/8/',
        JOB_NAME: 'shop',
        BUILD_USER_ID: 'bob',
      },
      {name: 'Jenkins', runUrl: 'https://ci.example.com/job/shop/8/', actor: 'bob', job: 'shop'},
    ],
    ['addresses that are none', {JENKINS_URL: 'x', BUILD_URL: 'javascript:alert(1)'}, {name: 'Jenkins'}],
    [
      'names that would write on a terminal',
      {...github, GITHUB_ACTOR: 'al\u001B[31mice\nError: x', GITHUB_JOB: 'j'.repeat(500)},
      {...githubRun, actor: 'al [31mice Error: x', job: 'j'.repeat(128)},
    ],
  ])('%s', (_, env, expected) => {
    expect(ciRun(env)).toEqual(expected);
  });
});

describe('holderFacts', () => {
  it('names the person behind a CI run', () => {
    expect(holderFacts(github, () => 'runner')).toEqual({
      host: hostname(),
      user: 'alice',
      runUrl: githubRun.runUrl,
    });
  });

  const gone = (): never => {
    throw new Error('ENOENT: no such user');
  };

  it.each([
    [{USER: 'zoe'}, () => 'app', 'app'],
    [{USER: 'zoe'}, gone, 'zoe'],
    [{USERNAME: 'zoe'}, gone, 'zoe'],
    [{}, gone, 'unknown user'],
  ])('%j outside of one', (env, account, user) => {
    expect(holderFacts(env, account)).toEqual({host: hostname(), user});
  });
});
