import type { MusterClient } from '@muster/client';
import type {
  ExplainItem,
  ExplainPlacement,
  PlacementExplained,
  ResolvedSessionType,
  SessionTypeView,
  WorkerTypeView,
} from '@muster/contracts';

/** Where the roles of a session type would go now. */
export interface TypeExplained {
  type: string;
  /** The roles that it runs only with: all of them or none. */
  mandatory: PlacementExplained;
  /** Each of the others goes by itself, once the session runs. */
  others: Record<string, PlacementExplained>;
}

/** Asks for a dry run as a session of this type would ask. Throws `unknown-type`. */
export async function explainType(client: MusterClient, name: string): Promise<TypeExplained> {
  const type = await resolved(client, name);
  const isMandatory = (role: string): boolean => type.roles[role]?.mandatory === true;
  const roles = Object.keys(type.roles);
  const mandatory = await explain(client, type, roles.filter(isMandatory));
  const others: Record<string, PlacementExplained> = {};
  for (const role of roles.filter((each) => !isMandatory(each))) others[role] = await explain(client, type, [role]);
  return { type: name, mandatory, others };
}

/** With the catalogue's own defaults: what the installation would fill in, too. */
async function resolved(client: MusterClient, name: string): Promise<ResolvedSessionType> {
  const sessionType = await client.request<SessionTypeView>('GET', `/v1/session-types/${encodeURIComponent(name)}`);
  const workers = [...new Set(Object.values(sessionType.roles).map(({ worker }) => worker))];
  const workerTypes = await Promise.all(
    workers.map((worker) => client.request<WorkerTypeView>('GET', `/v1/worker-types/${encodeURIComponent(worker)}`)),
  );
  const { catalogueOf, resolveSessionType, withApiEntries } = await import('@muster/catalogue');
  return resolveSessionType(withApiEntries(catalogueOf([]), [sessionType, ...workerTypes]), name);
}

/** Partners that are not part of the same question are left out. */
function itemOf(type: ResolvedSessionType, role: string, together: readonly string[]): ExplainItem {
  const { worker, hardware, ...rest } = type.roles[role]!;
  const run = type.workerTypes[worker]?.run;
  const near = rest.near.filter((other) => together.includes(other));
  const apart = rest.apart.filter((other) => together.includes(other));
  return {
    role,
    workerType: worker,
    hardware,
    runsAsProcess: run?.process !== undefined,
    ...(run?.image !== undefined && { image: run.image }),
    ...(near.length > 0 && { near }),
    ...(apart.length > 0 && { apart }),
  };
}

function explain(client: MusterClient, type: ResolvedSessionType, roles: string[]): Promise<PlacementExplained> {
  if (roles.length === 0) return Promise.resolve({ verdict: 'now', placements: [] });
  const body: ExplainPlacement = { items: roles.map((role) => itemOf(type, role, roles)) };
  return client.request('POST', '/v1/placements/explain', { body, repeatable: true });
}
