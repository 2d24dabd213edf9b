/**
 * The floors of ARCHITECTURE.md: imports only run down.
 * commands -> terminal -> stack, deploy -> distribution, bucket, certificate, dns, invalidation, signing, site -> aws, config -> failure, events, glob, diff
 */
const floors = [
  ['commands'],
  ['src/terminal'],
  ['src/stack', 'src/deploy'],
  [
    'src/distribution',
    'src/bucket',
    'src/certificate',
    'src/dns',
    'src/invalidation',
    'src/signing',
    'src/site',
  ],
  ['src/aws', 'src/config'],
  ['src/failure', 'src/events', 'src/glob', 'src/processes', 'src/diff'],
];

const anyOf = paths => `^(${paths.join('|')})([./]|$)`;

const upward = floors.slice(1).map((floor, i) => ({
  name: `no-import-upward-from-${floor.map(path => path.replace('src/', '')).join('-')}`,
  severity: 'error',
  from: {path: anyOf(floor)},
  to: {path: anyOf(floors.slice(0, i + 1).flat())},
}));

export default {
  forbidden: [
    ...upward,
    {
      name: 'local-stands-apart',
      comment: 'The embedded cloud is reached over HTTP like AWS itself.',
      severity: 'error',
      from: {path: '^src/local/'},
      to: {path: '^(src|commands)/', pathNot: '^src/(local/|(failure|processes)\\.ts$)'},
    },
    {
      name: 'nobody-imports-local',
      comment: 'Only its own process runs it; src/terminal/embedded-cloud.ts starts that process.',
      severity: 'error',
      from: {path: '^(src|commands)/', pathNot: '^src/local/'},
      to: {path: '^src/local/'},
    },
    {
      name: 'sdk-clients-are-made-in-aws',
      comment: 'Commands and the terminal never talk to AWS themselves.',
      severity: 'error',
      from: {path: '^(commands|src/terminal)/'},
      to: {path: 'node_modules/@(aws-sdk|smithy)/'},
    },
    {
      name: 'sdk-plumbing-in-one-module',
      comment: 'These subpaths are not a public interface: exact versions, one module.',
      severity: 'error',
      from: {path: '^src/', pathNot: '^src/local/wire/'},
      to: {
        path: 'node_modules/(@smithy/core|@aws-sdk/core)/.*(schema|protocols)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {path: '^(src|commands)/'},
      to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
    },
  ],
  options: {
    doNotFollow: {path: 'node_modules'},
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
