import type {
  ExplainItem,
  ExplainPlacement,
  PlacementExplained,
  SessionTypeView,
  WorkerTypeView,
} from '@muster/contracts';
import { explainQuestions } from './explain-items.js';

/** Whoever asks the API: the client library, in a terminal or in a browser. */
export interface ApiClient {
  request<Answer>(method: string, path: string, request?: { body?: unknown; repeatable?: boolean }): Promise<Answer>;
}

/** Where the roles of a session type would go now. */
export interface TypeExplained {
  type: string;
  /** The roles that it runs only with: all of them or none. */
  mandatory: PlacementExplained;
  /** Each of the others goes by itself, once the session runs. */
  others: Record<string, PlacementExplained>;
}

/** Asks for a dry run as a session of this type would ask. Throws `unknown-type`. */
export async function explainType(client: ApiClient, name: string): Promise<TypeExplained> {
  const type = await client.request<SessionTypeView>('GET', `/v1/session-types/${encodeURIComponent(name)}`);
  const workers = [...new Set(Object.values(type.roles).map(({ worker }) => worker))];
  const workerTypes = await Promise.all(
    workers.map((worker) => client.request<WorkerTypeView>('GET', `/v1/worker-types/${encodeURIComponent(worker)}`)),
  );
  const questions = explainQuestions(type, workerTypes);
  const others: Record<string, PlacementExplained> = {};
  for (const item of questions.others) others[item.role] = await explain(client, [item]);
  return { type: name, mandatory: await explain(client, questions.mandatory), others };
}

function explain(client: ApiClient, items: ExplainItem[]): Promise<PlacementExplained> {
  if (items.length === 0) return Promise.resolve({ verdict: 'now', placements: [] });
  const body: ExplainPlacement = { items };
  return client.request('POST', '/v1/placements/explain', { body, repeatable: true });
}
