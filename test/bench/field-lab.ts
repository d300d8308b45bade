import type { MusterClient } from '@muster/client';
import { BareProgram } from './bare-program.js';

/** The modules of the demo's session type. All workers are mandatory but the plot; that one is waited for as well. */
export const fieldLabModules = ['field-model', 'field-solver', 'field-plot'];

/** Asks for a session and resolves with its id when all of its workers run. */
export async function openFieldLab(client: MusterClient): Promise<string> {
  const { id } = await client.sessions.create({ type: 'field-lab' });
  const running = new Set<string>();
  for await (const news of client.sessions.events(id))
    if (
      news.kind === 'worker' &&
      news.worker?.state === 'running' &&
      running.add(news.role ?? '').size === fieldLabModules.length
    )
      return id;
  throw new TypeError(`session ${id} ended before all of its workers ran`);
}

export async function closeSession(client: MusterClient, id: string): Promise<void> {
  await client.sessions.close(id);
  await client.sessions.waitUntil(id, 'closed');
}

/** The same programs without Muster: each loads its module, and listens. */
export function startBareFieldLab(): Promise<BareProgram[]> {
  return Promise.all(fieldLabModules.map((name) => BareProgram.start('worker', `dist/workers/${name}.js`)));
}

export async function stopAll(programs: readonly BareProgram[]): Promise<void> {
  await Promise.all(programs.map((each) => each.stop()));
}
