import { explainQuestions } from '@muster/catalogue/explain-items';
import type { MusterClient } from '@muster/client';
import type {
  ExplainItem,
  ExplainPlacement,
  PlacementExplained,
  SessionTypeView,
  WorkerTypeView,
} from '@muster/contracts';

/** Where a session of a type would go now. */
export interface TypeExplained {
  /** The roles that it runs only with: all of them or none. */
  mandatory: PlacementExplained;
  /** Each of the others, by role: it goes by itself. */
  others: [string, PlacementExplained][];
}

/** Asks for a dry run as the installation would ask itself. */
export async function explainType(client: MusterClient, type: SessionTypeView): Promise<TypeExplained> {
  const names = [...new Set(Object.values(type.roles).map(({ worker }) => worker))];
  const workerTypes = await Promise.all(
    names.map((name) => client.request<WorkerTypeView>('GET', `/v1/worker-types/${encodeURIComponent(name)}`)),
  );
  const questions = explainQuestions(type, workerTypes);
  const [mandatory, ...others] = await Promise.all([
    explain(client, questions.mandatory),
    ...questions.others.map((item) => explain(client, [item])),
  ]);
  return { mandatory, others: questions.others.map(({ role }, index) => [role, others[index]!]) };
}

function explain(client: MusterClient, items: ExplainItem[]): Promise<PlacementExplained> {
  const body: ExplainPlacement = { items };
  return client.request('POST', '/v1/placements/explain', { body, repeatable: true });
}
