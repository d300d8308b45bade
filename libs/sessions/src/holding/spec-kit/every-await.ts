import type { HoldingHarness } from './holding-harness.js';

type Method = (...args: never[]) => Promise<unknown>;

const calls = ['reserve', 'release', 'start', 'stop', 'fence', 'init', 'run', 'shutdown'] as const;

/** Calls `at` before and after everything that a holder waits for: database, directory, nodes, workers. */
export function everyAwait(test: HoldingHarness, at: (name: string) => Promise<void>): void {
  const wrap = (target: object, name: string): void => {
    const whole = target as Record<string, Method>;
    const own = whole[name]?.bind(target);
    whole[name] = async (...args) => {
      await at(`before ${name}`);
      const answer = await own?.(...args);
      await at(`after ${name}`);
      return answer;
    };
  };
  for (const name of calls) wrap(test.cluster, name);
  for (const name of ['get', 'replace']) wrap(test.sessions, name);
}
