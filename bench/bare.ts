/**
 * The least that an upload can be: reads every file, signs a PUT and sends it, with nothing planned, compared or retried.
 *
 *     node bare.mjs FOLDER BUCKET ENDPOINT CONNECTIONS sockets|undici
 *
 * `sockets` writes HTTP itself and looks at nothing but the status; `undici` sends as frontctl does.
 */
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {createConnection} from '../src/aws/connection.js';
import {createSigner, sha256} from '../src/aws/sigv4.js';
import {drive, signedPut} from './raw-client.js';

const [folder = '', bucket = '', endpoint = '', connections = '', transport = ''] = process.argv.slice(2);
const url = new URL(endpoint);
const keys = {
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
};
const files = readdirSync(folder, {recursive: true, withFileTypes: true}).filter(entry => entry.isFile());
let at = 0;

function next(): {readonly target: string; readonly body: Buffer} | undefined {
  const entry = files[at++];
  if (entry === undefined) return undefined;
  const file = path.join(entry.parentPath, entry.name);
  const key = path.relative(folder, file).replaceAll(path.sep, '/');
  return {target: `/${bucket}/${key}`, body: readFileSync(file)};
}

async function overSockets(): Promise<void> {
  const {others} = await drive(url, Number(connections), () => {
    const object = next();
    return object && signedPut(url, object.target, object.body, keys, new Date());
  });
  if (others.size > 0) throw new Error(`answers other than 200: ${JSON.stringify([...others])}`);
}

async function overUndici(): Promise<void> {
  const connection = createConnection({connectTimeoutMs: 5000, responseTimeoutMs: 60_000});
  const signer = createSigner();
  const none = {};
  const one = async (): Promise<void> => {
    for (let object = next(); object !== undefined; object = next()) {
      const {target: path, body} = object;
      const headers = signer.sign(
        {method: 'PUT', path, host: url.host, headers: none, payloadHash: sha256(body)},
        keys,
        {region: 'us-east-1', service: 's3', time: Date.now()},
      );
      const {status} = await connection.send(url.origin, {method: 'PUT', path, headers, body});
      if (status !== 200) throw new Error(`${path}: ${status}`);
    }
  };
  await Promise.all(Array.from({length: Number(connections)}, one));
  await connection.close();
}

await (transport === 'undici' ? overUndici() : overSockets());
