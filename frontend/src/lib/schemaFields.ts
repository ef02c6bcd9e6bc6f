/**
 * JSON Schema to form fields. Total: every schema gives a field, at worst the raw one with the reason. Bounded: children
 * are lazy, references and merges have limits, so a hostile schema costs no more than what is looked at.
 */

import { type JsonNode, parseJson, stringNode } from './jsonDoc';
import { get } from './jsonPath';
import { printJson, sameJson } from './jsonPrint';
import { noNotes, notes, underNotes } from './schemaNotes';
import { number, onlyNotes, properties, replaced, string, strings, without, withoutNotes } from './schemaRead';
import { NotUnderstood, SchemaResolver } from './schemaResolve';
import type { EnumOption, Field, FieldBase, Lazy, Property, Variant } from './schemaTypes';

export type * from './schemaTypes';

/** More variants than this are shown as JSON: nobody picks from a longer list. */
const maxVariants = 200;
/** More options are offered in no list; the value is then typed as JSON. */
const maxOptions = 20_000;
/** A string that may be longer than this starts as several lines. */
const longString = 300;

/** Variants of one, inside each other: only {"anyOf": [{"$ref": "#"}]} goes so deep. */
const maxDepth = 32;
/** A longer schema text (UTF-16 units) is shown, but no form is made of it. */
const maxSchemaText = 4 << 20;

/** The field of a schema text as it came from the server. */
export function schemaFields(text: string): Field {
  if (text.trim() === '') return anything('');
  if (text.length > maxSchemaText) return anything('the schema is too large for a form');
  const parsed = parseJson(text);
  if (!parsed.ok) return anything(`the schema is not JSON: ${parsed.error.message}`);
  return new FieldMaker(parsed.node).make(parsed.node, '');
}

/** The field for a value that fits none: JSON. */
export function anything(why: string): Field {
  return { ...noNotes, kind: 'raw', why };
}

class FieldMaker {
  private readonly resolver: SchemaResolver;
  private depth = 0;

  constructor(root: JsonNode) {
    this.resolver = new SchemaResolver(root);
  }

  make(schema: JsonNode, name: string): Field {
    this.depth++;
    try {
      if (this.depth > maxDepth) throw new NotUnderstood('a schema that contains itself at once');
      return this.field(this.resolver.resolve(schema), name);
    } catch (e) {
      if (e instanceof NotUnderstood)
        return { ...notes(schema, name), kind: 'raw', why: `the form does not understand ${e.message}` };
      throw e;
    } finally {
      this.depth--;
    }
  }

  private lazy(schema: JsonNode, name: string): Lazy<Field> {
    let made: Field | undefined;
    return () => (made ??= this.make(schema, name));
  }

  private field(schema: JsonNode, name: string): Field {
    if (schema.kind === 'boolean')
      return { ...noNotes, kind: 'raw', why: schema.value ? '' : 'no value is valid here (the schema is false)' };
    if (schema.kind !== 'object')
      return { ...noNotes, kind: 'raw', why: 'the schema is neither an object nor a boolean' };
    const base = notes(schema, name);
    const constant = get(schema, 'const');
    if (constant) return { ...base, kind: 'const', value: constant };
    const choices = get(schema, 'enum');
    if (choices) return enumField(schema, choices, base);
    for (const keyword of ['oneOf', 'anyOf']) {
      const variants = get(schema, keyword);
      if (variants) return this.alternatives(schema, keyword, variants, base, name);
    }
    return this.typed(schema, base, name);
  }

  private typed(schema: JsonNode, base: FieldBase, name: string): Field {
    const type = get(schema, 'type');
    if (type?.kind === 'array') return this.typeList(schema, type.items, base, name);
    const word = type?.kind === 'string' ? type.value : type ? '?' : guessType(schema);
    switch (word) {
      case 'string':
        return stringField(schema, base);
      case 'number':
      case 'integer':
        return {
          ...base,
          kind: word,
          minimum: number(schema, 'minimum'),
          maximum: number(schema, 'maximum'),
          exclusiveMinimum: number(schema, 'exclusiveMinimum'),
          exclusiveMaximum: number(schema, 'exclusiveMaximum'),
          multipleOf: number(schema, 'multipleOf'),
        };
      case 'boolean':
      case 'null':
        return { ...base, kind: word };
      case 'object':
        return this.objectField(schema, base);
      case 'array':
        return this.arrayField(schema, base, name);
      case '':
        return { ...base, kind: 'raw', why: '' };
      default:
        return {
          ...base,
          kind: 'raw',
          why: `the form does not know the type ${type ? printJson(type).slice(0, 80) : word}`,
        };
    }
  }

  /** type: ["string", "null"] is a nullable string; several types are variants. */
  private typeList(schema: JsonNode, types: readonly JsonNode[], base: FieldBase, name: string): Field {
    const words = [...new Set(types.flatMap((t) => (t.kind === 'string' ? [t.value] : [])))];
    const nullable = words.includes('null');
    const others = words.filter((w) => w !== 'null');
    const [only] = others;
    const withNull = { ...base, nullable: base.nullable || nullable };
    if (only === undefined)
      return nullable ? { ...base, kind: 'null' } : { ...base, kind: 'raw', why: 'the type list is empty' };
    if (others.length === 1) return this.typed(replaced(schema, 'type', stringNode(only)), withNull, name);
    if (others.length >= 6) return { ...base, nullable: false, kind: 'raw', why: '' };
    const variants = others.map((word) => ({
      label: word,
      field: this.lazy(replaced(schema, 'type', stringNode(word)), name),
    }));
    return { ...withNull, kind: 'choice', variants, discriminator: '' };
  }

  private alternatives(schema: JsonNode, keyword: string, list: JsonNode, base: FieldBase, name: string): Field {
    if (list.kind !== 'array') throw new NotUnderstood(`a ${keyword} that is not a list`);
    const titled = titledOptions(list.items);
    if (titled) return { ...base, nullable: base.nullable || titled.nullable, kind: 'enum', options: titled.options };
    if (list.items.length > maxVariants)
      throw new NotUnderstood(`a ${keyword} of ${String(list.items.length)} variants`);
    const rest = without(schema, keyword);
    const real = list.items.filter((v) => !isNull(v));
    const nullable = base.nullable || real.length < list.items.length;
    const [only] = real;
    if (!only) return { ...base, kind: 'null' };
    const plain = onlyNotes(rest);
    const whole = (v: JsonNode): JsonNode => (plain ? v : this.resolver.both(withoutNotes(rest), v));
    if (real.length === 1) return underNotes({ ...this.make(whole(only), name) }, { ...base, nullable });
    if (isRequirement(real)) return this.typed(rest, { ...base, unshown: [...base.unshown, keyword] }, name);
    const variants = real.map((v, i): Variant => ({
      label: this.label(v, i),
      field: this.lazyWhole(() => whole(v), v, name),
    }));
    return { ...base, nullable, kind: 'choice', variants, discriminator: this.discriminator(schema, real) };
  }

  private lazyWhole(whole: () => JsonNode, part: JsonNode, name: string): Lazy<Field> {
    let made: Field | undefined;
    return () => {
      if (made) return made;
      try {
        made = this.make(whole(), name);
      } catch (e) {
        if (!(e instanceof NotUnderstood)) throw e;
        made = { ...notes(part, name), kind: 'raw', why: `the form does not understand ${e.message}` };
      }
      return made;
    };
  }

  private label(variant: JsonNode, index: number): string {
    const resolved = this.quietly(variant);
    const title = string(resolved, 'title') || string(variant, 'title');
    if (title) return title;
    const ref = string(variant, '$ref');
    if (ref) return ref.slice(ref.lastIndexOf('/') + 1);
    for (const p of properties(resolved)) {
      const constant = get(this.quietly(p.value), 'const');
      if (constant?.kind === 'string') return `${p.key} = ${constant.value}`;
    }
    const type = get(resolved, 'type');
    if (type?.kind === 'string' && type.value !== 'object')
      return string(resolved, 'format') || typeName(resolved, type.value);
    const keys = properties(resolved).map((p) => p.key);
    return keys.length > 0
      ? `{${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}}`
      : `variant ${String(index + 1)}`;
  }

  /** The property with another constant in every variant; OpenAPI's discriminator is believed when it names one. */
  private discriminator(schema: JsonNode, variants: readonly JsonNode[]): string {
    const named = string(get(schema, 'discriminator'), 'propertyName');
    const resolved = variants.map((v) => this.quietly(v));
    const candidates = named
      ? [named]
      : properties(resolved[0])
          .map((p) => p.key)
          .slice(0, 16);
    for (const key of candidates) {
      const seen: JsonNode[] = [];
      const apart = resolved.every((v) => {
        const value = this.constantOf(get(get(v, 'properties'), key));
        if (!value || seen.some((s) => sameJson(s, value))) return false;
        seen.push(value);
        return true;
      });
      if (apart) return key;
    }
    return '';
  }

  private constantOf(schema: JsonNode | undefined): JsonNode | undefined {
    if (!schema) return undefined;
    const resolved = this.quietly(schema);
    const choices = get(resolved, 'enum');
    return (
      get(resolved, 'const') ?? (choices?.kind === 'array' && choices.items.length === 1 ? choices.items[0] : undefined)
    );
  }

  private quietly(schema: JsonNode): JsonNode {
    try {
      return this.resolver.resolve(schema);
    } catch (e) {
      if (e instanceof NotUnderstood) return schema;
      throw e;
    }
  }

  private objectField(schema: JsonNode, base: FieldBase): Field {
    const required = new Set(strings(get(schema, 'required')));
    const fields = properties(schema).map(({ key, value }): Property => ({
      name: key,
      required: required.has(key),
      field: this.lazy(value, key),
    }));
    const known = new Set(fields.map((f) => f.name));
    for (const name of required) if (!known.has(name)) fields.push({ name, required: true, field: () => anything('') });
    const extra = get(schema, 'additionalProperties');
    const closed = extra?.kind === 'boolean' && !extra.value;
    const patterns = get(schema, 'patternProperties');
    const firstPattern =
      patterns?.kind === 'object' && patterns.members.length === 1 ? patterns.members[0]?.value : undefined;
    if (fields.length === 0 && !closed) {
      const values = extra ?? firstPattern;
      return {
        ...base,
        kind: 'map',
        values: values ? this.lazy(values, '') : () => anything(''),
        invited: values !== undefined || patterns !== undefined,
      };
    }
    const invited =
      extra && !closed
        ? this.lazy(extra, '')
        : patterns
          ? firstPattern
            ? this.lazy(firstPattern, '')
            : () => anything('')
          : null;
    return { ...base, kind: 'object', properties: fields, additional: invited };
  }

  private arrayField(schema: JsonNode, base: FieldBase, name: string): Field {
    const items = get(schema, 'items');
    const tuple = get(schema, 'prefixItems') ?? (items?.kind === 'array' ? items : undefined);
    const prefix = tuple?.kind === 'array' ? tuple.items.slice(0, maxVariants).map((s) => this.lazy(s, name)) : [];
    const rest = items?.kind === 'array' ? get(schema, 'additionalItems') : items;
    const none = rest?.kind === 'boolean' && !rest.value;
    const unique = get(schema, 'uniqueItems');
    return {
      ...base,
      kind: 'array',
      prefix,
      items: none ? null : rest ? this.lazy(rest, name) : () => anything(''),
      minItems: number(schema, 'minItems'),
      maxItems: number(schema, 'maxItems'),
      unique: unique?.kind === 'boolean' && unique.value,
    };
  }
}

function stringField(schema: JsonNode, base: FieldBase): Field {
  const format = string(schema, 'format');
  const maxLength = number(schema, 'maxLength');
  const longDefault =
    base.default?.kind === 'string' && (base.default.value.includes('\n') || base.default.value.length > 80);
  return {
    ...base,
    secret: base.secret || format === 'password',
    kind: 'string',
    format,
    minLength: number(schema, 'minLength'),
    maxLength,
    pattern: string(schema, 'pattern'),
    multiline: format === '' && (longDefault || Number(maxLength) > longString),
  };
}

function enumField(schema: JsonNode, choices: JsonNode, base: FieldBase): Field {
  if (choices.kind !== 'array') throw new NotUnderstood('an enum that is not a list');
  if (choices.items.length > maxOptions)
    return { ...base, kind: 'raw', why: `one of ${String(choices.items.length)} values: too many to list` };
  const names = strings(get(schema, 'enumNames') ?? get(schema, 'x-enumNames') ?? get(schema, 'x-enum-varnames'));
  const descriptions = strings(get(schema, 'enumDescriptions') ?? get(schema, 'x-enum-descriptions'));
  const all = choices.items.map((value, i) => option(value, names[i] ?? '', descriptions[i] ?? ''));
  const [only] = all;
  if (all.length === 1 && only) return { ...base, kind: 'const', value: only.value };
  const options = all.filter((o) => o.value.kind !== 'null');
  return { ...base, nullable: base.nullable || options.length < all.length, kind: 'enum', options };
}

/** oneOf/anyOf of constants: an enum whose options have titles. Null among them makes it nullable. */
function titledOptions(items: readonly JsonNode[]): { options: EnumOption[]; nullable: boolean } | null {
  const options: EnumOption[] = [];
  let nullable = false;
  for (const item of items) {
    if (isNull(item)) {
      nullable = true;
      continue;
    }
    const value = get(item, 'const');
    if (!value) return null;
    options.push(option(value, string(item, 'title'), string(item, 'description')));
  }
  return options.length > 0 && options.length <= maxOptions ? { options, nullable } : null;
}

function option(value: JsonNode, title: string, description: string): EnumOption {
  const text = value.kind === 'string' ? value.value : printJson(value);
  return { value, label: title === '' || title === text ? text : `${title} (${text})`, description };
}

/** anyOf: [{required: [a]}, {required: [b]}] asks for one of two, and changes no field. */
function isRequirement(variants: readonly JsonNode[]): boolean {
  return variants.every(
    (v) =>
      v.kind === 'object' && v.members.length > 0 && v.members.every((m) => m.key === 'required' || m.key === 'not'),
  );
}

function isNull(schema: JsonNode): boolean {
  const type = get(schema, 'type');
  const constant = get(schema, 'const');
  const choices = get(schema, 'enum');
  if (choices?.kind === 'array' && choices.items.length === 1 && choices.items[0]?.kind === 'null') return true;
  return constant?.kind === 'null' || (type?.kind === 'string' && type.value === 'null');
}

/** A schema without a type that only makes sense for one. */
function guessType(schema: JsonNode): string {
  const has = (...keys: string[]): boolean => keys.some((k) => get(schema, k) !== undefined);
  if (has('properties', 'required', 'additionalProperties', 'patternProperties')) return 'object';
  if (has('items', 'prefixItems', 'minItems', 'maxItems')) return 'array';
  if (has('pattern', 'minLength', 'maxLength', 'format')) return 'string';
  if (has('minimum', 'maximum', 'multipleOf')) return 'number';
  return '';
}

function typeName(schema: JsonNode, type: string): string {
  if (type !== 'array') return type;
  const items = get(get(schema, 'items'), 'type');
  return items?.kind === 'string' ? `array of ${items.value}` : 'array';
}
