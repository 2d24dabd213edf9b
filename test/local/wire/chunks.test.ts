import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createChunkDecoder} from '../../../src/local/wire/chunks.js';
import {credentialOf, verify, type ChunkSigner} from '../../../src/local/wire/sigv4.js';
import {parseTarget} from '../../../src/local/wire/target.js';

const unsigned = {signed: false, trailer: true};

const frame = (chunks: readonly Uint8Array[], trailers: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat([
    ...chunks.flatMap(chunk => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
    Buffer.from('0\r\n'),
    ...Object.entries(trailers).map(([name, value]) => Buffer.from(`${name}:${value}\r\n`)),
    Buffer.from('\r\n'),
  ]);

/** The seed request of the documented example; verifying it yields the signer of its chunks. */
function documentedSigner(): ChunkSigner {
  const signedHeaders =
    'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class';
  const headers = {
    host: 's3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '66560',
    'content-length': '66824',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      `SignedHeaders=${signedHeaders},Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9`,
  };
  const target = parseTarget('/examplebucket/chunkObject.txt');
  const {chunks} = verify(
    credentialOf(headers, target)!,
    {method: 'PUT', headers, target},
    's3',
    headers['x-amz-content-sha256'],
    {
      secrets: new Map([['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY']]),
      strict: true,
      now: () => Date.UTC(2013, 4, 24),
    },
  );
  return chunks!;
}

describe('createChunkDecoder', () => {
  it('gives back the data and the trailers however the bytes arrive', () => {
    const bytes = fc.uint8Array({minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(fc.array(bytes, {maxLength: 5}), fc.array(fc.nat(200), {maxLength: 8}), (chunks, cuts) => {
        const framed = frame(chunks, {'x-amz-checksum-crc32': 'AAAA=='});
        const decoder = createChunkDecoder(unsigned, undefined);
        const edges = [0, ...cuts.filter(cut => cut < framed.length).sort((a, b) => a - b), framed.length];
        const data = edges.slice(1).flatMap((end, i) => decoder.push(framed.subarray(edges[i], end)));
        decoder.end();
        expect(Buffer.concat(data)).toEqual(Buffer.concat(chunks));
        expect(decoder.trailers()).toEqual({'x-amz-checksum-crc32': 'AAAA=='});
      }),
    );
  });

  it.each([
    ['cut in the data', '5\r\nhel'],
    ['cut before the last chunk', '5\r\nhello\r\n'],
    ['with a length that is none', 'xyz\r\nhello\r\n0\r\n\r\n'],
    ['longer than its length says', '4\r\nhello\r\n0\r\n\r\n'],
    ['with bytes behind its end', '1\r\na\r\n0\r\n\r\nmore'],
    ['without a line end', 'a'.repeat(10_000)],
  ])('refuses a body %s', (_what, body) => {
    const decoder = createChunkDecoder(unsigned, undefined);
    expect(() => {
      decoder.push(Buffer.from(body));
      decoder.end();
    }).toThrow(expect.objectContaining({code: 'IncompleteBody', status: 400}) as Error);
  });

  // The example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html: 65,536 and 1,024 letters a.
  it('verifies the signatures that AWS documents', () => {
    const signatures = [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ];
    const framed = (last: string): Buffer =>
      Buffer.concat(
        [65_536, 1024, 0].map((length, i) =>
          Buffer.from(
            `${length.toString(16)};chunk-signature=${i === 2 ? last : signatures[i]!}\r\n${'a'.repeat(length)}\r\n`,
          ),
        ),
      );
    const decode = (body: Buffer): number => {
      const decoder = createChunkDecoder({signed: true, trailer: false}, documentedSigner());
      const data = decoder.push(body);
      decoder.end();
      return Buffer.concat(data).length;
    };
    expect(decode(framed(signatures[2]!))).toBe(66_560);
    expect(() => decode(framed(signatures[1]!))).toThrow(
      expect.objectContaining({code: 'SignatureDoesNotMatch'}) as Error,
    );
    expect(() => decode(Buffer.from(framed(signatures[2]!).toString().replace('aaa', 'aab')))).toThrow(
      expect.objectContaining({code: 'SignatureDoesNotMatch'}) as Error,
    );
  });
});
