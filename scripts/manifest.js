/** Writes oclif.manifest.json from dist/ (the same as `oclif manifest`); with --check, fails when the committed one differs. */
import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {Plugin, settings} from '@oclif/core';

settings.enableAutoTranspile = false;
const root = fileURLToPath(new URL('..', import.meta.url));
const plugin = new Plugin({
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
  root,
});
await plugin.load();
// Every default text of ours is fixed and stands in the manifest: help is printed without loading the command.
for (const command of Object.values(plugin.manifest.commands)) {
  command.hasDynamicHelp = false;
  for (const flag of Object.values(command.flags)) if (flag.type === 'option') flag.hasDynamicHelp = false;
}
// oclif lists commands in the order in which the file system names them, which differs from checkout to checkout.
const commands = Object.fromEntries(
  Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)),
);
const text = `${JSON.stringify({...plugin.manifest, commands}, null, 2)}\n`;
const file = new URL('../oclif.manifest.json', import.meta.url);

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('oclif.manifest.json is out of date: npm run build writes it.');
  process.exitCode = 1;
}
