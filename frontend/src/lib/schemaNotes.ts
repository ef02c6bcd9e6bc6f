/** What a schema says of its field besides the kind: words, default, examples, and how it is to be treated. */

import type { JsonNode } from './jsonDoc';
import { get } from './jsonPath';
import { looksSecret } from './schemaNames';
import { flag, string } from './schemaRead';
import type { Field, FieldBase } from './schemaTypes';

/** Those of a schema that says nothing. */
export const noNotes: FieldBase = {
  title: '',
  description: '',
  nullable: false,
  deprecated: false,
  readOnly: false,
  writeOnly: false,
  secret: false,
  default: undefined,
  examples: [],
  unshown: [],
};

/** Keywords that Go checks and the form does not show. */
const unshownKeywords = [
  'if',
  'not',
  'dependentSchemas',
  'dependentRequired',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
];

/** Those of the field of a name: the name tells a secret. */
export function notes(schema: JsonNode, name: string): FieldBase {
  const examples = get(schema, 'examples');
  const example = get(schema, 'example');
  const writeOnly = flag(schema, 'writeOnly');
  return {
    title: string(schema, 'title'),
    description: string(schema, 'description'),
    nullable: flag(schema, 'nullable'),
    deprecated: flag(schema, 'deprecated'),
    readOnly: flag(schema, 'readOnly'),
    writeOnly,
    secret: writeOnly || looksSecret(name),
    default: get(schema, 'default'),
    examples: examples?.kind === 'array' ? examples.items.slice(0, 20) : example ? [example] : [],
    unshown: unshownKeywords.filter((k) => get(schema, k) !== undefined),
  };
}

/** The outer schema's words go over those of the one variant that is left. */
export function underNotes(field: Field, base: FieldBase): Field {
  return {
    ...field,
    title: base.title || field.title,
    description: base.description || field.description,
    nullable: base.nullable || field.nullable,
    default: base.default ?? field.default,
    deprecated: base.deprecated || field.deprecated,
    readOnly: base.readOnly || field.readOnly,
    writeOnly: base.writeOnly || field.writeOnly,
    secret: base.secret || field.secret,
    examples: base.examples.length > 0 ? base.examples : field.examples,
  };
}
