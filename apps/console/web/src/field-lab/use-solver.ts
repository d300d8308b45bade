import type { MusterError, Progress, SessionConnection } from '@muster/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Geometry } from '../../../../../workers/field-model/src/geometry.js';
import { decodeField, type FieldFrame } from '../../../../../workers/field-solver/src/field-frame.js';
import type { SolveAnswer } from '../../../../../workers/field-solver/src/main.js';
import { problemOf } from '../installation/use-polled.js';

/** What is computed of a geometry, and how far. */
export interface Solution {
  isBusy: boolean;
  /** Of which geometry. */
  geometry?: Geometry;
  progress?: Progress;
  frame?: FieldFrame;
  frames: number;
  frameBytes: number;
  answer?: SolveAnswer;
  problem?: MusterError;
}

export interface Solver extends Solution {
  solve(geometry: Geometry, gridCells: number): void;
  cancel(): void;
}

const nothing: Solution = { isBusy: false, frames: 0, frameBytes: 0 };

/** Solves by the workers of the session; the field is seen while they iterate. */
export function useSolver(connection: SessionConnection | undefined): Solver {
  const [solution, setSolution] = useState(nothing);
  const cancelling = useRef<AbortController>();
  useEffect(() => {
    if (connection === undefined) return undefined;
    const leave = connection.on('binary', ({ topic, payload }) => {
      const frame = topic === 'field' ? decodeField(payload) : undefined;
      if (frame !== undefined) setSolution((before) => (before.isBusy ? withFrame(before, frame, payload) : before));
    });
    return () => (leave(), cancelling.current?.abort());
  }, [connection]);
  const solve = (geometry: Geometry, gridCells: number): void => {
    if (connection === undefined) return;
    const controller = new AbortController();
    cancelling.current = controller;
    setSolution({ ...nothing, isBusy: true, geometry });
    const change = (part: Partial<Solution>): void => setSolution((before) => ({ ...before, ...part }));
    compute(connection, {
      geometry,
      gridCells,
      signal: controller.signal,
      onProgress: (progress) => change({ progress }),
    })
      .then((answer) => change({ answer }))
      .catch((error: unknown) => controller.signal.aborted || change({ problem: problemOf(error) }))
      .finally(() => change({ isBusy: false, progress: undefined }));
  };
  return { ...solution, solve, cancel: () => cancelling.current?.abort() };
}

function withFrame(before: Solution, frame: FieldFrame, payload: Uint8Array): Solution {
  return { ...before, frame, frames: before.frames + 1, frameBytes: before.frameBytes + payload.byteLength };
}

interface Order {
  geometry: Geometry;
  gridCells: number;
  signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** Both may be done twice: a worker that is restarted meanwhile is asked again. */
async function compute(connection: SessionConnection, order: Order): Promise<SolveAnswer> {
  const { geometry, gridCells, signal, onProgress } = order;
  await connection.call('model', 'load', geometry, { signal, idempotent: true });
  return connection.call<SolveAnswer>('solver', 'solve', { gridCells }, { signal, idempotent: true, onProgress });
}
