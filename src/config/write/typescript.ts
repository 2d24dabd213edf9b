import {formatPath, isPlainObject, type Path} from '../path.js';
import type {ConfigText} from './types.js';

const width = 100;

/** A module that exports `defineConfig({...})`: single quotes, two spaces. What is `null` in other formats is `undefined` here. */
export function typescriptText({config, header, comments}: ConfigText): string {
  const remarks = new Map(comments.map(({path, text}) => [formatPath(path), text]));
  return [
    ...header.map(line => `// ${line}`),
    `import {defineConfig} from 'frontctl';`,
    '',
    `export default defineConfig(${literal(config, [], '', remarks)});`,
    '',
  ].join('\n');
}

function literal(value: unknown, path: Path, indent: string, remarks: ReadonlyMap<string, string>): string {
  if (value === null || value === undefined) return 'undefined';
  if (typeof value === 'string') return quoted(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item, at) => literal(item, [...path, at], inner, remarks));
    const line = `[${items.join(', ')}]`;
    const isFlat = !value.some(item => typeof item === 'object') && line.length <= width - indent.length;
    return isFlat ? line : `[\n${items.map(item => `${inner}${item},\n`).join('')}${indent}]`;
  }
  if (!isPlainObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => {
    const at = [...path, name];
    const remark = remarks.get(formatPath(at));
    const text = `${inner}${keyOf(name)}: ${literal(member, at, inner, remarks)},`;
    if (remark === undefined) return `${text}\n`;
    return isPlainObject(member) || Array.isArray(member)
      ? `${inner}// ${remark}\n${text}\n`
      : `${text} // ${remark}\n`;
  });
  return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
}

const keyOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));

/** JSON's escapes are JavaScript's. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}
