import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserPage } from '@muster/contracts';
import { parseAllDocuments } from 'yaml';
import { SystemAccess } from './system-access.js';

interface Entry {
  kind: 'WorkerType' | 'SessionType';
  name: string;
}

const routes = { WorkerType: '/v1/worker-types', SessionType: '/v1/session-types' };

/** A system that runs already, at MUSTER_TEST_URL with the first admin's MUSTER_TEST_PASSWORD. Its catalogue gets what a test needs. */
export class GivenSystem extends SystemAccess {
  private readonly added: string[] = [];

  /** `catalogue`: a folder, whose entries are written through the API. */
  static async reach(catalogue?: string): Promise<GivenSystem> {
    const system = new GivenSystem(process.env['MUSTER_TEST_URL'] ?? '', process.env['MUSTER_TEST_PASSWORD'] ?? '');
    if (catalogue !== undefined) await system.addTypes(catalogue);
    return system;
  }

  override async dispose(): Promise<void> {
    const admin = await this.client();
    for (const state of ['queued', 'starting', 'running', 'degraded', 'closing'] as const) {
      const { items } = await admin.sessions.list({ state, limit: 200 });
      for (const { id } of items) {
        await admin.sessions.close(id);
        await admin.sessions.waitUntil(id, 'closed');
      }
    }
    for (const path of this.added.toReversed()) await admin.request('DELETE', path);
    const { items } = await admin.request<UserPage>('GET', '/v1/users?limit=200');
    for (const { id, username } of items) if (username !== 'admin') await admin.request('DELETE', `/v1/users/${id}`);
  }

  private async addTypes(folder: string): Promise<void> {
    const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
    const entries = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Entry));
    const { accessToken: token } = await this.login();
    // A session type is refused while its worker types are not there.
    for (const kind of ['WorkerType', 'SessionType'] as const)
      for (const entry of entries.filter((each) => each.kind === kind)) {
        const path = `${routes[kind]}/${entry.name}`;
        // The shipped ones are there.
        if ((await this.ask('GET', path, { token })).status === 200) continue;
        const { status, body } = await this.ask('POST', routes[kind], { token, body: entry });
        if (status !== 201) throw new TypeError(JSON.stringify(body));
        this.added.push(path);
      }
  }
}
