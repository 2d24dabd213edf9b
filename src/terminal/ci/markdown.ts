/** GitHub's Markdown, for text that others have chosen: keys, messages, paths. */
import {stripVTControlCharacters} from 'node:util';

/** What has no picture is written as in a string of JavaScript. */
const visible = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- Control characters are what is looked for.
  text.replaceAll(/[\u0000-\u001F\u007F]/g, character => JSON.stringify(character).slice(1, -1));

const entity = (character: string): string => `&#${character.codePointAt(0) ?? 0};`;

/**
 * Exactly this text, in type of fixed width. A code span takes everything literally but backticks, blanks at its ends,
 * and in a table the pipe, which cannot be escaped after a backslash: those are written as character references.
 */
export function code(text: string): string {
  const shown = visible(text);
  if (shown === '') return '';
  if (!/[`|]|^ | $/.test(shown)) return `\`${shown}\``;
  return `<code>${shown.replaceAll(/[^\p{L}\p{N} /.,;=-]|^ | $/gu, entity)}</code>`;
}

/** Prose on one line, for a cell or behind other words, without the meaning that Markdown and HTML give to punctuation. */
export const escaped = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\`*[\]<>|~]|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&');

/** An address to click on, or as it is where it is none. */
export const link = (address: string): string =>
  /^https?:\/\/[^\s<>\\]+$/.test(address) ? `<${address}>` : code(address);

/** Cells are Markdown already. `head` without text still needs its line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** A list of the first `shown` of `items`, with a line for how many more there are. */
export function list(items: readonly string[], shown: number): string {
  const lines = items.slice(0, shown).map(item => `- ${code(item)}`);
  const more = items.length - shown;
  return [...lines, ...(more > 0 ? [`- and ${more.toLocaleString('en-US')} more`] : [])].join('\n');
}
