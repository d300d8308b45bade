/** One parameter of a session type, in words. */
export interface ParameterLine {
  name: string;
  takes: string;
  default: string;
  isRequired: boolean;
  meaning: string;
}

interface MemberSchema {
  type?: unknown;
  enum?: unknown;
  minimum?: unknown;
  maximum?: unknown;
  exclusiveMinimum?: unknown;
  exclusiveMaximum?: unknown;
  default?: unknown;
  description?: unknown;
}

/** The parameters that a JSON Schema names, in its order. */
export function describeParameters(schema: Record<string, unknown>): ParameterLine[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = typeof schema['properties'] === 'object' ? (schema['properties'] ?? {}) : {};
  return Object.entries(properties).map(([name, value]) => {
    const member = (typeof value === 'object' ? value : {}) as MemberSchema;
    return {
      name,
      takes: takes(member),
      default: member.default === undefined ? '' : JSON.stringify(member.default),
      isRequired: required.includes(name),
      meaning: typeof member.description === 'string' ? member.description : '',
    };
  });
}

function takes(member: MemberSchema): string {
  if (Array.isArray(member.enum)) return member.enum.map((each) => JSON.stringify(each)).join(' | ');
  const type = Array.isArray(member.type)
    ? member.type.join(' or ')
    : typeof member.type === 'string'
      ? member.type
      : 'any';
  const bounds = [
    bound('from', member.minimum),
    bound('above', member.exclusiveMinimum),
    bound('to', member.maximum),
    bound('below', member.exclusiveMaximum),
  ];
  return [type, ...bounds].filter((part) => part !== '').join(' ');
}

const bound = (word: string, value: unknown): string => (typeof value === 'number' ? `${word} ${value}` : '');
