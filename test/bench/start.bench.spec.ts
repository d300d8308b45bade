import { setTimeout as pause } from 'node:timers/promises';
import { inTurns, median, report } from '@muster/testing';
import { expect, it } from 'vitest';
import { canLookAtProcesses, residentBytes } from './process-figures.js';
import { StandaloneProcess } from './standalone-process.js';

const times = 7;
const restMs = 10_000;
const readyBarMs = 1000;
const restBarMegabytes = 150;

it('standalone, from its start to ready', async () => {
  const values = await inTurns(times, {
    'dist/standalone.js': async () => {
      const system = await StandaloneProcess.start();
      await system.dispose();
      return system.readyMs;
    },
  });
  console.log(report('Standalone, spawn to ready, ms', values, `median at most ${readyBarMs}`));
  expect(median(values['dist/standalone.js'])).toBeLessThanOrEqual(readyBarMs);
}, 120_000);

it.runIf(canLookAtProcesses)(
  'standalone at rest',
  async () => {
    const values = await inTurns(3, {
      'dist/standalone.js': async () => {
        const system = await StandaloneProcess.start();
        await pause(restMs);
        const resident = residentBytes(system.pid) / 1e6;
        await system.dispose();
        return resident;
      },
    });
    console.log(report('Standalone at rest, resident MB', values, `at most ${restBarMegabytes}, always`));
    expect(Math.max(...values['dist/standalone.js'])).toBeLessThanOrEqual(restBarMegabytes);
  },
  120_000,
);
