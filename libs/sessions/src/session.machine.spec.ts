import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sessionStatesPage } from './session-states-page.js';
import {
  canMove,
  problemsOfMachine,
  sessionMachine,
  validateMachines,
  workerMachine,
  type Machine,
} from './session.machine.js';

describe('the transition tables', () => {
  it('reach every state, leave no terminal one, and name each step once', () => {
    expect([problemsOfMachine(sessionMachine), problemsOfMachine(workerMachine)]).toEqual([[], []]);
    expect(() => validateMachines()).not.toThrow();
  });

  it('say what is wrong with a table', () => {
    const broken: Machine<string> = {
      name: 'broken',
      states: ['a', 'b', 'c'],
      initial: 'a',
      terminal: ['b'],
      edges: [
        { from: 'a', to: 'b', actor: 'holder', when: '' },
        { from: 'a', to: 'b', actor: 'holder', when: '' },
        { from: 'b', to: 'a', actor: 'holder', when: '' },
      ],
    };
    expect(problemsOfMachine(broken)).toEqual([
      'c cannot be reached',
      'b has an exit',
      'c has no exit',
      'a -> b stands twice',
    ]);
  });

  it('name one actor for every step', () => {
    for (const { from, to, actor } of sessionMachine.edges) {
      const other = actor === 'holder' ? 'global-session' : 'holder';
      expect(canMove(sessionMachine, from, to, other)).toBe(false);
    }
  });

  it('never lead a worker backwards within one incarnation, except out of lost to where it was', () => {
    const order = ['pending', 'placed', 'starting', 'ready', 'running', 'stopping', 'ended'];
    const back = workerMachine.edges.filter(
      ({ from, to }) => from !== 'lost' && to !== 'lost' && order.indexOf(to) <= order.indexOf(from),
    );
    expect(back).toEqual([]);
  });

  it('are what the reference page says', () => {
    const page = readFileSync(new URL('../../../docs/reference/session-states.md', import.meta.url), 'utf8');
    expect(page).toContain(sessionStatesPage());
  });
});
