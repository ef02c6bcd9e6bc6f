/** Which field kind, variant or starting value belongs to a JSON value. */

import { type JsonNode, arrayNode, booleanNode, member, nullNode, numberNode, objectNode, stringNode } from './jsonDoc';
import { get } from './jsonPath';
import { sameJson } from './jsonPrint';
import type { ArrayField, ChoiceField, EnumOption, Field, ObjectField } from './schemaTypes';

/** Starting values go so deep; a required recursive object must end. */
const maxStarterDepth = 6;

/** Whether the field's own control can show the value. Numbers typed half-way are strings, and stay in their box. */
export function shows(field: Field, node: JsonNode): boolean {
  switch (field.kind) {
    case 'raw':
    case 'choice':
      return true;
    case 'null':
      return node.kind === 'null';
    case 'string':
      return node.kind === 'string' || (node.kind === 'null' && field.nullable);
    case 'number':
    case 'integer':
      return (
        node.kind === 'number' ||
        (node.kind === 'string' && node.value.length < 100) ||
        (node.kind === 'null' && field.nullable)
      );
    case 'boolean':
      return node.kind === 'boolean' || (node.kind === 'null' && field.nullable);
    case 'const':
      return sameJson(field.value, node);
    case 'enum':
      return (node.kind === 'null' && field.nullable) || field.options.some((o) => sameJson(o.value, node));
    case 'object':
    case 'map':
      return node.kind === 'object' || (node.kind === 'null' && field.nullable);
    case 'array':
      return node.kind === 'array' || (node.kind === 'null' && field.nullable);
  }
}

/** More options than this are chosen item by item: nobody ticks from a longer list. */
const maxTicked = 60;

/**
 * The options of an array that is a choice of several values: titled or not, each at most once. Null for any other, and
 * for a value that ticks could not show: an item that is none of them, or one twice.
 */
export function setOptions(field: ArrayField, node: JsonNode | undefined): readonly EnumOption[] | null {
  if (field.prefix.length > 0 || !field.items) return null;
  const item = field.items();
  const options =
    item.kind === 'enum'
      ? item.options
      : item.kind === 'const' && item.value.kind === 'string'
        ? [{ value: item.value, label: item.title || item.value.value, description: item.description }]
        : [];
  if (options.length === 0 || options.length > maxTicked || (item.kind === 'enum' && item.nullable)) return null;
  if (node?.kind !== 'array') return node === undefined ? options : null;
  const fits = node.items.every(
    (value, i) =>
      options.some((o) => sameJson(o.value, value)) && !node.items.slice(0, i).some((other) => sameJson(other, value)),
  );
  return fits ? options : null;
}

/** The variant a value belongs to, -1 when it fits none. */
export function pickVariant(choice: ChoiceField, node: JsonNode): number {
  let best = -1;
  let bestScore = 0;
  for (const [i, variant] of choice.variants.entries()) {
    const score = fit(variant.field(), node, choice.discriminator, 0);
    if (score > bestScore) {
      best = i;
      bestScore = score;
    }
  }
  return best;
}

/** How well a value fits, 0 for not at all. */
function fit(field: Field, node: JsonNode, discriminator: string, depth: number): number {
  if (field.kind === 'raw') return 1;
  if (field.kind === 'choice') {
    if (depth > 3) return 1;
    return Math.max(0, ...field.variants.slice(0, 20).map((v) => fit(v.field(), node, field.discriminator, depth + 1)));
  }
  if ((field.kind === 'number' || field.kind === 'integer') && node.kind === 'string') return 0;
  if (!shows(field, node)) return 0;
  if (field.kind === 'integer') return node.kind === 'number' && /[.eE]/.test(node.text) ? 0 : 12;
  if (field.kind === 'object' && node.kind === 'object') return fitObject(field, node, discriminator);
  return 10;
}

function fitObject(field: ObjectField, node: JsonNode, discriminator: string): number {
  let score = 10;
  for (const p of field.properties) {
    const value = get(node, p.name);
    const own = p.name === discriminator || p.required ? p.field() : null;
    if (own?.kind === 'const') {
      if (value && !sameJson(own.value, value)) return p.name === discriminator ? 0 : 1;
      if (value) score += p.name === discriminator ? 100 : 5;
    }
    if (value) score += 2;
    else if (p.required) score -= 1;
  }
  return Math.max(1, score);
}

/** The value a field starts with once the user adds it: its default, or the emptiest one of its kind. */
export function starter(field: Field, depth = 0): JsonNode {
  if (field.default) return made(field.default);
  switch (field.kind) {
    case 'string':
      return stringNode('');
    case 'number':
    case 'integer':
      return numberNode(field.minimum || '0');
    case 'boolean':
      return booleanNode(false);
    case 'const':
      return made(field.value);
    case 'enum':
      return field.options[0] ? made(field.options[0].value) : nullNode;
    case 'array':
      return arrayNode([]);
    case 'map':
      return objectNode([]);
    case 'object':
      return objectStarter(field, depth);
    case 'choice': {
      const first = field.variants[0];
      return first && depth < maxStarterDepth ? starter(first.field(), depth + 1) : nullNode;
    }
    case 'null':
    case 'raw':
      return nullNode;
  }
}

/**
 * What is required and known starts set: constants, having no other valid value, and defaults. Everything else starts
 * unset, so that nothing optional is sent unasked.
 */
function objectStarter(field: ObjectField, depth: number): JsonNode {
  if (depth >= maxStarterDepth) return objectNode([]);
  const members = [];
  for (const p of field.properties.slice(0, 500)) {
    if (!p.required) continue;
    const own = p.field();
    if (own.kind === 'const') members.push(member(p.name, made(own.value)));
    else if (own.default) members.push(member(p.name, made(own.default)));
  }
  return objectNode(members);
}

/** The starting value of another variant, with the members both know kept. */
export function switchVariant(to: Field, from: JsonNode | undefined): JsonNode {
  const fresh = starter(to);
  if (to.kind !== 'object' || from?.kind !== 'object' || fresh.kind !== 'object') return fresh;
  const known = new Map(to.properties.map((p) => [p.name, p]));
  const kept = from.members.filter((m) => {
    const p = known.get(m.key);
    return (
      p !== undefined && p.field().kind !== 'const' && shows(p.field(), m.value) && get(fresh, m.key) === undefined
    );
  });
  return objectNode([...fresh.members, ...kept]);
}

/** A copy without offsets: they would point into the schema's text. */
function made(node: JsonNode): JsonNode {
  if (node.kind === 'array') return arrayNode(node.items.map(made));
  if (node.kind === 'object') return objectNode(node.members.map((m) => member(m.key, made(m.value))));
  return { ...node, start: -1, end: -1 };
}
