import type * as v from 'valibot';
import {configFileSchema, configSchema, parts} from './schema.js';

type Json = string | number | boolean | null | readonly Json[] | {readonly [key: string]: Json};
type JsonObject = Readonly<Record<string, Json>>;
/** The kinds of valibot that schema.ts uses; another one must be added here, or generation throws. */
type Piece = v.GenericSchema | v.PipeItem<unknown, unknown, v.BaseIssue<unknown>>;

/** A string that takes its value from the environment: editors must accept it wherever a format is asked for. */
const reference = {type: 'string', pattern: String.raw`\$\{env\.`} as const;

/** The JSON Schema (draft 7, which editors know best) of a config file. */
export function configJsonSchema(): JsonObject {
  const definitions = new Map<Piece, string>([[configSchema, 'environment'], ...parts]);
  const convert = (piece: Piece): JsonObject => {
    const name = definitions.get(piece);
    return name === undefined ? pieceSchema(piece, convert) : {$ref: `#/definitions/${name}`};
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'frontctl.config',
    ...pieceSchema(configFileSchema, convert),
    definitions: Object.fromEntries(
      [...definitions].map(([piece, name]) => [name, pieceSchema(piece, convert)]),
    ),
  };
}

function pieceSchema(piece: Piece, convert: (piece: Piece) => JsonObject): JsonObject {
  if ('pipe' in piece) return pipeSchema(piece.pipe as readonly Piece[], convert);
  const {type} = piece;
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return {type};
    case 'unknown':
    case 'custom':
    case 'check':
      return {};
    case 'raw_check':
      return 'maxItems' in piece ? {maxItems: piece.maxItems as number} : {};
    case 'literal':
      return {const: (piece as unknown as {literal: Json}).literal};
    case 'date':
      // Only scripts hold dates.
      return {type: 'string'};
    case 'integer':
      return {type: 'integer'};
    case 'min_value':
      return {minimum: requirement(piece) as number};
    case 'max_value':
      return {maximum: requirement(piece) as number};
    case 'min_length':
      // Both of strings and of lists: `trimmed` drops the other one's.
      return {minLength: requirement(piece) as number, minItems: requirement(piece) as number};
    case 'max_length':
      return {maxLength: requirement(piece) as number, maxItems: requirement(piece) as number};
    case 'max_entries':
      return {maxProperties: requirement(piece) as number};
    case 'regex':
      return {pattern: (requirement(piece) as RegExp).source};
    case 'description':
      return {description: (piece as unknown as {description: string}).description};
    case 'picklist':
      return {enum: (piece as unknown as {options: readonly Json[]}).options};
    case 'optional':
      return convert((piece as unknown as {wrapped: Piece}).wrapped);
    case 'array':
      return {type, items: convert((piece as unknown as {item: Piece}).item)};
    case 'union':
    case 'lazy':
      return {anyOf: (piece as unknown as {options: readonly Piece[]}).options.map(convert)};
    case 'record': {
      const {key, value} = piece as unknown as {key: Piece; value: Piece};
      const {pattern} = convert(key);
      return {
        type: 'object',
        ...(pattern === undefined ? {} : {propertyNames: {pattern}}),
        additionalProperties: convert(value),
      };
    }
    case 'loose_object': {
      const {entries} = piece as unknown as {entries: Readonly<Record<string, Piece>>};
      const required = Object.keys(entries).filter(key => entries[key]?.type !== 'optional');
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, convert(entry)])),
        ...(required.length === 0 ? {} : {required}),
        // Unknown keys are reported by a check of our own.
        additionalProperties: false,
      };
    }
    default:
      throw new Error(`json-schema.ts has no rule for valibot's "${type}"`);
  }
}

function pipeSchema(pipe: readonly Piece[], convert: (piece: Piece) => JsonObject): JsonObject {
  const merged = Object.assign({}, ...pipe.map(piece => convert(piece))) as Record<string, Json>;
  const {description, ...rules} = merged;
  const told: JsonObject = description === undefined ? {} : {description};
  const choice =
    'enum' in rules && (rules['enum'] as readonly Json[]).some(option => typeof option === 'string');
  if (!('pattern' in rules) && !choice) return {...told, ...trimmed(rules)};
  return {...told, anyOf: [trimmed(rules), reference]};
}

/** Only the length keywords that belong to the type. */
function trimmed(rules: JsonObject): JsonObject {
  const foreign = rules['type'] === 'array' ? ['minLength', 'maxLength'] : ['minItems', 'maxItems'];
  return Object.fromEntries(Object.entries(rules).filter(([key]) => !foreign.includes(key)));
}

function requirement(piece: Piece): unknown {
  return (piece as unknown as {requirement: unknown}).requirement;
}
