/** `sign-file.js KEY IN OUT`: signs a file of URLs as a command would, and prints how many it signed and verified. */
import {once} from 'node:events';
import {createReadStream, createWriteStream} from 'node:fs';
import {createSigner, loadPrivateKey, signBulk} from '../src/signing/index.js';

const [, , key = '', input = '', output = ''] = process.argv;
const {privateKey} = await loadPrivateKey({from: 'file', path: key}, {env: {}});
const signer = createSigner({privateKey, keyPairId: 'K2JCJMDEHXQW5F'});
const out = createWriteStream(output);
let [signed, verified] = [0, 0];
const options = {signers: [signer], defaults: {expires: '7d'}, now: new Date(), output: 'url'} as const;
for await (const result of signBulk(createReadStream(input), options)) {
  signed += result.signed;
  verified += result.verified;
  if (!out.write(result.text)) await once(out, 'drain');
}
out.end();
await once(out, 'close');
console.log(JSON.stringify({signed, verified}));
