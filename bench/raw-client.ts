import {createHash, createHmac} from 'node:crypto';
import {connect, type Socket} from 'node:net';

export interface Load {
  /** Answers a second over the whole run. */
  readonly perSecond: number;
  readonly answers: number;
  /** Statuses other than 200, with their number. */
  readonly others: ReadonlyMap<number, number>;
}

/**
 * Sends requests over `connections` keep-alive sockets, one in flight on each, until `next` gives no more.
 * `next` returns a whole HTTP/1.1 request.
 */
export async function drive(url: URL, connections: number, next: () => Buffer | undefined): Promise<Load> {
  const others = new Map<number, number>();
  let answers = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({length: connections}, async () => {
      const socket = connect({host: url.hostname, port: Number(url.port), noDelay: true});
      await converse(socket, next, status => {
        answers += 1;
        if (status !== 200) others.set(status, (others.get(status) ?? 0) + 1);
      });
    }),
  );
  return {perSecond: answers / ((performance.now() - began) / 1000), answers, others};
}

function converse(
  socket: Socket,
  next: () => Buffer | undefined,
  answered: (status: number) => void,
): Promise<void> {
  let pending: Buffer = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const send = (): void => {
      const request = next();
      if (request === undefined) {
        socket.destroy();
        resolve();
      } else socket.write(request);
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('the server closed a keep-alive connection')));
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const status = wholeAnswer(pending);
      if (status === undefined) return;
      pending = Buffer.alloc(0);
      answered(status);
      send();
    });
  });
}

/** The status once the answer has arrived whole. */
function wholeAnswer(data: Buffer): number | undefined {
  const head = data.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const text = data.toString('latin1', 0, head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  const ended =
    length !== undefined
      ? data.length >= head + 4 + Number(length)
      : !/\r\ntransfer-encoding: *chunked/i.test(text) ||
        data.subarray(-5).toString('latin1') === '0\r\n\r\n';
  return ended ? Number(text.slice(9, 12)) : undefined;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

let derived: {readonly of: Keys; readonly day: string; readonly key: Buffer} | undefined;

function signingKey(of: Keys, day: string): Buffer {
  if (derived?.of !== of || derived.day !== day) {
    const region = hmac(hmac(`AWS4${of.secretAccessKey}`, day), 'us-east-1');
    derived = {of, day, key: hmac(hmac(region, 's3'), 'aws4_request')};
  }
  return derived.key;
}

/** A whole PUT request for S3 in us-east-1, signed with SigV4. `path` is already URI-encoded. */
export function signedPut(url: URL, path: string, body: Buffer, keys: Keys, now: Date): Buffer {
  const stamp = now.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const digest = sha256(body);
  const signed = 'host;x-amz-content-sha256;x-amz-date';
  const canonical = `PUT\n${path}\n\nhost:${url.host}\nx-amz-content-sha256:${digest}\nx-amz-date:${stamp}\n\n${signed}\n${digest}`;
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const signature = hmac(
    signingKey(keys, day),
    `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical)}`,
  ).toString('hex');
  const head = [
    `PUT ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    `Content-Length: ${body.length}`,
    `X-Amz-Content-Sha256: ${digest}`,
    `X-Amz-Date: ${stamp}`,
    `Authorization: AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

export const getRequest = (url: URL, path: string): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
