import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ImageUnavailable } from '../../contract/errors.js';
import { DockerBench, never, until } from './testing/docker-bench.js';
import { digestOf, smallImage } from './testing/small-image.js';
import { SmallRegistry } from './testing/small-registry.js';

describe('an image', () => {
  const registry = new SmallRegistry();
  let arch = '';
  let bench: DockerBench;
  let backend: OpenedBackend;
  const pulled: string[] = [];

  beforeAll(async () => {
    await registry.start();
    const engine = new DockerBench();
    arch = (await engine.engine.connect()).Arch;
    await engine.clear();
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    bench = new DockerBench();
    registry.credentials = undefined;
    registry.pauseMs = 0;
    registry.asked.length = 0;
    backend = await bench.open();
  });
  afterEach(async () => {
    await bench.clear();
    for (const reference of pulled.splice(0)) await removeImage(reference);
  });

  const removeImage = async (reference: string): Promise<void> => {
    const engine = new DockerBench();
    await engine.engine.removeImage(reference).catch(() => {});
    await engine.clear();
  };
  const add = (name: string, image = smallImage({ arch })): string => {
    const reference = registry.add(name, image);
    pulled.push(reference);
    return reference;
  };
  const specOf = (reference: string) => bench.spec({ do: 'wait' }, { run: { image: { linux: reference } } });
  const runToEnd = async (reference: string, on = backend): Promise<WorkloadStatus | undefined> => {
    const handle = await on.start(specOf(reference), never);
    return until(on, handle, bench.installationId, (status) => status?.state === 'exited');
  };

  it('is pulled where it is missing, and the workload says by its digest what it runs', async () => {
    const image = smallImage({ arch });
    const status = await runToEnd(add('plain', image));
    expect([status?.exit?.code, status?.imageDigest]).toEqual([42, digestOf(image.manifest)]);
  });

  it('shows how far its pull is, until the workload starts', async () => {
    const reference = add('large', smallImage({ arch, ballastBytes: 6e6 }));
    registry.pauseMs = 100;
    const stop = new AbortController();
    const starting = backend.start(specOf(reference), never);
    const seen: string[] = [];
    for await (const event of backend.watch({ installationId: bench.installationId }, stop.signal)) {
      const status =
        event.type === 'synced' ? event.workloads[0] : event.type === 'changed' ? event.workload : undefined;
      if (status?.state === 'starting') seen.push(status.progress ?? '');
      else if (status !== undefined) stop.abort();
    }
    await starting;
    expect(seen.some((text) => /^pulling .*large:1, [1-9]\d? %$/.test(text))).toBe(true);
  });

  it('is pulled once for many workloads that want it at once', async () => {
    const reference = add('shared', smallImage({ arch, ballastBytes: 2e6 }));
    registry.pauseMs = 20;
    await Promise.all([1, 2, 3, 4].map(() => backend.start(specOf(reference), never)));
    expect(registry.asked.filter((path) => path.endsWith('/manifests/1'))).toHaveLength(2);
  });

  it('is not waited for when the start is called off, and the pull ends when nobody waits any more', async () => {
    const reference = add('endless', smallImage({ arch, ballastBytes: 20e6 }));
    registry.pauseMs = 500;
    const abort = new AbortController();
    const spec = specOf(reference);
    const starting = backend.start(spec, abort.signal);
    const handle = { version: 1, backend: 'docker', id: spec.id } as const;
    await until(backend, handle, bench.installationId, (status) => status?.progress?.includes('%') === true);
    abort.abort(new RangeError('changed my mind'));
    await expect(starting).rejects.toThrow('changed my mind');
    expect(await backend.list({ installationId: bench.installationId })).toEqual([]);
  });

  it('of another architecture is refused, naming both', async () => {
    const reference = add('foreign', smallImage({ arch: 's390x' }));
    const starting = backend.start(specOf(reference), never);
    await expect(starting).rejects.toThrow(ImageUnavailable);
    await expect(starting).rejects.toThrow(new RegExp(`is for linux/s390x; this node is linux/${arch}`));
  });

  it('is refused by a digest that nobody has, and by one that its content does not have', async () => {
    const reference = add('pinned').replace(':1', '');
    for (const digest of ['0'.repeat(64), `${'0'.repeat(62)}ee`])
      await expect(backend.start(specOf(`${reference}@sha256:${digest}`), never)).rejects.toThrow(ImageUnavailable);
    expect(await backend.list({ installationId: bench.installationId })).toEqual([]);
  });

  it('is found by its own digest', async () => {
    const image = smallImage({ arch });
    const reference = `${add('by-digest', image).replace(':1', '')}@${digestOf(image.manifest)}`;
    pulled.push(reference);
    expect((await runToEnd(reference))?.exit?.code).toBe(42);
  });

  it('whose bytes are not those of its digest is refused', async () => {
    const image = smallImage({ arch });
    const [config, layer] = [...image.blobs.keys()];
    const broken = new Map(image.blobs).set(layer ?? '', Buffer.from(image.blobs.get(layer ?? '') ?? '').fill(7, 600));
    expect(config).toBeDefined();
    await expect(backend.start(specOf(add('broken', { ...image, blobs: broken })), never)).rejects.toThrow(
      ImageUnavailable,
    );
  });

  it('comes from a private registry with the credentials of the Docker client configuration, and not without', async () => {
    const reference = add('private');
    registry.credentials = 'ada:pass:word';
    await expect(backend.start(specOf(reference), never)).rejects.toThrow(ImageUnavailable);
    const dockerConfigFile = join(bench.folder, 'config.json');
    const auth = Buffer.from('ada:pass:word').toString('base64');
    writeFileSync(dockerConfigFile, JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const trusted = await bench.open({ dockerConfigFile });
    expect((await runToEnd(reference, trusted))?.exit?.code).toBe(42);
  });

  it('is not pulled where the policy is never, and pulled each time where it is always', async () => {
    const reference = add('policy');
    const strict = await bench.open({ pull: 'never' });
    await expect(strict.start(specOf(reference), never)).rejects.toThrow(/is not on this node/);
    const eager = await bench.open({ pull: 'always' });
    await runToEnd(reference, eager);
    const before = registry.asked.length;
    await runToEnd(reference, eager);
    expect(registry.asked.length).toBeGreaterThan(before);
  });

  it('that was pulled here is removed when it was not used for long; others stay', async () => {
    const [own, foreign] = [add('own'), add('foreign-pull')];
    const other = new DockerBench();
    await other.open().then((elsewhere) => elsewhere.start(specOf(foreign), never));
    await other.clear();
    const brief = await bench.open({ imageKeepMs: 2000, endedKept: 0, housekeepingMs: 50 });
    await brief.start(specOf(own), never);
    await brief.start(specOf(foreign), never);
    await expect.poll(() => bench.engine.imageNames(), { timeout: 20_000 }).not.toContain(own);
    expect(await bench.engine.imageNames()).toContain(foreign);
  });
});
