import { sessionStates, workerStates, type SessionState, type WorkerState } from '@muster/contracts';

/** Who may take an edge. Nobody else ever writes it. */
export type Actor = 'global-session' | 'holder';

export interface Edge<State> {
  from: State;
  to: State;
  actor: Actor;
  when: string;
}

export interface Machine<State extends string> {
  name: string;
  states: readonly State[];
  initial: State;
  /** Without any exit. */
  terminal: readonly State[];
  edges: readonly Edge<State>[];
}

const sessionEdge = (from: SessionState, to: SessionState, actor: Actor, when: string): Edge<SessionState> => ({
  from,
  to,
  actor,
  when,
});

export const sessionMachine: Machine<SessionState> = {
  name: 'session',
  states: sessionStates,
  initial: 'queued',
  terminal: ['closed', 'failed'],
  edges: [
    sessionEdge('queued', 'starting', 'holder', 'the session service it was granted to confirms'),
    sessionEdge('queued', 'closed', 'global-session', 'it is cancelled while it waits'),
    sessionEdge('queued', 'failed', 'global-session', 'its deadline passes, or no node can ever host it'),
    sessionEdge('starting', 'queued', 'holder', 'there is no room after all; its place is kept'),
    sessionEdge('starting', 'running', 'holder', 'every mandatory worker was told to run'),
    sessionEdge('starting', 'closing', 'holder', 'it is ended, or cannot be started'),
    sessionEdge('running', 'degraded', 'holder', 'a mandatory worker is being restarted or its node is silent'),
    sessionEdge('degraded', 'running', 'holder', 'every mandatory worker runs again'),
    sessionEdge('running', 'closing', 'holder', 'it is ended, idle, too old or revoked'),
    sessionEdge('degraded', 'closing', 'holder', 'it is ended, or a worker crashes too often'),
    sessionEdge('running', 'hibernating', 'holder', 'its state is kept and its workers end'),
    sessionEdge('hibernating', 'hibernated', 'holder', 'all workers have ended'),
    sessionEdge('hibernating', 'closing', 'holder', 'it is ended, or its state cannot be kept'),
    sessionEdge('hibernated', 'queued', 'global-session', 'it is used again'),
    sessionEdge('hibernated', 'closed', 'global-session', 'it is ended'),
    sessionEdge('closing', 'closed', 'holder', 'all workers have ended'),
    sessionEdge('closing', 'failed', 'holder', 'all workers have ended, and it closes because of a failure'),
  ],
};

const workerEdge = (from: WorkerState, to: WorkerState, when: string): Edge<WorkerState> => ({
  from,
  to,
  actor: 'holder',
  when,
});

/** One incarnation of a worker: what comes after `ended` is another incarnation, which begins at `pending`. */
export const workerMachine: Machine<WorkerState> = {
  name: 'worker',
  states: workerStates,
  initial: 'pending',
  terminal: ['ended'],
  edges: [
    workerEdge('pending', 'placed', 'a node has put its hardware aside'),
    workerEdge('pending', 'ended', 'it is not needed any more'),
    workerEdge('placed', 'starting', 'its node has taken the start'),
    workerEdge('placed', 'ready', 'it registers before the node has answered the start'),
    workerEdge('starting', 'ready', 'it registers, or its node finds that it answers'),
    workerEdge('ready', 'running', 'it has its initial data and the list of peers'),
    ...(['placed', 'starting', 'ready', 'running'] as const).flatMap((from) => [
      workerEdge(from, 'stopping', 'it is to end'),
      workerEdge(from, 'lost', 'its node does not answer'),
      workerEdge(from, 'ended', 'it has exited'),
    ]),
    workerEdge('stopping', 'ended', 'it has exited'),
    workerEdge('stopping', 'lost', 'its node does not answer'),
    workerEdge('lost', 'starting', 'its node answers again and has it; it had not registered'),
    workerEdge('lost', 'ready', 'its node answers again and has it; it had registered'),
    workerEdge('lost', 'running', 'its node answers again and has it; it was running'),
    workerEdge('lost', 'stopping', 'its node answers again; it is to end'),
    workerEdge('lost', 'ended', "its node's lease has ended, or its node does not have it any more"),
  ],
};

/** The step is not in the table: a fault of the code, never of the input. */
export class ForbiddenTransition extends Error {
  override readonly name = 'ForbiddenTransition';
  readonly code = 'forbidden-transition';
}

/** What is wrong with a table; empty = every state can be reached, terminal states have no exit, no edge stands twice. */
export function problemsOfMachine<State extends string>(machine: Machine<State>): string[] {
  const reached = new Set<State>([machine.initial]);
  for (const state of reached) {
    for (const edge of machine.edges) if (edge.from === state) reached.add(edge.to);
  }
  const names = machine.edges.map(({ from, to }) => `${from} -> ${to}`);
  return [
    ...machine.states.filter((state) => !reached.has(state)).map((state) => `${state} cannot be reached`),
    ...machine.edges.filter(({ from }) => machine.terminal.includes(from)).map(({ from }) => `${from} has an exit`),
    ...machine.states
      .filter((state) => !machine.terminal.includes(state) && !machine.edges.some(({ from }) => from === state))
      .map((state) => `${state} has no exit`),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} stands twice`),
  ];
}

/** Throws ForbiddenTransition when a table is not sound: called at start-up. */
export function validateMachines(): void {
  for (const machine of [sessionMachine, workerMachine] as Machine<string>[]) {
    const [problem] = problemsOfMachine(machine);
    if (problem !== undefined) throw new ForbiddenTransition(`${machine.name} states: ${problem}`);
  }
}

export function canMove<State extends string>(machine: Machine<State>, from: State, to: State, actor: Actor): boolean {
  return machine.edges.some((edge) => edge.from === from && edge.to === to && edge.actor === actor);
}

/** Throws ForbiddenTransition for an edge that is not in the table or belongs to another actor. */
export function assertMove<State extends string>(machine: Machine<State>, from: State, to: State, actor: Actor): void {
  if (canMove(machine, from, to, actor)) return;
  throw new ForbiddenTransition(`a ${machine.name} does not go from ${from} to ${to} by the ${actor}`);
}
