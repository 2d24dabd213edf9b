/**
 * The least that an upload can be: reads every file, signs a PUT and sends it, with nothing planned, compared or retried.
 *
 *     node bare.mjs FOLDER BUCKET ENDPOINT CONNECTIONS
 */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {drive, signedPut} from './raw-client.js';

const [folder = '', bucket = '', endpoint = '', connections = ''] = process.argv.slice(2);
const url = new URL(endpoint);
const keys = {
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
};
const files = readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile());
let at = 0;
const {others} = await drive(url, Number(connections), () => {
  const entry = files[at++];
  if (entry === undefined) return undefined;
  const file = path.join(entry.parentPath, entry.name);
  const key = path.relative(folder, file).replaceAll(path.sep, '/');
  return signedPut(url, `/${bucket}/${key}`, readFileSync(file), keys, new Date());
});
if (others.size > 0) throw new Error(`answers other than 200: ${JSON.stringify([...others])}`);
