/** What a form shows for a JSON Schema. Made by schemaFields.ts. */

import type { JsonNode } from './jsonDoc';

/** A part that is worked out when it is looked at: recursive schemas end there. The answer is always the same object. */
export type Lazy<T> = () => T;

interface FieldBase {
  readonly title: string;
  readonly description: string;
  readonly nullable: boolean;
  readonly deprecated: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  /** Shown masked and never kept in drafts. */
  readonly secret: boolean;
  readonly default: JsonNode | undefined;
  readonly examples: readonly JsonNode[];
  /** Keywords the form does not show, though Go checks them: "if", "not". */
  readonly unshown: readonly string[];
}

export type StringField = FieldBase & {
  readonly kind: 'string';
  readonly format: string;
  readonly minLength: string;
  readonly maxLength: string;
  readonly pattern: string;
  readonly multiline: boolean;
};

/** Number texts as written; empty when there is none. */
interface NumberBounds {
  readonly minimum: string;
  readonly maximum: string;
  readonly exclusiveMinimum: string;
  readonly exclusiveMaximum: string;
  readonly multipleOf: string;
}

export type NumberField = FieldBase & NumberBounds & ({ readonly kind: 'number' } | { readonly kind: 'integer' });

export type BooleanField = FieldBase & { readonly kind: 'boolean' };
export type NullField = FieldBase & { readonly kind: 'null' };

export interface EnumOption {
  readonly value: JsonNode;
  readonly label: string;
  readonly description: string;
}

export type EnumField = FieldBase & { readonly kind: 'enum'; readonly options: readonly EnumOption[] };
export type ConstField = FieldBase & { readonly kind: 'const'; readonly value: JsonNode };

export interface Property {
  readonly name: string;
  readonly required: boolean;
  readonly field: Lazy<Field>;
}

export type ObjectField = FieldBase & {
  readonly kind: 'object';
  readonly properties: readonly Property[];
  /** The field of keys that are not in properties; null when they are not invited. */
  readonly additional: Lazy<Field> | null;
};

/** `invited` is false where the schema only says "object": any key may be there, none was asked for. */
export type MapField = FieldBase & { readonly kind: 'map'; readonly values: Lazy<Field>; readonly invited: boolean };

export type ArrayField = FieldBase & {
  readonly kind: 'array';
  /** The first items, each with its own schema (prefixItems). */
  readonly prefix: readonly Lazy<Field>[];
  /** The items after them; null when there must be none. */
  readonly items: Lazy<Field> | null;
  readonly minItems: string;
  readonly maxItems: string;
  readonly unique: boolean;
};

export interface Variant {
  readonly label: string;
  readonly field: Lazy<Field>;
}

export type ChoiceField = FieldBase & {
  readonly kind: 'choice';
  readonly variants: readonly Variant[];
  /** The property whose constant tells the variants apart; empty when there is none. */
  readonly discriminator: string;
};

/** Anything: shown as JSON. `why` is empty when the schema allows any value. */
export type RawField = FieldBase & { readonly kind: 'raw'; readonly why: string };

export type Field =
  | StringField
  | NumberField
  | BooleanField
  | NullField
  | EnumField
  | ConstField
  | ObjectField
  | MapField
  | ArrayField
  | ChoiceField
  | RawField;

export type { FieldBase };
