import { type ExecuteFrom, MusterError } from '@muster/contracts/wire';
import { AnswerMemory } from './answer-memory.js';
import type { Action, ActionContext } from './definition.js';
import { describeError } from './log.js';
import { type Outcome, outcomeOf, problemOf } from './outcome.js';

export interface ActionCall {
  id: string;
  action: string;
  body: unknown;
  from: ExecuteFrom;
  context: ActionContext;
}

const maxRunning = 256;

/** Runs actions: in the order of the calls, each id of a sender once, never more than a bound at a time. Never rejects. */
export class ActionRunner {
  readonly #memory = new AnswerMemory();
  #running = 0;

  /** `actions` is asked at each call: the module may still be loading when the first caller comes. */
  constructor(private readonly actions: () => Readonly<Record<string, Action>>) {}

  run(call: ActionCall): Promise<Outcome> {
    const sender = senderOf(call.from);
    const earlier = this.#memory.get(sender, call.id);
    if (earlier !== undefined) return earlier;
    const action = this.#find(call.action);
    if (action instanceof MusterError) return Promise.resolve({ kind: 'problem', problem: action.toProblem() });
    const outcome = this.#perform(action, call);
    this.#memory.remember(sender, call.id, outcome);
    return outcome;
  }

  #find(name: string): Action | MusterError {
    const actions = this.actions();
    if (!Object.hasOwn(actions, name)) return new MusterError('unknown-action', `there is no action ${name}`);
    if (this.#running >= maxRunning) return new MusterError('too-many-requests', `${maxRunning} actions are running`);
    return actions[name]!;
  }

  async #perform(action: Action, { body, context, action: name }: ActionCall): Promise<Outcome> {
    this.#running += 1;
    try {
      return outcomeOf(await action(body, context));
    } catch (error) {
      const outcome = problemOf(error, context.signal);
      if (outcome.kind === 'problem' && outcome.problem.code === 'action-failed')
        context.log.error(`the action ${name} failed`, describeError(error));
      return outcome;
    } finally {
      this.#running -= 1;
    }
  }
}

export function senderOf(from: ExecuteFrom): string {
  return from.kind === 'client'
    ? `client ${from.clientId ?? ''}`
    : `worker ${from.role ?? ''} ${from.incarnation ?? 0}`;
}
