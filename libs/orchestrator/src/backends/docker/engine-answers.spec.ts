import type { WorkloadId } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import { exitOf } from './container-status.js';
import { chooseImage, withTag } from '../image-choice.js';
import { differences } from '../workload-differences.js';
import { connectionOf } from './engine-address.js';
import { EngineRefusal } from './engine-refusal.js';
import { registryOf } from './image-choice.js';
import { LogPlace } from './log-place.js';
import { PullProgress } from './pull-progress.js';
import { startError } from './start-errors.js';

describe('what the engine answers', () => {
  it.each([
    [500, 'driver failed programming: Bind for 127.0.0.1:80 failed: port is already allocated', 'no-capacity'],
    [500, 'write /var/lib/docker/x: no space left on device', 'no-capacity'],
    [500, 'could not select device driver "nvidia" with capabilities: [[gpu]]', 'no-capacity'],
    [
      500,
      'could not find an available, non-overlapping IPv4 address pool among the default address pools',
      'no-capacity',
    ],
    [400, 'Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available', 'no-capacity'],
    [400, 'OCI runtime create failed: exec: "x": executable file not found in $PATH', 'invalid-spec'],
    [400, 'Minimum memory limit allowed is 6MB', 'invalid-spec'],
    [403, 'privileged containers are not allowed here', 'invalid-spec'],
    [404, 'No such image: a:1', 'image-unavailable'],
    [404, 'network muster-back not found', 'backend-unavailable'],
    [500, 'something else', 'backend-unavailable'],
  ])('when a workload starts, %i "%s", is %s', (status, said, code) => {
    expect(startError(new EngineRefusal(status, said, 'to start a container')).code).toBe(code);
  });

  it.each([
    [
      { ExitCode: 0, OOMKilled: false },
      { code: 0, signal: null, reason: 'exit' },
    ],
    [
      { ExitCode: 127, OOMKilled: false },
      { code: 127, signal: null, reason: 'exit' },
    ],
    [
      { ExitCode: 143, OOMKilled: false },
      { code: null, signal: 'SIGTERM', reason: 'signal' },
    ],
    [
      { ExitCode: 137, OOMKilled: true },
      { code: null, signal: 'SIGKILL', reason: 'out-of-memory' },
    ],
    [
      { ExitCode: 1, OOMKilled: true },
      { code: 1, signal: null, reason: 'out-of-memory' },
    ],
    [
      { ExitCode: 0, OOMKilled: true },
      { code: 0, signal: null, reason: 'exit' },
    ],
    [
      { ExitCode: 255, OOMKilled: false },
      { code: 255, signal: null, reason: 'exit' },
    ],
  ])('about an end, %o, is %o', (state, expected) => {
    const { code, signal, reason } = exitOf({ ...state, FinishedAt: '2026-01-01T00:00:00.123456789Z' } as never, false);
    expect({ code, signal, reason }).toEqual(expected);
  });

  it('is an end that we asked for, whatever it looks like', () => {
    const state = { ExitCode: 137, OOMKilled: true, FinishedAt: '2026-01-01T00:00:00.123456789Z' };
    expect(exitOf(state as never, true)).toMatchObject({ reason: 'stopped', endedAt: '2026-01-01T00:00:00.123Z' });
  });

  it('while pulling becomes one line for a person', () => {
    const progress = new PullProgress('a:1');
    expect(progress.text).toBe('pulling a:1');
    progress.take({ status: 'Downloading', id: 'x', progressDetail: { current: 25, total: 100 } });
    progress.take({ status: 'Downloading', id: 'y', progressDetail: { current: 50, total: 100 } });
    expect(progress.text).toBe('pulling a:1, 37 %');
    progress.take({ status: 'Download complete', id: 'y' });
    expect(progress.text).toBe('pulling a:1, 62 %');
    expect(() => progress.take({ error: 'manifest unknown' })).toThrow('a:1: manifest unknown');
  });

  it('is told to a watcher as what it does not know yet', () => {
    const status = (id: string, state: string, progress?: string): WorkloadStatus =>
      ({ id: id as WorkloadId, state, progress, startedAt: '' }) as unknown as WorkloadStatus;
    const before = [
      status('same', 'running'),
      status('ends', 'running'),
      status('goes', 'exited'),
      status('pulls', 'starting', '1 %'),
    ];
    const now = [
      status('same', 'running'),
      status('ends', 'exited'),
      status('pulls', 'starting', '2 %'),
      status('new', 'running'),
    ];
    expect(differences(before, now)).toEqual([
      { type: 'changed', workload: now[1] },
      { type: 'changed', workload: now[2] },
      { type: 'changed', workload: now[3] },
      { type: 'removed', id: 'goes' },
    ]);
  });

  it('as output is read on from any place without a gap and without saying anything twice', () => {
    const times = fc.array(fc.tuple(fc.nat(5), fc.constantFrom('stdout', 'stderr')), { maxLength: 30 });
    fc.assert(
      fc.property(times, fc.array(fc.nat(30), { maxLength: 5 }), (steps, cuts) => {
        let now = 0;
        const frames = steps.map(([later, stream], index) => {
          now += later;
          const time = new Date(now * 500).toISOString().replace('Z', '000000Z');
          return { stream: stream as 'stdout', bytes: Buffer.from(`${time} ${index}`) };
        });
        const place = new LogPlace();
        const seen: string[] = [];
        for (const end of [...cuts, frames.length]) {
          const since = place.query(undefined).since ?? 0;
          const asked = frames
            .slice(0, end)
            .filter(({ bytes }) => Date.parse(bytes.toString().slice(0, 24)) / 1000 >= since);
          for (const frame of asked) seen.push(place.take(frame)?.bytes.toString() ?? '');
        }
        const indexes = seen.filter((text) => text !== '').map(Number);
        for (const stream of ['stdout', 'stderr'])
          expect(indexes.filter((index) => frames[index]?.stream === stream)).toEqual(
            frames.flatMap((frame, index) => (frame.stream === stream ? [index] : [])),
          );
      }),
    );
  });

  it('amid the output about itself is not output', () => {
    const complaint = Buffer.from('Error grabbing logs: unexpected EOF\n');
    expect(new LogPlace().take({ stream: 'stdout', bytes: complaint })).toBeUndefined();
  });
});

describe('an image of a catalogue', () => {
  const images = { linux: 'a:1', 'windows-10.0.20348': 'w:2022', windows: 'w:any' };
  it.each([
    ['linux', '6.1', 'a:1'],
    ['windows', '10.0.20348', 'w:2022'],
    ['windows', '10.0.17763', 'w:any'],
  ] as const)('for %s, build %s, is %s', (os, build, expected) => {
    expect(chooseImage(images, { os, build })).toBe(expected);
  });

  it('that is not there for a system is refused', () => {
    expect(() => chooseImage({ windows: 'w:1' }, { os: 'linux', build: '' })).toThrow('none for linux');
  });

  it.each([
    ['a', 'a:latest', 'https://index.docker.io/v1/'],
    ['team/a:1', 'team/a:1', 'https://index.docker.io/v1/'],
    ['localhost/a', 'localhost/a:latest', 'localhost'],
    ['registry.example:5000/team/a', 'registry.example:5000/team/a:latest', 'registry.example:5000'],
    ['registry.example/a@sha256:00', 'registry.example/a@sha256:00', 'registry.example'],
  ])('%s is %s of %s', (reference, tagged, registry) => {
    expect([withTag(reference), registryOf(reference)]).toEqual([tagged, registry]);
  });
});

describe('the address of an engine', () => {
  it.each([
    ['unix:///var/run/docker.sock', { protocol: 'http', socketPath: '/var/run/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { protocol: 'http', socketPath: '//./pipe/docker_engine' }],
    ['tcp://10.0.0.7', { protocol: 'http', host: '10.0.0.7', port: 2375 }],
    ['https://engine.example', { protocol: 'https', host: 'engine.example', port: 2376 }],
    ['tcp://[::1]:1234', { protocol: 'http', host: '::1', port: 1234 }],
  ])('%s is understood', (url, expected) => {
    expect(connectionOf({ url })).toEqual(expected);
  });

  it.each(['', 'docker', 'ssh://me@host', 'tcp://'])('"%s" is refused', (url) => {
    expect(() => connectionOf({ url })).toThrow('is no address of a Docker Engine');
  });

  it('with a TLS file that is not there is refused', () => {
    const tls = { caFile: '/nonexistent/ca.pem', certFile: '', keyFile: '' };
    expect(() => connectionOf({ url: 'tcp://host', tls })).toThrow('a TLS file of the engine cannot be read');
  });
});
