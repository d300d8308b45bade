import { readFileSync } from 'node:fs';

/** One setting: its environment variable, meaning, default and check. The reference page is generated from these. */
export interface Setting<T> {
  readonly description: string;
  readonly kind: string;
  readonly default: T;
  readonly secret: boolean;
  /** The value of a text, or a reason why it is none. */
  parse(text: string): { value: T } | { reason: string };
}

export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;
export type SettingsOf<Table> = { readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never };

/** What a text, or each of a list, must look like. `kind` in words: it stands in the reference and in the refusal. */
export interface Form {
  kind: string;
  fits(text: string): boolean;
}

const anyText: Form = { kind: 'text', fits: () => true };

interface Range {
  min?: number;
  max?: number;
}

export function integerSetting(description: string, value: number, range: Range = {}): Setting<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const span = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  const parse: Setting<number>['parse'] = (text) => {
    const number = Number(text);
    return text.trim() !== '' && Number.isInteger(number) && number >= min && number <= max
      ? { value: number }
      : { reason: `must be a whole number ${span}` };
  };
  return { description, kind: `whole number, ${span}`, default: value, secret: false, parse };
}

/** A part of the whole. */
export function ratioSetting(description: string, value: number): Setting<number> {
  const parse: Setting<number>['parse'] = (text) => {
    const number = Number(text);
    return text.trim() !== '' && number >= 0 && number <= 1
      ? { value: number }
      : { reason: 'must be a number from 0 to 1' };
  };
  return { description, kind: 'number from 0 to 1', default: value, secret: false, parse };
}

export function textSetting<T extends string | undefined>(
  description: string,
  value: T,
  form: Form = anyText,
): Setting<string | T> {
  return {
    description,
    kind: form === anyText ? 'text' : `text: ${form.kind}`,
    default: value,
    secret: false,
    parse: (text) => (form.fits(text) ? { value: text } : { reason: `must be ${form.kind}` }),
  };
}

/** A secret: also taken from the file that `<NAME>_FILE` names; never shown. */
export function secretSetting(description: string, form: Form = anyText): Setting<string | undefined> {
  return {
    description,
    kind: form === anyText ? 'text' : `text: ${form.kind}`,
    default: undefined,
    secret: true,
    parse: (text) => (form.fits(text) ? { value: text } : { reason: `must be ${form.kind}` }),
  };
}

export function booleanSetting(description: string, value: boolean): Setting<boolean> {
  return {
    description,
    kind: 'true or false',
    default: value,
    secret: false,
    parse: (text) =>
      text === 'true' || text === 'false' ? { value: text === 'true' } : { reason: 'must be true or false' },
  };
}

export function choiceSetting<const T extends string>(
  description: string,
  choices: readonly T[],
  value: T,
): Setting<T> {
  return {
    description,
    kind: choices.join(' | '),
    default: value,
    secret: false,
    parse: (text) => {
      const chosen = choices.find((choice) => choice === text);
      return chosen === undefined ? { reason: `must be one of ${choices.join(', ')}` } : { value: chosen };
    },
  };
}

/** A list of texts, separated by commas. */
export function listSetting(
  description: string,
  value: readonly string[],
  form: Form = anyText,
): Setting<readonly string[]> {
  return {
    description,
    kind: form === anyText ? 'list, separated by commas' : `${form.kind}, separated by commas`,
    default: value,
    secret: false,
    parse: (text) => {
      const items = text.split(',').flatMap((each) => each.trim() || []);
      const wrong = items.find((each) => !form.fits(each));
      return wrong === undefined ? { value: items } : { reason: `must be ${form.kind}, which "${wrong}" is not` };
    },
  };
}

/** Values by name; `names` says which names there can be, `example` shows the form. */
export function pairsSetting(
  description: string,
  { kind, names, example }: { kind: string; names: RegExp; example: string },
): Setting<Readonly<Record<string, string>>> {
  return {
    description,
    kind: `list of ${kind}, separated by commas`,
    default: {},
    secret: false,
    parse: (text) => {
      const pairs = text.split(',').map((each) => /^\s*([^=\s]+)=(.+?)\s*$/.exec(each));
      const wrong = pairs.some((pair) => pair === null || !names.test(pair[1] ?? ''));
      return wrong
        ? { reason: `must be like ${example}` }
        : { value: Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]])) };
    },
  };
}

/** An address like http://host:port, or none. */
export function urlSetting(description: string, value?: string): Setting<string | undefined> {
  return {
    description,
    kind: 'address (http or https)',
    default: value,
    secret: false,
    parse: (text) =>
      URL.canParse(text) && /^https?:/.test(text)
        ? { value: text.replace(/\/+$/, '') }
        : { reason: 'must be an http or https address' },
  };
}

export interface PortRange {
  first: number;
  last: number;
}

/** Two ports like 21000-22999. */
export function portRangeSetting<T extends PortRange | undefined>(
  description: string,
  value: T,
): Setting<PortRange | T> {
  return {
    description,
    kind: 'ports, first-last',
    default: value,
    secret: false,
    parse: (text) => {
      const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
      const range = { first: Number(first), last: Number(last) };
      return range.first >= 1 && range.first <= range.last && range.last <= 65_535
        ? { value: range }
        : { reason: 'must be two ports like 21000-22999, the first not above the last' };
    },
  };
}

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly problems: readonly string[]) {
    super(`the configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

type Source = Readonly<Record<string, string | undefined>>;

export interface SettingsSources {
  environment: Source;
  file?: Source;
  strictness?: 'strict' | 'lenient';
  /** Names that are no slip although they are not in the table. */
  alsoKnown?: readonly string[];
}

/**
 * Reads a table of settings: environment first, then `file` (already parsed, same names), then defaults; a secret also from
 * `<NAME>_FILE`. Every wrong value is listed at once; an unknown MUSTER_ name is an error, since it is most likely a slip.
 */
export function loadSettings<Table extends SettingsTable>(table: Table, sources: SettingsSources): SettingsOf<Table> {
  const { environment, file = {}, strictness = 'strict', alsoKnown = [] } = sources;
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const text = textOf(name, setting, { environment, file }, problems);
    if (text === undefined) {
      values[name] = setting.default;
      continue;
    }
    const parsed = setting.parse(text);
    if ('reason' in parsed)
      problems.push(`${name} ${parsed.reason}${setting.secret ? '' : ` (it is "${text.slice(0, 100)}")`}`);
    else values[name] = parsed.value;
  }
  if (strictness === 'strict')
    problems.push(...unknownSettings([...Object.keys(table), ...alsoKnown], environment, file));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values as SettingsOf<Table>;
}

function textOf(
  name: string,
  setting: Setting<unknown>,
  sources: { environment: Source; file: Source },
  problems: string[],
): string | undefined {
  const direct = sources.environment[name] ?? sources.file[name];
  const path = setting.secret ? (sources.environment[`${name}_FILE`] ?? sources.file[`${name}_FILE`]) : undefined;
  if (direct !== undefined && direct !== '') {
    if (path !== undefined) problems.push(`${name} and ${name}_FILE are both set: keep one`);
    return direct;
  }
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    problems.push(`${name}_FILE: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
    return undefined;
  }
}

/** What is wrong with the names of these sources, when only `names` are known: one line for each slip. */
export function unknownSettings(names: readonly string[], environment: Source, file: Source = {}): string[] {
  const known = new Set(names.flatMap((name) => [name, `${name}_FILE`]));
  const fromEnvironment = Object.keys(environment).filter((name) => name.startsWith('MUSTER_'));
  return [...new Set([...fromEnvironment, ...Object.keys(file)])]
    .filter((name) => !known.has(name))
    .sort()
    .map((name) => `${name} is not a known setting${suggestion(name, names)}`);
}

function suggestion(name: string, names: readonly string[]): string {
  const near = names.find((known) =>
    known.length === name.length ? differences(known, name) <= 2 : known.includes(name) || name.includes(known),
  );
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function differences(a: string, b: string): number {
  return Array.from(a).filter((character, index) => character !== b[index]).length;
}
