/** The short text beside a field's name: what the schema asks of it. */

import { printJson } from './jsonPrint';
import type { Field } from './schemaTypes';

/** "string · email · 3–10 characters", "integer · ≥ 1", "array of string · at least 2". */
export function fieldHint(field: Field): string {
  const parts = [typeWord(field), ...limits(field)];
  if (field.nullable) parts.push('or null');
  if (field.deprecated) parts.push('deprecated');
  if (field.readOnly) parts.push('read-only');
  if (field.unshown.length > 0) parts.push(`also ${field.unshown.join(', ')}`);
  return parts.filter((p) => p !== '').join(' · ');
}

function typeWord(field: Field): string {
  switch (field.kind) {
    case 'enum':
      return `one of ${String(field.options.length)}`;
    case 'const':
      return 'constant';
    case 'map':
      return 'map';
    case 'array': {
      if (field.prefix.length > 0) return 'tuple';
      const item = field.items?.();
      return item && item.kind !== 'raw' ? `array of ${item.kind}` : 'array';
    }
    case 'choice':
      return `one of ${String(field.variants.length)} forms`;
    case 'raw':
      return field.why === '' ? 'any JSON' : 'JSON';
    default:
      return field.kind;
  }
}

function limits(field: Field): string[] {
  switch (field.kind) {
    case 'string':
      return [
        field.format,
        between(field.minLength, field.maxLength, 'characters'),
        field.pattern ? `matches ${field.pattern.slice(0, 60)}` : '',
      ];
    case 'number':
    case 'integer':
      return [
        field.minimum ? `≥ ${field.minimum}` : '',
        field.exclusiveMinimum ? `> ${field.exclusiveMinimum}` : '',
        field.maximum ? `≤ ${field.maximum}` : '',
        field.exclusiveMaximum ? `< ${field.exclusiveMaximum}` : '',
        field.multipleOf ? `multiple of ${field.multipleOf}` : '',
      ];
    case 'array':
      return [between(field.minItems, field.maxItems, 'items'), field.unique ? 'unique' : ''];
    default:
      return [];
  }
}

function between(min: string, max: string, unit: string): string {
  const low = min === '0' ? '' : min;
  const units = (n: string): string => `${n} ${n === '1' ? unit.slice(0, -1) : unit}`;
  if (low && max) return low === max ? units(low) : `${low}–${max} ${unit}`;
  if (low) return `at least ${units(low)}`;
  return max ? `at most ${units(max)}` : '';
}

const formatExamples: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  duration: 'P1DT2H',
  email: 'name@example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '123e4567-e89b-12d3-a456-426614174000',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  hostname: 'example.com',
};

/** What an unset box shows: the default, an example, or how the format looks; empty when nothing is known. */
export function placeholder(field: Field): string {
  if (field.default)
    return `default: ${short(field.default.kind === 'string' && field.default.value !== '' ? field.default.value : printJson(field.default))}`;
  const [example] = field.examples;
  if (example) return `e.g. ${short(example.kind === 'string' ? example.value : printJson(example))}`;
  const format = field.kind === 'string' ? formatExamples[field.format] : undefined;
  return format ? `e.g. ${format}` : '';
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? line.slice(0, 60) + '…' : line;
}
