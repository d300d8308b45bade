/** Takes a reason why something does not pass. */
export type Refuse = (reason: string) => void;

/** The value as it may be passed on, made anew from what was checked; `undefined` = it is left out. Says what does not pass. */
export type Rule = (value: unknown, at: string, refuse: Refuse) => unknown;

export type Members = Readonly<Record<string, Rule>>;

/** Only these members, by exactly these names: the engine itself would also take `privileged` for `Privileged`. */
export function object(members: Members, required: readonly string[] = []): Rule {
  return (value, at, refuse) => {
    if (!isObject(value)) return refuse(`${at} must be an object`);
    const cleaned: Record<string, unknown> = {};
    for (const [name, member] of given(value)) {
      const where = at === '' ? shown(name) : `${at}.${shown(name)}`;
      if (!Object.hasOwn(members, name)) refuse(`${where} is not allowed`);
      else put(cleaned, name, members[name]?.(member, where, refuse));
    }
    for (const name of required)
      if (value[name] === undefined || value[name] === null)
        refuse(`${at === '' ? name : `${at}.${name}`} must be given`);
    return cleaned;
  };
}

/** Any number of members whose names fit, all with values of one sort. */
export function map(names: RegExp, rule: Rule): Rule {
  return (value, at, refuse) => {
    if (!isObject(value)) return refuse(`${at} must be an object`);
    const cleaned: Record<string, unknown> = {};
    for (const [name, member] of given(value)) {
      if (!names.test(name)) refuse(`${at} has the name ${shown(name)}, which is not allowed`);
      else put(cleaned, name, rule(member, `${at}[${shown(name)}]`, refuse));
    }
    return cleaned;
  };
}

export function list(rule: Rule): Rule {
  return (value, at, refuse) => {
    if (!Array.isArray(value)) return refuse(`${at} must be a list`);
    return value.map((each: unknown, index) => rule(each, `${at}[${index}]`, refuse));
  };
}

export function text(pattern: RegExp, what: string): Rule {
  return (value, at, refuse) =>
    typeof value === 'string' && pattern.test(value) ? value : refuse(`${at} must be ${what}, not ${shown(value)}`);
}

export const anyText: Rule = text(/^[^\0]*$/, 'a text');

export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Rule {
  const span = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  return (value, at, refuse) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : refuse(`${at} must be a whole number ${span}, not ${shown(value)}`);
}

export const flag: Rule = (value, at, refuse) =>
  typeof value === 'boolean' ? value : refuse(`${at} must be true or false`);

export function oneOf(values: readonly (string | number | boolean)[]): Rule {
  return (value, at, refuse) =>
    values.some((each) => each === value)
      ? value
      : refuse(`${at} must be ${values.map((each) => JSON.stringify(each)).join(' or ')}, not ${shown(value)}`);
}

/** What Muster has no use for: clients may send it empty, and then it is left out. */
export const unused: Rule = (value, at, refuse) =>
  isEmpty(value) ? undefined : refuse(`${at} is not allowed (it is ${shown(value)})`);

/** Left out, whatever it says: for what the engine itself ignores. */
export const ignored: Rule = () => undefined;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For messages: short, and without anything that could begin a line of its own. */
export function shown(value: unknown): string {
  const written =
    typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : (JSON.stringify(value) ?? 'nothing');
  return written.length > 100 ? `${written.slice(0, 100)}...` : written;
}

/** The engine reads null as absent. */
function given(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
}

function put(target: Record<string, unknown>, name: string, value: unknown): void {
  if (value !== undefined) target[name] = value;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === 0 || value === false;
}
