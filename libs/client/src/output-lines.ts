import type { RestClient } from './rest-client.js';

/** One line that a worker has written. */
export interface OutputLine {
  stream: 'stdout' | 'stderr';
  text: string;
  /** Output before it was dropped: so many bytes. */
  droppedBytes?: number;
}

/** JSON lines as they arrive in pieces. Throws what the installation refuses. */
export async function* readOutput(rest: RestClient, path: string, signal?: AbortSignal): AsyncGenerator<OutputLine> {
  const headers = { accept: 'application/x-ndjson' };
  const response = await rest.open('GET', path, { headers, isStream: true, ...(signal && { signal }) });
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  let begun = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (begun + decoder.decode(part.value, { stream: true })).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines.filter((each) => each !== '')) yield JSON.parse(line) as OutputLine;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
