import {describe, expect, it} from 'vitest';
import type {KeyList, RotateKeyResult} from '../../../src/stack/index.js';
import {
  createdText,
  deletedText,
  generatedText,
  listText,
  rotatedText,
} from '../../../src/terminal/key/text.js';

const now = Date.parse('2026-05-04T12:00:00Z');

const rotation: RotateKeyResult = {
  group: {id: 'g', name: 'media'},
  status: 'ready',
  newKey: 'K2',
  oldKey: 'K1',
  since: '2026-05-04T11:00:00Z',
  switchedAt: null,
  removableAt: null,
  longestExpirySeconds: 3600,
  privateKeyFile: 'new.pem',
  publicKeyFile: 'new.pub.pem',
  next: 'frontctl key rotate media --switched',
};

describe('rotatedText', () => {
  it.each([
    [
      rotation,
      'Ready: the edge takes K2 for media, and K1 as before\n  Sign with  --key new.pem --key-pair-id K2\nLet every signer use K2, then say so:\n  frontctl key rotate media --switched',
    ],
    [
      {
        ...rotation,
        status: 'waiting',
        removableAt: '2026-05-04T14:30:00Z',
        next: 'frontctl key rotate media',
      },
      'Waiting: K1 stays in media until its last URL has expired\n  At    2026-05-04T14:30:00Z, in 2h 30m\n  Then  frontctl key rotate media',
    ],
    [{...rotation, status: 'done', next: null}, 'Done: K2 has taken the place of K1 in media'],
    [{...rotation, status: 'aborted', next: null}, 'Taken back: K2 has left media, K1 signs as before'],
  ] satisfies readonly (readonly [RotateKeyResult, string])[])('%#', (result, text) => {
    expect(rotatedText(result, now)).toBe(text);
  });
});

describe('listText', () => {
  const key = {id: 'K1', name: 'old', type: 'rsa', createdAt: '2026-05-01T12:00:00Z', comment: ''} as const;
  const user = (pathPattern: string, host = 'a.example') => ({distributionId: 'E1', host, pathPattern});

  it('tells keys and, once for each group, who trusts them', () => {
    const users = [user('/a/*'), user('/b/*'), user('/c/*'), user('*', 'b.example')];
    const list: KeyList = {
      keys: [
        {...key, groups: ['media'], users, rotation: {role: 'old', group: 'media'}},
        {...key, id: 'K2', type: null, groups: [], users: [], rotation: null},
        {...key, id: 'K3', groups: null, users: null, rotation: null},
      ],
      groups: [
        {id: '1', name: 'media', keys: ['K1'], users},
        {id: '2', name: 'spare', keys: ['K1'], users: []},
      ],
      unknown: [],
    };
    expect(listText(list, now).split('\n')).toEqual([
      'ID  TYPE   AGE  NAME  GROUPS',
      'K1  rsa    3d   old   media (being rotated out)',
      'K2  other  3d   old   -',
      'K3  rsa    3d   old   unknown',
      '',
      'GROUP  TRUSTED BY',
      'media  a.example /a/* /b/* /c/*, b.example *',
      'spare  nobody',
    ]);
  });

  it('says how to make the first key', () => {
    expect(listText({keys: [], groups: [], unknown: []}, now)).toContain('frontctl key create');
  });
});

it('tells of keys by their files and ids alone', () => {
  const files = {privateKeyFile: 'a.pem', publicKeyFile: 'a.pub.pem'} as const;
  expect(generatedText({type: 'ecdsa', ...files, encrypted: true})).toBe(
    'Private key  a.pem (ecdsa, encrypted, readable by you only)\nPublic key   a.pub.pem',
  );
  const created = {keyId: 'K1', name: 'n', type: 'rsa', created: true, ...files} as const;
  const group = {id: 'g', name: 'media', created: false, added: false};
  const attached = {
    distributionId: 'E1',
    pathPattern: '*',
    changed: false,
    behavior: 'unchanged',
    staysOpen: [],
  } as const;
  expect(createdText({...created, group: null, attached: null, privateKeyFile: null})).toBe(
    'Made public key K1 (rsa, n)',
  );
  expect(createdText({...created, created: false, group, attached, privateKeyFile: 'my key.pem'})).toBe(
    "Found public key K1 (rsa, n)\n  Key group   media (g), held it already\n  Trusted by  E1 *, did already\n  Sign with   --key 'my key.pem' --key-pair-id K1",
  );
  const added = {...attached, pathPattern: '/a/*', changed: true, behavior: 'added'} as const;
  expect(
    createdText({...created, group, attached: {...added, staysOpen: ['/a/b/*']}, privateKeyFile: null}),
  ).toBe(
    'Made public key K1 (rsa, n)\n  Key group   media (g), held it already\n  Trusted by  E1 /a/*, a new behavior\n  Still open  /a/b/* (tried before it)',
  );
  expect(deletedText({deleted: 'K1', kind: 'key', name: 'n'})).toBe('Deleted public key K1 (n)');
});
