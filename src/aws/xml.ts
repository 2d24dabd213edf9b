/**
 * The three small answers of S3 that the lean path reads. S3's documents are flat, without attributes that matter and
 * without CDATA, so single elements are cut out instead of building a tree.
 */

const named: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};

/** The five predefined entities and numeric references. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  // Every ETag of a listing.
  const [, quoted] = /^&quot;([^&]*)&quot;$/.exec(text) ?? [];
  if (quoted !== undefined) return `"${quoted}"`;
  return text.replace(
    /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Text of the first `<name>` in `xml`, entities decoded. */
export function elementText(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) return undefined;
  const from = start + name.length + 2;
  const end = xml.indexOf(`</${name}>`, from);
  return end < 0 ? undefined : decodeEntities(xml.slice(from, end));
}

/** The inner XML of every `<name>` element at any depth; elements of the same name do not nest in S3's answers. */
export function* elements(xml: string, name: string): Generator<string, void, void> {
  const open = `<${name}>`;
  const close = `</${name}>`;
  for (let at = xml.indexOf(open); at >= 0;) {
    const end = xml.indexOf(close, at);
    if (end < 0) return;
    yield xml.slice(at + open.length, end);
    at = xml.indexOf(open, end);
  }
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, character => `&#${character.charCodeAt(0)};`);
}

export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  /** The bucket's region, in answers about a wrong one. */
  readonly region: string | undefined;
}

/** S3's `<Error>` document, or undefined when the text is something else (a proxy's HTML page). */
export function parseErrorDocument(text: string): ErrorDocument | undefined {
  if (!/<Error[\s>]/.test(text)) return undefined;
  const code = elementText(text, 'Code');
  if (code === undefined) return undefined;
  return {code, message: elementText(text, 'Message') ?? '', region: elementText(text, 'Region')};
}
