import type { HardwareRequest } from '@muster/contracts';
import { aNode, aRequest, type NodeBuilder } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { explain } from '../explain.js';
import { memberOf } from '../gang.js';
import { needOf } from '../need.js';
import type { PlacementRequest } from '../placement-request.js';

const gib = 1024 ** 3;

interface Case {
  readonly rule: string;
  readonly request?: HardwareRequest;
  readonly rest?: Partial<PlacementRequest>;
  readonly node: NodeBuilder;
  /** The reason, or undefined where the node fits. */
  readonly refused?: string;
}

const cases: Case[] = [
  { rule: 'a node of the pool fits', request: { pool: 'gpu' }, node: aNode().inPools('cpu', 'gpu') },
  { rule: 'a node of no pool does not', request: { pool: 'gpu' }, node: aNode(), refused: 'not in pool gpu' },
  { rule: 'a node in a pool takes work for any', node: aNode().inPools('cpu') },

  {
    rule: 'all labels must be there',
    request: { labels: { zone: 'a' } },
    node: aNode().labelled({ zone: 'a', x: 'y' }),
  },
  {
    rule: 'a missing label is named',
    request: { labels: { zone: 'a', disk: 'ssd' } },
    node: aNode().labelled({ zone: 'a' }),
    refused: 'without label disk=ssd',
  },

  { rule: 'no system asked for: any will do', node: aNode().os('macos') },
  { rule: 'the family decides', request: { os: { family: 'windows' } }, node: aNode().windows() },
  {
    rule: 'another family does not fit',
    request: { os: { family: 'windows', build: '10.0.20348' } },
    node: aNode(),
    refused: 'wrong OS (need windows)',
  },
  {
    rule: 'another build does not fit',
    request: { os: { family: 'windows', build: '10.0.20348' } },
    node: aNode().windows('10.0.17763'),
    refused: 'wrong OS build (need 10.0.20348)',
  },
  {
    rule: 'a patch level of the build fits',
    request: { os: { family: 'windows', build: '10.0.20348' } },
    node: aNode().windows('10.0.20348.2113'),
  },
  {
    rule: 'a build that only begins alike does not',
    request: { os: { family: 'windows', build: '10.0.2' } },
    node: aNode().windows('10.0.20348'),
    refused: 'wrong OS build (need 10.0.2)',
  },

  { rule: 'the architecture must match', request: { arch: 'arm64' }, node: aNode().with({ arch: 'arm64' }) },
  { rule: 'or is named', request: { arch: 'arm64' }, node: aNode(), refused: 'wrong architecture (need arm64)' },

  { rule: 'a node may list its worker types', node: aNode().with({ workerTypes: ['solver'] }) },
  {
    rule: 'and runs no others',
    node: aNode().with({ workerTypes: ['model'] }),
    refused: 'not for worker type solver',
  },

  { rule: 'a process needs no image', rest: { images: {} }, node: aNode().windows() },
  {
    rule: 'what has only images is no process',
    rest: { runsAsProcess: false },
    node: aNode(),
    refused: 'run processes only (solver has only images)',
  },
  { rule: 'hardware alone may be asked for, whatever runs there', node: aNode().onBackend('docker') },
  {
    rule: 'what has no image is no container',
    rest: { runsAsProcess: true },
    node: aNode().onBackend('docker'),
    refused: 'without an image of solver for linux',
  },
  {
    rule: 'an image for the build fits',
    rest: { images: { 'windows-10.0.20348': 'solver:ltsc2022' } },
    node: aNode().windows().onBackend('docker'),
  },
  { rule: 'or one for the family', rest: { images: { windows: 's:1' } }, node: aNode().windows().onBackend('docker') },
  {
    rule: 'one for another system does not',
    rest: { images: { linux: 's:1', 'windows-10.0.17763': 's:2' } },
    node: aNode().windows().onBackend('docker'),
    refused: 'without an image of solver for windows 10.0.20348',
  },

  { rule: 'a draining node takes nothing', node: aNode().draining(), refused: 'draining' },
  { rule: 'nor does a suspect one', node: aNode().suspect(), refused: 'suspect' },
  { rule: 'nor one that is down', node: aNode().down(), refused: 'down' },
  { rule: 'nor one under pressure', node: aNode().underPressure('memory'), refused: 'under pressure (memory)' },
  {
    rule: 'nor one that has just refused',
    rest: { excludeNodes: ['node-1'] },
    node: aNode(),
    refused: 'refused it just now',
  },

  { rule: 'the last core can be had', request: { cpuMillis: 500 }, node: aNode().booked({ cpuMillis: 7500 }) },
  {
    rule: 'but not more',
    request: { cpuMillis: 501 },
    node: aNode().booked({ cpuMillis: 7500 }),
    refused: 'lack 0.501 CPU (best has 0.5)',
  },
  { rule: 'no CPU asked for: a full node will do', node: aNode().booked({ cpuMillis: 9000 }) },
  {
    rule: 'an over-booked node has nothing',
    request: { cpuMillis: 1 },
    node: aNode().booked({ cpuMillis: 9000 }),
    refused: 'lack 0.001 CPU (best has 0)',
  },
  {
    rule: 'memory counts',
    request: { memoryBytes: 2 * gib },
    node: aNode().booked({ memoryBytes: 30.5 * gib }),
    refused: 'lack 2 GiB memory (best has 1.5 GiB)',
  },
  {
    rule: 'disk counts',
    request: { diskBytes: 200 * gib },
    node: aNode(),
    refused: 'lack 200 GiB disk (best has 100 GiB)',
  },
  { rule: 'every worker gets a port', node: aNode().withAmounts({ ports: 1 }) },
  {
    rule: 'beside those that it asks for',
    request: { ports: 1 },
    node: aNode().withAmounts({ ports: 1 }),
    refused: 'lack 2 host ports (best has 1)',
  },
  {
    rule: 'a pod takes no host port',
    request: { ports: 5 },
    node: aNode().onBackend('kubernetes').withAmounts({ ports: 0 }),
  },

  { rule: 'a GPU must be there', request: { gpu: { count: 1 } }, node: aNode(), refused: 'without a GPU' },
  { rule: 'unless it is optional', request: { gpu: { count: 1, optional: true } }, node: aNode() },
  {
    rule: 'enough cards must be there',
    request: { gpu: { count: 3 } },
    node: aNode().withGpus(2),
    refused: 'have too few GPUs (need 3, best has 2)',
  },
  {
    rule: 'the model is a part of the name in any case',
    request: { gpu: { model: 'l4' } },
    node: aNode().withGpus(1),
  },
  {
    rule: 'another model does not fit',
    request: { gpu: { model: 'A100' } },
    node: aNode().withGpus(1),
    refused: 'without a GPU of model a100',
  },
  {
    rule: 'the card needs the memory',
    request: { gpu: { count: 1, memoryBytes: 2 * gib } },
    node: aNode().withGpus(1, { memoryBytes: 1.5 * gib }),
    refused: 'lack 2 GiB GPU memory (best has 1.5 GiB)',
  },
  {
    rule: 'a card that is used is not free',
    request: { gpu: { count: 2 } },
    node: aNode()
      .withGpus(2)
      .booked({}, [{ deviceId: 'gpu-0', slots: 1, memoryBytes: 24 * gib, exclusive: true }]),
    refused: 'lack 2 free GPUs (best has 1)',
  },
  {
    rule: 'a card that is not for sharing gives no share',
    request: { gpu: { share: 0.5 } },
    node: aNode().withGpus(1),
    refused: 'give no share of 0.5 of a GPU',
  },
  {
    rule: 'a MIG slice is no whole card',
    request: { gpu: { count: 1 } },
    node: aNode().withGpus(1, { sharing: 'mig' }),
    refused: 'give no whole GPU',
  },
];

describe('a node is asked for what the request needs', () => {
  it.each(cases)('$rule', ({ request, rest, node, refused }) => {
    const member = memberOf(needOf(aRequest(request, rest)));
    const { reasons } = explain(member, [node.build()]);
    expect(reasons.map(({ text }) => text)).toEqual(refused === undefined ? [] : [refused]);
  });

  it('may have to be with a worker, or away from one', () => {
    const need = { ...needOf(aRequest({}, { near: ['wrk_2'] })), nearNodes: ['a'], apartNodes: ['b'] };
    const { reasons, fitting } = explain(memberOf(need), [aNode('a').build(), aNode('b').build(), aNode('c').build()]);
    expect({ fitting, texts: reasons.map(({ text }) => text) }).toEqual({
      fitting: 1,
      texts: ['host a worker that it must be apart from', 'not the node of wrk_2'],
    });
  });
});
