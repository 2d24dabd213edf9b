/** A name server of one's own on a loopback port, as small as these tests need. RFC 1035, RFC 8659. */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';

const types = {A: 1, NS: 2, CNAME: 5, TXT: 16, AAAA: 28, CAA: 257} as const;
export type Type = keyof typeof types;

export interface Answer {
  readonly type: Type;
  readonly value: string;
  readonly ttl?: number;
}

export interface NameServer {
  /** `127.0.0.1:PORT`, as `setServers` takes it. */
  readonly address: string;
  /** Records by name. */
  readonly records: Map<string, readonly Answer[]>;
  /** What becomes of queries from now on. */
  mode: 'answer' | 'servfail' | 'silent';
  close(): void;
}

const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);

function dataOf({type, value}: Answer): Buffer {
  switch (type) {
    case 'A':
      return Buffer.from(value.split('.').map(Number));
    case 'AAAA':
      return Buffer.from(value.split(':').flatMap(part => [...Buffer.from(part.padStart(4, '0'), 'hex')]));
    case 'TXT':
      return Buffer.concat(
        value.split('|').map(part => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])),
      );
    case 'CAA': {
      const [tag = '', text = ''] = value.split(' ');
      return Buffer.concat([Buffer.from([0, tag.length]), Buffer.from(tag), Buffer.from(text)]);
    }
    default:
      return nameBytes(value);
  }
}

function record(answer: Answer): Buffer {
  const data = dataOf(answer);
  const head = Buffer.alloc(12);
  // A pointer to the name in the question.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(types[answer.type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(answer.ttl ?? 60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

export async function startNameServer(): Promise<NameServer> {
  const socket = createSocket('udp4');
  const records = new Map<string, readonly Answer[]>();
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: NameServer = {
    address: `127.0.0.1:${socket.address().port}`,
    records,
    mode: 'answer',
    close: () => void socket.close(),
  };
  socket.on('message', (query, from) => {
    if (server.mode === 'silent') return;
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.subarray(at + 1, at + 1 + length).toString());
      at += length + 1;
    }
    const wanted = query.readUInt16BE(at + 1);
    const known = records.get(labels.join('.').toLowerCase());
    const found = (known ?? []).filter(({type}) => types[type] === wanted);
    const header = Buffer.from(query.subarray(0, 12));
    const code = server.mode === 'servfail' ? 2 : known === undefined ? 3 : 0;
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(found.length, 6);
    header.writeUInt32BE(0, 8);
    socket.send(
      Buffer.concat([header, query.subarray(12, at + 5), ...found.map(record)]),
      from.port,
      from.address,
    );
  });
  return server;
}
