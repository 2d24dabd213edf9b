/** Content-Disposition of responses: RFC 6266, file names beyond ASCII by RFC 8187. */
import {suggest} from './suggest.js';

const types = ['inline', 'attachment'];
const parameters = ['filename', 'filename*'];

const token = "[!#$%&'+.^`|~\\w-]+";
const type = new RegExp(`^(${token})[ \\t]*(?=;|$)`);
const parameter = new RegExp(
  `;[ \\t]*(${token}\\*?)=(?:(${token})|"((?:[^"\\\\\\p{Cc}]|\\\\[^\\p{Cc}])*)")[ \\t]*(?=;|$)`,
  'uy',
);
/** RFC 8187, section 3.2.1: charset, no language, attr-chars and percent-encoded bytes. */
const extended = /^UTF-8'[A-Za-z0-9-]*'((?:[!#$&+.^_`|~\w-]|%[0-9A-Fa-f]{2})+)$/i;

/** Why browsers would not do what a value says, as a clause that follows the name of the setting; undefined for a good one. */
export function dispositionProblem(value: string): string | undefined {
  const found = type.exec(value);
  if (found === null) return `has ${JSON.stringify(value)}, which is neither inline nor attachment`;
  const [start, name = ''] = found;
  if (!types.includes(name.toLowerCase())) {
    const meant = suggest(name, types);
    return `begins with ${name} (${meant === undefined ? 'allowed are inline and attachment' : `did you mean ${meant}?`})`;
  }
  const seen: string[] = [];
  for (parameter.lastIndex = start.length; parameter.lastIndex < value.length;) {
    const at = parameter.lastIndex;
    const [, key = '', plain, quoted] = parameter.exec(value) ?? [];
    if (key === '') return malformed(value.slice(at));
    const lower = key.toLowerCase();
    if (!parameters.includes(lower)) {
      const meant = suggest(lower, parameters);
      return `has the parameter ${key} (${meant === undefined ? 'allowed are filename and filename*' : `did you mean ${meant}?`})`;
    }
    if (seen.includes(lower)) return `names ${lower} more than once`;
    seen.push(lower);
    const problem =
      lower === 'filename*'
        ? extendedProblem(plain ?? '')
        : nameProblem(name, plain ?? (quoted ?? '').replace(/\\(.)/gu, '$1'));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function malformed(rest: string): string {
  const unquoted = /^;\s*filename=([^";]*\S)\s*$/i.exec(rest)?.[1];
  if (unquoted !== undefined && unquoted !== '')
    return `has a file name that needs quotes (write filename="${unquoted}")`;
  return `has ${JSON.stringify(rest)}, which is no parameter (write ; filename="report.pdf")`;
}

function nameProblem(disposition: string, name: string): string | undefined {
  if (name.trim() === '') return 'has an empty file name';
  if (/[/\\]/.test(name)) return 'has a folder in its file name, which browsers drop (write the name alone)';
  if (/^[\x20-\x7e]*$/.test(name)) return undefined;
  const ascii = name.replaceAll(/[^\x20-\x7e]+/g, '_').replaceAll('"', "'");
  return `has a file name with characters beyond ASCII, which a header cannot carry (write ${disposition}; filename="${ascii}"; filename*=UTF-8''${encoded(name)})`;
}

function extendedProblem(value: string): string | undefined {
  const bytes = extended.exec(value)?.[1];
  if (bytes === undefined) return "has a filename* that is not of the form UTF-8''na%C3%AFve.pdf";
  try {
    return /[/\\]/.test(decodeURIComponent(bytes))
      ? 'has a folder in its file name, which browsers drop (write the name alone)'
      : undefined;
  } catch {
    return 'has a filename* whose bytes are not UTF-8';
  }
}

/** Percent-encoded but for attr-chars; `encodeURIComponent` leaves four more bare. Lone surrogates become U+FFFD. */
const encoded = (name: string): string =>
  encodeURIComponent(Buffer.from(name).toString()).replaceAll(
    /['()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
