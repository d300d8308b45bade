/** How a parameter of a session type is asked for. */
export type FieldKind =
  | { kind: 'number'; isWhole: boolean }
  | { kind: 'choice'; choices: readonly Choice[] }
  | { kind: 'text' }
  | { kind: 'json' };

export interface Choice {
  label: string;
  value: unknown;
}

export interface ParameterField {
  /** Its member of the request: `parameters.gridCells`; `parameters` where one field holds all of them. */
  member: string;
  /** Undefined for the field that holds all parameters. */
  name: string | undefined;
  label: string;
  /** What it means, and its bounds. */
  hint: string;
  isRequired: boolean;
  asks: FieldKind;
  /** What is taken when nothing is said, as the field would show it; '' = the schema does not say. */
  byDefault: string;
}

/** A JSON Schema as far as a form can ask for it. */
interface MemberSchema {
  type?: unknown;
  enum?: unknown;
  title?: unknown;
  description?: unknown;
  default?: unknown;
  minimum?: unknown;
  maximum?: unknown;
  exclusiveMinimum?: unknown;
  exclusiveMaximum?: unknown;
  minLength?: unknown;
  maxLength?: unknown;
}

/** The fields for a type's parameters in the order of its schema; one JSON field where the schema names no members. */
export function fieldsOf(schema: Record<string, unknown> | undefined): ParameterField[] {
  const properties = Object.entries(objectOr(schema?.['properties']));
  if (properties.length === 0) return takesNothing(schema) ? [] : [wholeField];
  const required = Array.isArray(schema?.['required']) ? (schema['required'] as unknown[]) : [];
  return properties.map(([name, value]) => fieldOf(name, objectOr(value), required.includes(name)));
}

function takesNothing(schema: Record<string, unknown> | undefined): boolean {
  return schema?.['additionalProperties'] === false;
}

const wholeField: ParameterField = {
  member: 'parameters',
  name: undefined,
  label: 'Parameters',
  hint: 'A JSON object. This type does not say which members it takes.',
  isRequired: false,
  asks: { kind: 'json' },
  byDefault: '',
};

function fieldOf(name: string, schema: MemberSchema, isRequired: boolean): ParameterField {
  const asks = kindOf(schema);
  const label = typeof schema.title === 'string' ? schema.title : name;
  const byDefault = schema.default === undefined ? '' : said(schema.default);
  return { member: `parameters.${name}`, name, label, hint: hintOf(schema, asks), isRequired, asks, byDefault };
}

function kindOf({ type, enum: choices }: MemberSchema): FieldKind {
  if (Array.isArray(choices))
    return { kind: 'choice', choices: choices.map((value: unknown) => ({ label: said(value), value })) };
  if (type === 'boolean') return { kind: 'choice', choices: yesAndNo };
  if (type === 'integer' || type === 'number') return { kind: 'number', isWhole: type === 'integer' };
  return type === 'string' ? { kind: 'text' } : { kind: 'json' };
}

const yesAndNo: readonly Choice[] = [
  { label: 'yes', value: true },
  { label: 'no', value: false },
];

/** A value as its field shows it. */
export function said(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function hintOf(schema: MemberSchema, asks: FieldKind): string {
  const meaning = typeof schema.description === 'string' ? schema.description.replace(/[.\s]+$/, '') : '';
  const form = asks.kind === 'json' ? 'JSON' : '';
  return [meaning, boundsOf(schema, asks), form].filter((part) => part !== '').join('; ');
}

function boundsOf(schema: MemberSchema, asks: FieldKind): string {
  if (asks.kind === 'text')
    return [bound('at least', schema.minLength), bound('at most', schema.maxLength)]
      .filter((part) => part !== '')
      .map((part) => `${part} characters`)
      .join(', ');
  if (asks.kind !== 'number') return '';
  return [
    asks.isWhole ? 'a whole number' : 'a number',
    bound('from', schema.minimum),
    bound('above', schema.exclusiveMinimum),
    bound('to', schema.maximum),
    bound('below', schema.exclusiveMaximum),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const bound = (word: string, value: unknown): string => (typeof value === 'number' ? `${word} ${value}` : '');

function objectOr(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
