import { describe, expect, it } from 'vitest';
import { Lifecycle, type Startable } from './lifecycle.js';

function partsThatWrite(said: string[]): (name: string, change?: Partial<Startable>) => Startable {
  return (name, change) => ({
    name,
    start: async () => void said.push(`start ${name}`),
    stop: async () => void said.push(`stop ${name}`),
    ...change,
  });
}

const nothingFails = (): never => {
  throw new TypeError('no part was to fail');
};

describe('the parts of a process', () => {
  it('start in order and stop in the opposite order', async () => {
    const said: string[] = [];
    const part = partsThatWrite(said);
    const lifecycle = new Lifecycle();
    for (const name of ['a', 'b', 'c']) lifecycle.add(part(name));
    await lifecycle.start();
    expect(lifecycle.hasStarted).toBe(true);
    await lifecycle.stop(nothingFails);
    expect(said).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
    expect(lifecycle.isStopping).toBe(true);
  });

  it('stop all the same when one of them fails to', async () => {
    const said: string[] = [];
    const part = partsThatWrite(said);
    const lifecycle = new Lifecycle();
    lifecycle.add(part('a'));
    lifecycle.add(part('b', { stop: async () => Promise.reject(new TypeError('stuck')) }));
    await lifecycle.start();
    const failures: string[] = [];
    await lifecycle.stop((name, error) => failures.push(`${name}: ${String(error)}`));
    expect(failures).toEqual(['b: TypeError: stuck']);
    expect(said).toEqual(['start a', 'start b', 'stop a']);
  });

  it('that were not reached by a failed start are not stopped; the one that failed may clean up', async () => {
    const said: string[] = [];
    const part = partsThatWrite(said);
    const lifecycle = new Lifecycle();
    lifecycle.add(part('a'));
    lifecycle.add(part('b', { start: async () => Promise.reject(new TypeError('no')) }));
    lifecycle.add(part('c'));
    await expect(lifecycle.start()).rejects.toThrow('no');
    expect(lifecycle.hasStarted).toBe(false);
    await lifecycle.stop(nothingFails);
    expect(said).toEqual(['start a', 'stop b', 'stop a']);
  });

  it('do not start any more once a stop was asked for', async () => {
    const said: string[] = [];
    const part = partsThatWrite(said);
    const lifecycle = new Lifecycle();
    let stopped: Promise<void> | undefined;
    lifecycle.add(part('a', { start: async () => void (stopped = lifecycle.stop(nothingFails)) }));
    lifecycle.add(part('b'));
    await lifecycle.start();
    await stopped;
    expect(said).toEqual(['stop a']);
    expect(lifecycle.hasStarted).toBe(false);
  });
});
