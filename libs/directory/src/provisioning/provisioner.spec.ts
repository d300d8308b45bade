import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, SeededRandom } from '@muster/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { readDeclaredNodes } from './declared-nodes.js';
import { Provisioner } from './provisioner.js';
import { serviceEnvironment } from './service-environment.js';
import type { LaunchedService, ServiceLauncher, ServiceToLaunch } from './service-launcher.js';

/** Launches nothing; a test ends what "runs". */
class FakeLauncher implements ServiceLauncher {
  readonly running = new Map<string, () => void>();
  readonly launched: string[] = [];

  launch({ name }: ServiceToLaunch): LaunchedService {
    let end: (how: { code: number | null; signal: string | null }) => void = () => undefined;
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => (end = resolve));
    this.launched.push(name);
    this.running.set(name, () => {
      this.running.delete(name);
      end({ code: 1, signal: null });
    });
    return {
      ended,
      stop: async () => {
        this.running.delete(name);
        end({ code: 0, signal: null });
      },
    };
  }
}

const service = (name: string, program: ServiceToLaunch['program']): ServiceToLaunch => ({
  name,
  program,
  environment: {},
});
let clock: FakeClock;
let launcher: FakeLauncher;
let provisioner: Provisioner;

beforeEach(() => {
  clock = new FakeClock();
  launcher = new FakeLauncher();
  provisioner = new Provisioner({
    launcher,
    localDirectories: [service('alpha', 'local-directory')],
    sessionService: (instance) => service(instance, 'session'),
    maxSessionServices: 2,
    clock,
    random: new SeededRandom(),
    onEnd: () => undefined,
  });
});

describe('provisioning', () => {
  it('keeps a local directory running for every declared node', async () => {
    provisioner.start();
    launcher.running.get('alpha')?.();
    await clock.advance(0);
    expect(launcher.running.has('alpha')).toBe(false);
    await clock.advance(1000);
    expect(launcher.running.has('alpha')).toBe(true);
  });

  it('waits longer after each failure', async () => {
    provisioner.start();
    for (let failure = 0; failure < 5; failure += 1) {
      launcher.running.get('alpha')?.();
      await clock.advance(0);
      await clock.advance(1000);
    }
    expect(launcher.launched.length).toBeLessThan(5);
  });

  it('starts as many further session services as are wished, up to its limit', () => {
    provisioner.wish({ further: 1, stop: [] }, 0);
    expect(launcher.running.size).toBe(1);
    provisioner.wish({ further: 9, stop: [] }, 0);
    expect(launcher.running.size).toBe(2);
  });

  it('stops only the session services that are named', async () => {
    provisioner.wish({ further: 2, stop: [] }, 0);
    const [first = '', second = ''] = provisioner.instances;
    provisioner.wish({ further: 1, stop: [first, 'svc_of_somebody_else'] }, 0);
    await clock.advance(0);
    await clock.advance(60_000);
    expect([...launcher.running.keys()]).toEqual([second]);
  });

  it('puts another instance in the place of a session service that crashed', async () => {
    provisioner.wish({ further: 1, stop: [] }, 0);
    const [crashed = ''] = provisioner.instances;
    launcher.running.get(crashed)?.();
    await clock.advance(0);
    await clock.advance(5000);
    expect(provisioner.instances).toEqual([expect.not.stringMatching(crashed)]);
    expect(launcher.running.size).toBe(1);
  });

  it('ends everything with itself and starts nothing after', async () => {
    provisioner.start();
    provisioner.wish({ further: 2, stop: [] }, 0);
    await provisioner.stop(1000);
    await clock.advance(60_000);
    expect(launcher.running.size).toBe(0);
  });
});

describe('the environment of a launched service', () => {
  it('is made of settings, without those of one process or node, and its own', () => {
    const settings = {
      MUSTER_LOG_LEVEL: 'info',
      MUSTER_PORT: 8600,
      MUSTER_NODE_ID: 'nod_1',
      MUSTER_JOIN_KEY: 'secret',
      MUSTER_ALLOWED_ORIGINS: ['a', 'b'],
      MUSTER_MOUNTS: { data: '/srv/data' },
      MUSTER_CONFIG_FILE: undefined,
      MONGODB_URI: 'mongodb://db',
    };
    const inherited = {
      HOME: '/root',
      MUSTER_SESSION_CAPACITY: '3',
      MONGODB_URI_FILE: '/run/uri',
      MUSTER_JOIN_KEY_FILE: '/k',
      MUSTER_LOG_LEVEL: 'debug',
    };
    expect(serviceEnvironment({ inherited, settings, own: { MUSTER_PORT: '0' } })).toEqual({
      MUSTER_SESSION_CAPACITY: '3',
      MUSTER_LOG_LEVEL: 'info',
      MONGODB_URI: 'mongodb://db',
      MUSTER_ALLOWED_ORIGINS: 'a,b',
      MUSTER_MOUNTS: 'data=/srv/data',
      MUSTER_PORT: '0',
    });
  });
});

describe('a nodes file', () => {
  async function nodesOf(text: string): ReturnType<typeof readDeclaredNodes> {
    const path = join(await mkdtemp(join(tmpdir(), 'muster-nodes-')), 'nodes.yaml');
    await writeFile(path, text);
    return readDeclaredNodes(path);
  }

  it('declares several nodes of one computer, each with its own ports', async () => {
    const nodes = await nodesOf(
      'nodes:\n  - name: a\n    os: { family: windows, build: 10.0.20348 }\n  - name: b\n    ports: { first: 30000, last: 30009 }\n',
    );
    expect(nodes).toEqual([
      { name: 'a', os: { family: 'windows', build: '10.0.20348' }, ports: { first: 23_000, last: 23_199 } },
      { name: 'b', ports: { first: 30_000, last: 30_009 } },
    ]);
  });

  it.each([
    ['nodes:\n  - name: a\n    cpus: 4\n', 'nodes.0.cpus is not a known member'],
    ['nodes:\n  - name: a\n  - name: a\n', 'two nodes are named a'],
    [
      'nodes:\n  - name: a\n    ports: { first: 30000, last: 30009 }\n  - name: b\n    ports: { first: 30009, last: 30010 }\n',
      'the ports of a and b overlap',
    ],
    ['nodes: [', 'cannot be read'],
  ])('that is wrong is refused with the reason: %#', async (text, reason) => {
    await expect(nodesOf(text)).rejects.toThrow(reason);
  });
});
