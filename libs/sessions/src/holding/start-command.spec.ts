import type { NodeId, WorkerId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import type { SessionDocument, WorkerRecord } from '../session-document.js';
import { aGrantedSession, aRecipe } from './spec-kit/a-session.js';
import { placementAskOf } from './start-command.js';

const worker = (role: string, node: string | null): Partial<WorkerRecord> => ({
  id: `wrk_${role}` as WorkerId,
  role,
  incarnation: 1,
  state: node === null ? 'pending' : 'running',
  node: node as NodeId | null,
});

describe('what the directory is asked for a worker that comes after others', () => {
  it('keeps near and apart whoever of the two roles said so', () => {
    const recipe = aRecipe({ viewer: { near: ['solver'], apart: ['render'] }, solver: {}, render: {} });
    const workers = {
      viewer: worker('viewer', 'nod_a'),
      solver: worker('solver', null),
      render: worker('render', null),
    };
    const document = { ...aGrantedSession({ recipe, workers: workers as SessionDocument['workers'] }), rev: 1 };
    const ask = placementAskOf(
      document,
      [
        { role: 'solver', incarnation: 1 },
        { role: 'render', incarnation: 1 },
      ],
      1000,
    );
    expect(ask.placed).toEqual({ viewer: 'nod_a' });
    expect(ask.items.map(({ role, near, apart }) => ({ role, near, apart }))).toEqual([
      { role: 'solver', near: ['viewer'], apart: [] },
      { role: 'render', near: [], apart: ['viewer'] },
    ]);
  });
});
