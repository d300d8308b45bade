import {
  admitImage,
  checkContainer,
  checkNetwork,
  isOurs,
  ownsImage,
  shown,
  type Decision,
  type EnginePolicy,
  type ImageFacts,
  type Subject,
} from '@muster/engine-guard';
import type { Engine } from './engine.js';
import { EngineAway, Foreign, NotThere, Refused } from './refusals.js';

interface Inspected {
  Id?: string;
  Name?: string;
  Labels?: Record<string, string>;
  Config?: { Labels?: Record<string, string> };
}

interface InspectedImage {
  Config?: { User?: string } | null;
  RepoTags?: string[] | null;
  RepoDigests?: string[] | null;
}

const imageId = /^sha256:[0-9a-f]{64}$/;

/** Asks the engine what a decision has to know: whose something is, and what an image is. */
export class Inspector {
  constructor(
    private readonly engine: Engine,
    private readonly policy: EnginePolicy,
  ) {}

  /**
   * How the engine shall be told the subject: by its id where it has one, so that what was looked at is what is done.
   * Refuses what belongs to others; throws NotThere as the engine would.
   */
  async idOf(subject: Subject, method: string, signal: AbortSignal): Promise<string> {
    if (subject.of === 'image') return await this.imageOf(subject.reference, method, signal);
    const found: Inspected = await this.look(
      `/${subject.of}s/${subject.reference}${subject.of === 'container' ? '/json' : ''}`,
      signal,
    );
    const labels = subject.of === 'container' ? found.Config?.Labels : found.Labels;
    const mayLook = method === 'GET' && subject.of === 'network' && this.policy.networks.includes(found.Name ?? '');
    if (!isOurs(this.policy, labels) && !mayLook) throw new Foreign(subject);
    if (!/^[0-9a-f]{64}$/.test(found.Id ?? '')) throw new EngineAway(`it gave no id for ${subject.reference}`);
    return found.Id ?? '';
  }

  /** The body to send on. */
  async admit(sort: 'container' | 'network', value: unknown, signal: AbortSignal): Promise<Record<string, unknown>> {
    if (sort === 'network') return passed(checkNetwork(value, this.policy));
    const checked = passed(checkContainer(value, this.policy));
    for (const name of checked.networks) await this.idOf({ of: 'network', reference: name }, 'POST', signal);
    if (checked.image === undefined) return checked.body;
    return passed(admitImage(checked, await this.imageFacts(checked.image, signal), this.policy));
  }

  private async imageOf(reference: string, method: string, signal: AbortSignal): Promise<string> {
    if (method === 'GET') return reference;
    const names = imageId.test(reference) ? (await this.imageFacts(reference, signal)).names : [reference];
    if (names.length === 0 || !names.every((name) => ownsImage(this.policy, name)))
      throw new Refused(403, [`the image ${shown(reference)} is not one that the operator lets Muster remove`]);
    return reference;
  }

  private async imageFacts(reference: string, signal: AbortSignal): Promise<ImageFacts> {
    const image = (await this.look(`/images/${reference}/json`, signal)) as InspectedImage;
    return { user: image.Config?.User ?? '', names: [...(image.RepoTags ?? []), ...(image.RepoDigests ?? [])] };
  }

  private async look(target: string, signal: AbortSignal): Promise<object> {
    const { status, value } = await this.engine.look(target, signal);
    if (status === 200 && typeof value === 'object' && value !== null) return value;
    const said = (value as { message?: unknown } | null)?.message;
    const message = typeof said === 'string' ? said : `the engine answered ${status}`;
    if (status === 404) throw new NotThere(404, message);
    throw new EngineAway(message);
  }
}

function passed<T>(decision: Decision<T>): T {
  if ('reasons' in decision) throw new Refused(403, decision.reasons);
  return decision.pass;
}
