import {describe, expect, it} from 'vitest';
import {secretName} from '../../src/site/secrets.js';

describe('what a name tells', () => {
  it.each([
    ['prod.env', 'holds environment variables'],
    ['config/env.production', 'holds environment variables'],
    ['env.local', 'holds environment variables'],
    ['backup/id_rsa', 'is the private key of an SSH user'],
    ['id_ed25519', 'is the private key of an SSH user'],
    ['key.ppk', 'is the private key of an SSH user'],
    ['cert.P12', 'is a key store'],
    ['a.pfx', 'is a key store'],
    ['app.jks', 'is a key store'],
    ['release.keystore', 'is a key store'],
    ['mine.kdbx', 'is a store of passwords'],
    ['terraform.tfstate', 'is a Terraform state with its secrets in plain text'],
    ['infra/terraform.tfstate.backup', 'is a Terraform state with its secrets in plain text'],
    ['terraform.tfstate.1700000000.backup', 'is a Terraform state with its secrets in plain text'],
    ['prod.tfvars', 'holds Terraform variables'],
    ['prod.auto.tfvars.json', 'holds Terraform variables'],
    ['_netrc', 'holds credentials'],
    ['htpasswd', 'holds credentials'],
  ])('%s %s', (key, why) => {
    expect(secretName(key)).toBe(why);
  });

  it.each([
    ['env', '.env', 'holds environment variables'],
    ['npmrc.txt', '.npmrc', 'holds credentials'],
    ['repository/config', '.git/config', 'is part of .git'],
    ['settings', 'home/.aws/credentials', 'is part of .aws'],
    ['gcloud.json', '.config/gcloud/x.json', 'is part of .config/gcloud'],
    ['id_rsa', 'keys/mine', 'is the private key of an SSH user'],
  ])('%s, a link to %s', (key, target, why) => {
    expect(secretName(key, target)).toBe(why);
  });

  it.each([
    'env.js',
    'env.json',
    'env',
    'environment.html',
    'assets/env.d.ts',
    'app.env.example',
    'sample.env',
    'template.tfvars',
    'id_rsa.pub',
    'server.pem',
    'talk.key',
    'ca.crt',
    'aws/credentials',
    'credentials',
    'config.json',
    'keystore.html',
    'p12',
    '.well-known/security.txt',
  ])('%s may be anything', key => {
    expect(secretName(key)).toBeUndefined();
  });
});
