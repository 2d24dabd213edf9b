import {Document, isMap, isScalar, isSeq, visit, type Pair, type YAMLSeq} from 'yaml';
import {formatPath, type Path} from '../path.js';
import {schemaPath, type ConfigText} from './types.js';

/** Lists of names on one line as long as this; longer ones item by item. */
const flowWidth = 70;

const isShort = (list: YAMLSeq): boolean => {
  const scalars = list.items.filter(item => isScalar(item));
  const width = scalars.reduce((sum, {value}) => sum + String(value).length + 2, 0);
  return scalars.length === list.items.length && width <= flowWidth;
};

/** YAML 1.2 with a blank line between sections. */
export function yamlText({config, header, comments}: ConfigText): string {
  const document = new Document(config, {aliasDuplicateObjects: false});
  const beside = new Map(comments.map(({path, text}) => [formatPath(path), text]));
  visit(document, {
    Seq: (_key, list) => {
      if (isShort(list)) list.flow = true;
    },
    Pair: (_key, pair, ancestors) => {
      const text = beside.get(formatPath(pathOf([...ancestors, pair])));
      if (text !== undefined) remark(pair, text);
    },
  });
  const root = document.contents;
  if (isMap(root)) {
    for (const {key} of root.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
    for (const {key, value} of root.items)
      if (isScalar(key) && key.value === 'distribution' && isMap(value)) spaced(value.items);
  }
  const lines = [` yaml-language-server: $schema=${schemaPath}`, ...header.map(line => ` ${line}`)];
  document.commentBefore = lines.join('\n');
  return document.toString({lineWidth: 0, flowCollectionPadding: false});
}

/** Blank lines around everything that takes more than a few lines. */
function spaced(pairs: readonly Pair[]): void {
  let isAfterDeep = false;
  for (const {key, value} of pairs) {
    const isDeep = (isMap(value) || isSeq(value)) && value.flow !== true && value.items.length > 0;
    if (isScalar(key) && (isDeep || isAfterDeep)) key.spaceBefore = true;
    isAfterDeep = isDeep;
  }
}

function remark({key, value}: Pair, text: string): void {
  if (isScalar(value)) value.comment = ` ${text}`;
  else if (isScalar(key)) key.commentBefore = ` ${text}`;
}

/** Of the last of them, from the top of the document. */
function pathOf(ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((node, i): Path => {
    const next = ancestors[i + 1];
    if (isSeq(node)) return next === undefined ? [] : [node.items.indexOf(next)];
    const key = (node as Partial<Pair>).key;
    return isScalar(key) ? [String(key.value)] : [];
  });
}
