import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SseParser } from './sse.js';

const stream =
  ': hello\n\nid: 1\nevent: state\ndata: {"a":1}\n\ndata: first\r\ndata: second\r\n\r\nid: 3\n\ndata:tight\n\n';
const events = [
  { id: '1', event: 'state', data: '{"a":1}' },
  { id: undefined, event: 'message', data: 'first\nsecond' },
  { id: undefined, event: 'message', data: 'tight' },
];

it('an event stream means the same in whatever pieces it arrives', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const parser = new SseParser();
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
      expect(at.slice(1).flatMap((end, index) => parser.push(stream.slice(at[index], end)))).toEqual(events);
    }),
  );
});
