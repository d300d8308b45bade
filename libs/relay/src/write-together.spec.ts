import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { writeTogether } from './write-together.js';

/** Notes when it is corked and uncorked, in order with what is written. */
function aSocket() {
  const done: string[] = [];
  const socket = { cork: () => done.push('cork'), uncork: () => done.push('uncork') };
  const together = writeTogether(socket);
  return {
    done,
    write: (bytes: number) => {
      together(bytes);
      done.push(String(bytes));
    },
  };
}

it('small writes of one turn leave together at its end', async () => {
  const { done, write } = aSocket();
  write(100);
  write(200);
  await nextTurn();
  write(300);
  await nextTurn();
  expect(done).toEqual(['cork', '100', '200', 'uncork', 'cork', '300', 'uncork']);
});

it('a large write leaves at once, behind what was gathered', async () => {
  const { done, write } = aSocket();
  write(100);
  write(65_536);
  write(65_536);
  write(200);
  await nextTurn();
  write(300);
  await nextTurn();
  const firstTurn = ['cork', '100', 'uncork', '65536', '65536', '200'];
  expect(done).toEqual([...firstTurn, 'cork', '300', 'uncork']);
});
