import type { RawAnswer } from '@muster/platform';

/** How the API documents describe the streams of a session. */
export const eventStream: RawAnswer = {
  mediaType: 'text/event-stream',
  description:
    'Server-Sent Events; `data` is one JSON object. `state`, `worker`, `warning` and `progress` have an `id`, a running number per session. ' +
    '`queue` (place or estimate changed) and `missed` (events `firstId` to `lastId` are no longer kept) have none.',
  example: [
    'id: 1',
    'event: state',
    'data: {"id":1,"at":"2026-01-31T12:00:00.000Z","kind":"state","text":"queued","state":"queued"}',
    '',
    'event: queue',
    'data: {"kind":"queue","queue":{"place":1,"estimatedStartMs":1200}}',
    '',
    '',
  ].join('\n'),
};

export const outputLines: RawAnswer = {
  mediaType: 'application/x-ndjson',
  description:
    'One JSON object a line: the stream it was written to, its text, and droppedBytes where output before it was dropped',
  example: '{"stream":"stdout","text":"listening"}\n',
};
