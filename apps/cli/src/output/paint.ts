import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours by what they mean. Without colours every text comes back as it was. */
export class Paint {
  constructor(private readonly isOn: boolean) {}

  title = (text: string): string => this.#with('bold', text);
  quiet = (text: string): string => this.#with('dim', text);
  good = (text: string): string => this.#with('green', text);
  busy = (text: string): string => this.#with('cyan', text);
  warning = (text: string): string => this.#with('yellow', text);
  bad = (text: string): string => this.#with('red', text);

  /** The state of a session, worker, node or service. */
  state = (state: string): string => {
    if (goodStates.has(state)) return this.good(state);
    if (badStates.has(state)) return this.bad(state);
    if (warningStates.has(state)) return this.warning(state);
    return doneStates.has(state) ? this.quiet(state) : this.busy(state);
  };

  #with(style: Style, text: string): string {
    return this.isOn ? styleText(style, text, { validateStream: false }) : text;
  }
}

const goodStates: ReadonlySet<string> = new Set(['running', 'ready', 'now']);
const badStates: ReadonlySet<string> = new Set(['failed', 'lost', 'down', 'unreachable', 'lease-ended', 'never']);
const warningStates: ReadonlySet<string> = new Set([
  'degraded',
  'suspect',
  'draining',
  'not-ready',
  'leaving',
  'later',
]);
const doneStates: ReadonlySet<string> = new Set(['closed', 'ended', 'hibernated']);

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** A text of somebody else on one line, without what a terminal would obey. */
export function oneLine(text: string): string {
  return harmless(text).replaceAll(/\s+/g, ' ').trim();
}

/** A text of somebody else without what a terminal would obey; line breaks and tabs stay. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, '');
}
