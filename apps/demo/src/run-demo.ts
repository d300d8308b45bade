import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterClient, type SessionConnection, type SessionNews } from '@muster/client';
import { say } from './say.js';
import type { RunningSystem } from './system.js';

export interface DemoParts {
  system: RunningSystem;
  /** Folder for the picture and the result. */
  output: string;
  /** The geometry to solve. */
  input: string;
}

/** What `solve` of the field solver answers, as far as the demo shows it. */
interface SolveAnswer {
  title: string;
  cells: [number, number];
  iterations: number;
  capacitanceFaradsPerMetre?: number;
  reference?: { capacitancePerMetre: number; formula: string };
  relativeError?: number;
}

/** A user's whole visit: log in, open a session, watch it start, compute, look at the result, close it. */
export async function runDemo({ system, output, input }: DemoParts): Promise<void> {
  say('ready', system.publicUrl);
  const client = new MusterClient({ baseUrl: system.publicUrl });
  await client.login('admin', system.password);
  say('logged in', 'as admin');
  const session = await client.sessions.create({
    type: 'field-lab',
    project: 'coaxial-cable',
    parameters: { gridCells: 256 },
  });
  say(
    'asked',
    `session ${session.id}${session.queue === undefined ? '' : `, place ${session.queue.place} in the queue`}`,
  );
  const following = followEvents(client, session.id);
  await client.sessions.waitUntil(session.id, 'running');
  const connection = await client.connect(session.id);
  say('connected', 'one WebSocket to all workers of the session');
  await compute(connection, { output, input });
  connection.close();
  await client.sessions.close(session.id);
  await following;
}

/** Prints everything that happens to the session until it has ended. */
async function followEvents(client: MusterClient, id: string): Promise<void> {
  for await (const news of client.sessions.events(id)) say(news.kind, describe(news));
}

function describe(news: SessionNews): string {
  if (news.kind === 'missed') return `events ${news.firstId} to ${news.lastId} are no longer kept`;
  if (news.kind !== 'queue') return news.text;
  const { place, estimatedStartMs } = news.queue;
  const start = estimatedStartMs === null ? 'start not known yet' : `start in about ${Math.round(estimatedStartMs)} ms`;
  return `place ${place}, ${start}`;
}

async function compute(connection: SessionConnection, { output, input }: Omit<DemoParts, 'system'>): Promise<void> {
  const geometry = JSON.parse(await readFile(input, 'utf8')) as unknown;
  const loaded = await connection.call<{ title: string; electrodes: string[] }>('model', 'load', geometry);
  say('loaded', `${loaded.title} (${loaded.electrodes.join(', ')})`);
  let frames = 0;
  let bytes = 0;
  connection.on('binary', ({ topic, payload }) => {
    if (topic !== 'field') return;
    frames += 1;
    bytes += payload.byteLength;
  });
  const solved = await connection.call<SolveAnswer>(
    'solver',
    'solve',
    { gridCells: 256 },
    {
      onProgress: ({ text, done }) =>
        say('solving', `${text}${done === undefined ? '' : ` (${Math.round(done * 100)} %)`}`),
    },
  );
  say(
    'solved',
    `${solved.cells.join(' x ')} cells in ${solved.iterations} iterations; ${frames} field frames, ${(bytes / 1e6).toFixed(1)} MB`,
  );
  const picture = await connection.call<{ topic: string; bytes: Uint8Array }>('plot', 'render', {});
  await writeFile(join(output, 'field.png'), picture.bytes);
  await writeFile(join(output, 'result.json'), `${JSON.stringify(solved, undefined, 2)}\n`);
  say('wrote', `${join('demo-output', 'field.png')} and ${join('demo-output', 'result.json')}`);
  if (solved.capacitanceFaradsPerMetre === undefined) return;
  const picofarads = (farads: number): string => `${(farads * 1e12).toFixed(3)} pF/m`;
  say('result', `capacitance ${picofarads(solved.capacitanceFaradsPerMetre)}`);
  if (solved.reference !== undefined)
    say(
      'theory',
      `${picofarads(solved.reference.capacitancePerMetre)} (${solved.reference.formula}); difference ${((solved.relativeError ?? 0) * 100).toFixed(4)} %`,
    );
}
