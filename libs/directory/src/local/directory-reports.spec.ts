import type { NodeId, NodeReport } from '@muster/contracts';
import { aNode, FakeClock, SeededRandom } from '@muster/testing';
import { expect, it } from 'vitest';
import { NodeBook } from '../global/node-book.js';
import { defaultBookPolicy } from '../global/node-silence.js';
import { DirectoryReports } from './directory-reports.js';

it('keeps a node known where a replica of the global directory is reached under another address than before', async () => {
  const clock = new FakeClock();
  const remaining = new NodeBook(defaultBookPolicy);
  const leaving = new NodeBook(defaultBookPolicy);
  const description = aNode('nod_1').describe();
  let addresses = ['http://10.0.0.1', 'http://10.0.0.2'];
  const reports = new DirectoryReports({
    node: 'nod_1' as NodeId,
    nodeEpoch: 1,
    instance: 'svc_1',
    address: () => 'http://nod_1',
    directories: async () => addresses,
    snapshot: () => ({
      description,
      free: { version: 1, amounts: description.allocatable, gpus: [] },
      sessions: new Map(),
      leaving: false,
      failures: {},
    }),
    calls: {
      report: async (address, report: NodeReport) =>
        (address === 'http://10.0.0.2' ? leaving : remaining).report(report, clock.monotonicMs()),
    },
    onSuperseded: () => expect.unreachable(),
    clock,
    random: new SeededRandom('reports'),
    onError: (error) => expect.unreachable(String(error)),
  });
  reports.start();
  await clock.advance(0);
  await clock.advance(120_000);
  // One replica is left, so the name is no longer taken apart.
  addresses = ['http://global-directory'];
  await clock.advance(60_000);
  expect(clock.monotonicMs() - (remaining.get('nod_1' as NodeId)?.heardAtMs ?? 0)).toBeLessThan(5000);
  await reports.stop();
});
