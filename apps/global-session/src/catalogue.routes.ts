import type { Type } from '@nestjs/common';
import type { ErrorCode } from '@muster/contracts';
import type { RouteDescription } from '@muster/platform';

const examples = {
  session: {
    kind: 'SessionType',
    name: 'solver-only',
    title: 'A solver without a plotter',
    roles: { model: { worker: 'field-model' }, solver: { worker: 'field-solver', near: ['model'] } },
    limits: { idleMs: 1_800_000 },
    onDisconnect: 'keep',
  },
  worker: {
    kind: 'WorkerType',
    name: 'my-worker',
    run: { process: { command: ['node', 'my-worker.mjs'] } },
    hardware: { cpuMillis: 250, memoryBytes: 134_217_728 },
    env: { PRECISION: 'double' },
    startTimeoutMs: 30_000,
  },
};

/** What each route of session types, or of worker types, is for and what it answers. */
export function catalogueRoutes(kind: 'session' | 'worker', view: Type, page: Type) {
  const reading = { needs: 'catalogue:read' } as const;
  const writing = { needs: 'catalogue:write' } as const;
  const path = { name: `Name of the ${kind} type` };
  const inUse: ErrorCode[] = kind === 'worker' ? ['conflict'] : [];
  return {
    page: { summary: `List the ${kind} types`, ...reading, answer: page },
    get: { summary: `Show one ${kind} type`, ...reading, path, answer: view, problems: ['unknown-type'] },
    create: {
      summary: `Add a ${kind} type`,
      ...writing,
      example: examples[kind],
      status: 201,
      answer: view,
      problems: ['already-exists', 'defined-in-file'],
    },
    put: {
      example: examples[kind],
      summary: `Add or replace a ${kind} type`,
      more: 'Sessions that exist keep what they were made with.',
      ...writing,
      path,
      answer: view,
      problems: ['defined-in-file'],
    },
    remove: {
      summary: `Remove a ${kind} type`,
      ...writing,
      path,
      problems: ['unknown-type', 'defined-in-file', ...inUse],
    },
  } satisfies Record<string, RouteDescription>;
}
