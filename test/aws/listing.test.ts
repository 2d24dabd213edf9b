import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Exchange} from '../../src/aws/exchange.js';
import {compareKeys, createPageReader, keyRanges, listAll} from '../../src/aws/listing.js';
import {decodeEntities, elementText, escapeXml, parseErrorDocument} from '../../src/aws/xml.js';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const key = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'B',
      '/',
      ' ',
      '+',
      '%',
      '&',
      '<',
      '>',
      '"',
      "'",
      '#',
      '\u{1f600}',
      '\ue000',
      '\uffee',
      'é',
      '.',
      '&amp;',
      '%2B',
    ),
    {minLength: 1, maxLength: 6},
  )
  .map(parts => parts.join(''));

/** How S3 encodes a key under encoding-type=url. */
const formEncode = (text: string): string =>
  new URLSearchParams({k: text}).toString().slice(2).replaceAll('%2F', '/');

interface Answer {
  readonly xml: string;
}

/** S3's ListObjectsV2 over a fixed set of keys, `pageSize` keys a page. */
function listing(
  keys: readonly string[],
  pageSize: number,
  encode: boolean,
  pieceBytes = 1 << 20,
): {exchange: Exchange; requests: () => number} {
  const sorted = [...new Set(keys)].sort(byBytes);
  let requests = 0;
  const answer = (query: Readonly<Record<string, string>>): Answer => {
    const after = query['continuation-token'] ?? query['start-after'];
    const matching = sorted.filter(
      candidate =>
        candidate.startsWith(query['prefix'] ?? '') && (after === undefined || byBytes(candidate, after) > 0),
    );
    const page = matching.slice(0, pageSize);
    const contents = page.map(
      item =>
        `<Contents><Key>${escapeXml(encode ? formEncode(item) : item)}</Key><LastModified>2026-11-21T19:00:00.000Z</LastModified>` +
        `<ETag>&quot;${Buffer.from(item).toString('hex')}&quot;</ETag><Size>${Buffer.byteLength(item)}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    );
    const more = matching.length > page.length;
    return {
      xml:
        `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>site</Name>` +
        `<Prefix>${escapeXml(query['prefix'] ?? '')}</Prefix>${encode ? '<EncodingType>url</EncodingType>' : ''}<KeyCount>${page.length}</KeyCount>` +
        `<IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? '')}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`,
    };
  };
  return {
    requests: () => requests,
    exchange: request => {
      requests += 1;
      expect(request.query).toMatchObject({'list-type': '2', 'encoding-type': 'url'});
      const xml = Buffer.from(answer(request.query ?? {}).xml);
      // A lost connection first, then the whole in pieces that cut characters and tags in two.
      request.onPiece?.(xml.subarray(0, xml.length / 2), true);
      for (let at = 0; at < xml.length; at += pieceBytes)
        request.onPiece?.(xml.subarray(at, at + pieceBytes), at === 0);
      return Promise.resolve({status: 200, headers: {}, body: Buffer.alloc(0), isRepeat: false});
    },
  };
}

describe('listing', () => {
  it('is whole, in order and without duplicates, whatever the split points and the pages are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, {maxLength: 40}),
        fc.array(key, {maxLength: 10}),
        fc.integer({min: 1, max: 7}),
        fc.constantFrom('', 'a', 'a/', '\ue000'),
        fc.boolean(),
        fc.integer({min: 1, max: 400}),
        async (keys, splitAt, pageSize, prefix, encode, pieceBytes) => {
          const s3 = listing(keys, pageSize, encode, pieceBytes);
          const found = await listAll(s3.exchange, prefix, () => Promise.resolve(splitAt));
          const expected = [...new Set(keys)].filter(candidate => candidate.startsWith(prefix)).sort(byBytes);
          expect(found.map(object => object.key)).toEqual(expected);
          for (const object of found) {
            expect(object.size).toBe(Buffer.byteLength(object.key));
            expect(object.etag).toBe(`"${Buffer.from(object.key).toString('hex')}"`);
          }
        },
      ),
      {numRuns: 300},
    );
  });

  it('reads one page a range when the split points are a page apart', async () => {
    const keys = Array.from({length: 5000}, (_, index) => `k${String(index).padStart(5, '0')}`);
    const s3 = listing(keys, 1000, true);
    const found = await listAll(s3.exchange, '', () =>
      Promise.resolve([keys[999]!, keys[1999]!, keys[2999]!, keys[3999]!]),
    );
    expect(found).toHaveLength(5000);
    expect(s3.requests()).toBe(5);
  });

  it('orders keys as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), fc.string({unit: 'binary'}), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
      }),
    );
    expect(['\u{1f600}', '\uffee'].sort(compareKeys)).toEqual(['\uffee', '\u{1f600}']);
  });

  it('makes adjoining ranges', () => {
    expect(keyRanges('a/', ['b', 'a/x', 'a/c', 'a/x'])).toEqual([
      {after: undefined, through: 'a/c'},
      {after: 'a/c', through: 'a/x'},
      {after: 'a/x', through: undefined},
    ]);
  });

  it('parses an empty listing, and refuses what is no listing', () => {
    const read = (text: string) => {
      const page = createPageReader();
      page.push(Buffer.from(text), true);
      return page.end();
    };
    const empty = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';
    expect(read(empty)).toEqual({objects: [], next: undefined});
    expect(() => read('<html>Sign in</html>')).toThrow('not a ListBucketResult');
  });
});

describe("S3's XML", () => {
  it('decodes what it escapes, and every kind of reference', () => {
    fc.assert(fc.property(fc.string({unit: 'grapheme'}), text => decodeEntities(escapeXml(text)) === text));
    expect(decodeEntities('&lt;&gt;&amp;&quot;&apos;&#10;&#x1F600;&unknown;&amp;amp;')).toBe(
      '<>&"\'\n\u{1f600}&unknown;&amp;',
    );
    expect(elementText('<A><Key>x &amp; y</Key></A>', 'Key')).toBe('x & y');
  });

  it('tells an error document from a page of someone else', () => {
    expect(
      parseErrorDocument(
        '<?xml version="1.0"?>\n<Error><Code>AuthorizationHeaderMalformed</Code><Message>expecting &apos;eu-west-1&apos;</Message><Region>eu-west-1</Region></Error>',
      ),
    ).toEqual({code: 'AuthorizationHeaderMalformed', message: "expecting 'eu-west-1'", region: 'eu-west-1'});
    expect(parseErrorDocument('<html><h1>502 Bad Gateway</h1></html>')).toBeUndefined();
    expect(parseErrorDocument('')).toBeUndefined();
  });
});
