import type { NodeId, PlacementAsk, PlacementChoice, PlacementExplanation } from '@muster/contracts';
import type { Placement, PlacementRejection, PlacementRequest } from '@muster/placement';

/** The ask as the placement library reads it; its keys are the roles, as `near` and `apart` name them. */
export function requestsOf(ask: PlacementAsk, refusals: ReadonlyMap<string, readonly NodeId[]>): PlacementRequest[] {
  return ask.items.map((item) => {
    const excludeNodes = [...(ask.avoidNodes ?? []), ...(refusals.get(item.role) ?? [])];
    return {
      key: item.role,
      workerType: item.workerType,
      hardware: item.hardware,
      ...(item.runsAsProcess === undefined ? {} : { runsAsProcess: item.runsAsProcess }),
      ...(item.images === undefined ? {} : { images: item.images }),
      ...(item.near === undefined ? {} : { near: item.near }),
      ...(item.apart === undefined ? {} : { apart: item.apart }),
      ...(ask.placed === undefined ? {} : { peers: ask.placed }),
      ...(excludeNodes.length === 0 ? {} : { excludeNodes }),
    };
  });
}

export function explanationOf({ explanation }: Pick<PlacementRejection, 'explanation'>): PlacementExplanation {
  const { summary, nodes, reasons, request } = explanation;
  return { summary, nodes, role: request, reasons: reasons.map((reason) => ({ ...reason, nodes: [...reason.nodes] })) };
}

/** The item of the ask that a placement is for. */
export function itemOf(ask: PlacementAsk, role: string): PlacementAsk['items'][number] | undefined {
  return ask.items.find((item) => item.role === role);
}

export function plannedChoice({ key, nodeId, score, parts }: Placement, ask: PlacementAsk): PlacementChoice {
  const worker = itemOf(ask, key)?.worker as PlacementChoice['worker'];
  return { worker, node: nodeId as NodeId, score, parts: { ...parts } };
}
