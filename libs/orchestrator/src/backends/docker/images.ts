import { BackendUnavailable, ImageUnavailable, OrchestratorError } from '../../contract/errors.js';
import type { ImageRun } from '../../contract/workload-spec.js';
import type { ContainerImage } from './container-spec.js';
import type { DockerApi, ImageDetails } from './docker-api.js';
import { EngineRefusal, ifThere } from './engine-refusal.js';
import { chooseImage } from '../image-choice.js';
import { checkPlatform, type EnginePlatform } from './image-choice.js';
import type { PullPolicy } from './options.js';
import { pathOf } from './program-check.js';
import { PullProgress, readJsonLines } from './pull-progress.js';
import type { PulledImages } from './pulled-images.js';
import { credentialsFor } from './registry-credentials.js';

export interface ImageSettings {
  readonly pull: PullPolicy;
  readonly dockerConfigFile?: string;
}

type OnProgress = (text: string) => void;

interface Pull {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  readonly waiting: Set<OnProgress>;
}

/** A registry or network that says nothing for so long is given up. */
const silenceMs = 120_000;

/** Images on the engine: chosen by its system, fetched by the policy, each at once only by one, and ours remembered. */
export class Images {
  private readonly pulls = new Map<string, Pull>();
  private readonly looks = new Map<string, Promise<ImageDetails | undefined>>();

  constructor(
    private readonly api: DockerApi,
    private readonly platform: EnginePlatform,
    private readonly pulled: PulledImages,
    private readonly settings: ImageSettings,
  ) {}

  /** The image for this node, there and of the right system. `ImageUnavailable` otherwise; the signal's reason if it aborts. */
  async ready(images: ImageRun['image'], signal: AbortSignal, onProgress: OnProgress): Promise<ContainerImage> {
    const reference = chooseImage(images, this.platform);
    const { pull } = this.settings;
    let found = await this.find(reference);
    const isPinned = reference.includes('@');
    if (pull === 'always' ? !isPinned || !found : pull === 'missing' && !found) {
      await this.pull(reference, found !== undefined, signal, onProgress);
      found = await ifThere(this.api.image(reference));
    }
    if (!found) throw new ImageUnavailable(`${reference} is not on this node, and it is not pulled (${pull})`);
    checkPlatform(reference, found, this.platform);
    this.pulled.used(reference, Date.now());
    return imageOf(reference, found);
  }

  /** Removes what was pulled here and not used since that time; an image in use stays. */
  async removeUnused(since: number): Promise<void> {
    for (const reference of this.pulled.unusedSince(since)) {
      try {
        await ifThere(this.api.removeImage(reference));
        this.pulled.remove(reference);
      } catch (error) {
        if (!(error instanceof EngineRefusal && error.status === 409)) throw error;
        this.pulled.used(reference, Date.now());
      }
    }
  }

  /** One look for all that ask at the same time: engines are slow to tell of an image while they make containers of it. */
  private find(reference: string): Promise<ImageDetails | undefined> {
    const going = this.looks.get(reference);
    if (going !== undefined) return going;
    const look = ifThere(this.api.image(reference)).finally(() => this.looks.delete(reference));
    this.looks.set(reference, look);
    return look;
  }

  /** Joins a pull of this image that is going on; the last who loses interest ends it. */
  private async pull(reference: string, wasThere: boolean, signal: AbortSignal, onProgress: OnProgress): Promise<void> {
    const pull = this.pulls.get(reference) ?? this.begin(reference, wasThere);
    const leave = (): void => {
      pull.waiting.delete(onProgress);
      if (pull.waiting.size === 0) pull.abort.abort();
    };
    pull.waiting.add(onProgress);
    onProgress(new PullProgress(reference).text);
    let abort = (): void => {};
    const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([pull.done, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
      leave();
    }
  }

  private begin(reference: string, wasThere: boolean): Pull {
    const abort = new AbortController();
    const waiting = new Set<OnProgress>();
    const done = this.download(reference, abort, waiting)
      .then(() => (wasThere ? undefined : this.pulled.add(reference, Date.now())))
      .finally(() => this.pulls.delete(reference));
    done.catch(() => {});
    const pull = { done, abort, waiting };
    this.pulls.set(reference, pull);
    return pull;
  }

  private async download(reference: string, abort: AbortController, waiting: ReadonlySet<OnProgress>): Promise<void> {
    const progress = new PullProgress(reference);
    const credentials = await credentialsFor(reference, this.settings.dockerConfigFile);
    const silence = setTimeout(
      () => abort.abort(new ImageUnavailable(`${reference}: its registry fell silent`)),
      silenceMs,
    );
    try {
      for await (const message of readJsonLines(await this.api.pull(reference, credentials, abort.signal))) {
        silence.refresh();
        progress.take(message as object);
        for (const tell of waiting) tell(progress.text);
      }
    } catch (error) {
      throw pullError(reference, abort.signal.aborted ? abort.signal.reason : error);
    } finally {
      clearTimeout(silence);
      abort.abort();
    }
  }
}

function imageOf(reference: string, details: ImageDetails): ContainerImage {
  const { User, Entrypoint, Env } = details.Config;
  const path = pathOf(Env);
  return {
    reference,
    id: details.Id,
    digest: digestOf(details),
    user: User ?? '',
    hasEntryPoint: (Entrypoint ?? []).length > 0,
    ...(path !== undefined && { path }),
  };
}

/** Where a registry vouches for it, the digest by which it can be pulled again; else the engine's own id of it. */
function digestOf({ RepoDigests, Id }: ImageDetails): string {
  return RepoDigests?.[0]?.split('@')[1] ?? Id;
}

/** The engine's answers to a pull are those of the registry. */
function pullError(reference: string, cause: unknown): OrchestratorError {
  if (cause instanceof EngineRefusal) return new ImageUnavailable(`${reference}: ${cause.said}`, { cause });
  if (cause instanceof OrchestratorError) return cause;
  return new BackendUnavailable(`the pull of ${reference} broke off: ${String(cause)}`, { cause });
}
