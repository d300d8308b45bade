export interface ServerSentEvent {
  id: string | undefined;
  event: string;
  data: string;
}

/** Takes apart a text/event-stream as it arrives in pieces. Comments are heartbeats and say nothing. */
export class SseParser {
  #rest = '';
  #id: string | undefined;
  #event = 'message';
  #data: string[] = [];

  push(text: string): ServerSentEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === '') return this.#dispatch();
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'data') this.#data.push(value);
    if (name === 'event') this.#event = value;
    if (name === 'id') this.#id = value;
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    const event = { id: this.#id, event: this.#event, data: this.#data.join('\n') };
    const hasData = this.#data.length > 0;
    this.#id = undefined;
    this.#event = 'message';
    this.#data = [];
    return hasData ? [event] : [];
  }
}
