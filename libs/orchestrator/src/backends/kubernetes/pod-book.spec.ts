import type { InstallationId, NodeId, WorkloadId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import type { V1Pod } from './kubernetes-api.js';
import { LastOutputs } from './last-outputs.js';
import { PodBook } from './pod-book.js';
import { annotationsOf, labelsOf } from './pod-labels.js';
import { podName } from './pod-spec.js';

const owner = 'ins_1/nod_1';
const at = '2026-01-02T03:04:05Z';
const runs = { running: { startedAt: at } };
const ended = (exitCode: number) => ({ terminated: { exitCode, startedAt: at, finishedAt: at } });

function aBook({ endedKept = 10 } = {}) {
  const [stopped, usedUp, starting] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const calls = { logs: () => Promise.reject(new RangeError('no output')) };
  return {
    stopped,
    usedUp,
    starting,
    book: new PodBook({
      owner,
      ids: { stopped, usedUp },
      outputs: new LastOutputs(calls),
      isStarting: (id) => starting.has(id),
      endedKept,
    }),
  };
}

function aPod(id: string, state: object, { metadata = {}, by = owner, uid = `uid-${id}` } = {}): V1Pod {
  const spec: WorkloadSpec = {
    id: id as WorkloadId,
    kind: 'worker',
    ownership: { installationId: 'ins_1' as InstallationId, nodeId: 'nod_1' as NodeId },
    run: { image: {} },
    env: {},
    booking: { amounts: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 }, gpus: [], hostPorts: [] },
    graceMs: 0,
  };
  const names = {
    name: podName(owner, id),
    uid,
    labels: labelsOf(spec, by, 'node-a'),
    annotations: annotationsOf(spec),
  };
  const status = { phase: 'Running', containerStatuses: [{ state }] };
  return { metadata: { ...names, ...metadata }, spec: { containers: [{}] }, status } as unknown as V1Pod;
}

const asked = { metadata: { deletionTimestamp: at } };

async function shown(book: PodBook): Promise<unknown[]> {
  return (await book.list()).map(({ id, state, exit }) => [id, state, exit?.reason]);
}

describe('the book of pods', () => {
  it('shows ours, and none of anybody else', async () => {
    const { book } = aBook();
    book.replace([aPod('w1', runs), aPod('w2', ended(0)), aPod('w3', runs, { by: 'ins_2/nod_1' })], []);
    expect(await shown(book)).toEqual([
      ['w1', 'running', undefined],
      ['w2', 'exited', 'exit'],
    ]);
    expect(book.find('w3' as WorkloadId)).toBeUndefined();
  });

  it('shows no end of one that does not start, while its start is about to say so', async () => {
    const { book, starting } = aBook();
    starting.add('w1');
    book.changed(aPod('w1', { terminated: { exitCode: 128, reason: 'StartError', finishedAt: at } }));
    expect(await shown(book)).toEqual([]);
    starting.delete('w1');
    expect(await shown(book)).toEqual([['w1', 'exited', 'exit']]);
  });

  it('keeps the end of a workload that was stopped, whose pod is gone', async () => {
    const { book, stopped } = aBook();
    book.changed(aPod('w1', runs));
    stopped.add('w1');
    book.changed(aPod('w1', runs, asked));
    book.changed(aPod('w1', ended(0), asked));
    book.deleted(aPod('w1', ended(0), asked));
    expect(await shown(book)).toEqual([['w1', 'exited', 'stopped']]);
  });

  it.each([
    ['its end was seen', [aPod('w1', runs, asked), aPod('w1', ended(0), asked)], aPod('w1', ended(0), asked), 'signal'],
    ['its end was not seen', [], aPod('w1', runs), 'lost'],
  ])(
    'tells that a pod was taken away by somebody else where %s, and lets its id not start again',
    async (_, seen, last, reason) => {
      const { book, usedUp } = aBook();
      for (const pod of [aPod('w1', runs), ...seen]) book.changed(pod);
      book.deleted(last);
      expect(await shown(book)).toEqual([['w1', 'exited', reason]]);
      expect(usedUp).toEqual(new Set(['w1']));
    },
  );

  it('forgets one that had ended by itself when its pod is removed, and does not take that for its end', async () => {
    const { book, usedUp } = aBook();
    book.changed(aPod('w1', ended(7)));
    book.changed(aPod('w1', ended(7), asked));
    expect(await shown(book)).toEqual([['w1', 'exited', 'exit']]);
    book.deleted(aPod('w1', ended(7), asked));
    expect(await shown(book)).toEqual([]);
    expect(usedUp).toEqual(new Set(['w1']));
  });

  it('takes what is missing from a new list for gone, but not what was made while the list was on its way', async () => {
    const { book } = aBook();
    book.changed(aPod('w1', runs));
    const before = book.all();
    book.made(aPod('w2', {}));
    book.replace([], before);
    expect(await shown(book)).toEqual([
      ['w2', 'starting', undefined],
      ['w1', 'exited', 'lost'],
    ]);
  });

  it('shows nothing of what was discarded, and nothing is left of it', async () => {
    const { book, usedUp } = aBook();
    const pod = aPod('w1', {});
    book.changed(pod);
    book.discard(pod);
    expect(await shown(book)).toEqual([]);
    book.deleted(pod);
    expect([await shown(book), usedUp.size]).toEqual([[], 0]);
  });

  it('is not misled by the end of an earlier pod of the same name', async () => {
    const { book } = aBook();
    book.changed(aPod('w1', runs, { uid: 'second' }));
    book.deleted(aPod('w1', runs, { uid: 'first' }));
    expect(await shown(book)).toEqual([['w1', 'running', undefined]]);
  });

  it('keeps so many ends and no more', async () => {
    const { book } = aBook({ endedKept: 2 });
    for (const id of ['w1', 'w2', 'w3']) {
      book.changed(aPod(id, runs));
      book.deleted(aPod(id, runs));
    }
    expect((await book.list()).map(({ id }) => id)).toEqual(['w2', 'w3']);
  });
});
