import { constants } from 'node:os';
import type { ExitReason, WorkloadExit, WorkloadState, WorkloadStatus } from '../../contract/workload-status.js';
import type { Labelled } from './container-labels.js';
import type { ContainerDetails } from './docker-api.js';

type EngineState = ContainerDetails['State'];

/** Which state a container of this engine status (`created`, `running`, `exited` ...) is in. */
export function stateOf(status: string): WorkloadState {
  if (status === 'created') return 'starting';
  return ['running', 'paused', 'restarting'].includes(status) ? 'running' : 'exited';
}

/** The status of one of our containers, but for its last output, which is asked for apart. */
export function statusOf(labelled: Labelled, details: ContainerDetails, wasStopped: boolean): WorkloadStatus {
  const { id, kind, ownership, booking, imageDigest } = labelled;
  const state = stateOf(details.State.Status);
  return {
    handle: { version: 1, backend: 'docker', id },
    id,
    kind,
    ownership,
    booking,
    state,
    ...(state === 'exited' && { exit: exitOf(details.State, wasStopped) }),
    startedAt: timeOf(state === 'starting' ? details.Created : details.State.StartedAt),
    ...(imageDigest !== undefined && { imageDigest }),
  };
}

/**
 * The engine tells a death by signal only as exit code 128 + its number; a program that exits so by itself is mistaken for
 * one, as in a shell.
 */
export function exitOf(state: EngineState, wasStopped: boolean): WorkloadExit {
  const signal = signalNames.get(state.ExitCode - 128) ?? null;
  const code = signal === null ? state.ExitCode : null;
  return {
    code,
    signal,
    reason: reasonOf(state, signal, wasStopped),
    outputTail: '',
    endedAt: timeOf(state.FinishedAt),
  };
}

function reasonOf(state: EngineState, signal: string | null, wasStopped: boolean): ExitReason {
  if (wasStopped) return 'stopped';
  // Also true where only a child of the program was killed; one that then ends well was not ended by it.
  if (state.OOMKilled && state.ExitCode !== 0) return 'out-of-memory';
  return signal === null ? 'exit' : 'signal';
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** The engine writes nanoseconds. */
function timeOf(engineTime: string): string {
  const time = Date.parse(engineTime);
  return new Date(Number.isNaN(time) ? 0 : time).toISOString();
}
