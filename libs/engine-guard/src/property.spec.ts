import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkContainer } from './container-body.js';
import { checkNetwork } from './network-body.js';
import { parseStrictly } from './strict-json.js';
import { aBody, aSmallBody, policy } from './testing/bodies.js';

type Json = Record<string, unknown>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** Written apart from the rules: what would be a way out of a container, or to others, in a body that the engine gets. */
function dangers(body: Json): string[] {
  const host = body['HostConfig'] as Json;
  const places = [
    ...((host['Binds'] ?? []) as string[]).map((bind) => bind.split(':')[0] ?? ''),
    ...((host['Mounts'] ?? []) as Json[]).map((mount) => textOf(mount['Source'])),
  ].filter((place) => place !== '');
  const allowedPlaces = /^(\/srv\/data|\/srv\/models|\/srv\/secrets\/[^.].*|scratch)$/;
  const ports = Object.values(
    (host['PortBindings'] ?? {}) as Record<string, { HostPort: string; HostIp: string }[]>,
  ).flat();
  return [
    ...['Privileged', 'CapAdd', 'Devices', 'DeviceCgroupRules', 'VolumesFrom', 'PublishAllPorts', 'Sysctls', 'Links']
      .concat(['OomScoreAdj', 'CgroupParent', 'PidMode', 'UTSMode', 'UsernsMode', 'MaskedPaths', 'ReadonlyPaths'])
      .filter((name) => name in host),
    ...Object.keys(host).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name)),
    ...(/^(host|container:)/.test(textOf(host['NetworkMode'])) ? ['NetworkMode'] : []),
    ...(/^(host|container:|shareable)/.test(textOf(host['IpcMode'])) ? ['IpcMode'] : []),
    ...(JSON.stringify(host['SecurityOpt']).includes('unconfined') ? ['SecurityOpt'] : []),
    ...(Number(host['Memory']) > 0 && host['Memory'] === host['MemorySwap'] ? [] : ['Memory']),
    ...(Number(host['CpuShares']) > 1 && Number(host['PidsLimit']) > 0 ? [] : ['CpuShares, PidsLimit']),
    ...places.filter((place) => !allowedPlaces.test(place) || place.includes('..')),
    ...ports
      .filter(({ HostPort, HostIp }) => !/^21\d{3}$/.test(HostPort) || HostIp !== '127.0.0.1')
      .map(({ HostPort }) => `port ${HostPort}`),
    ...((body['Labels'] as Json)['dev.muster.installation'] === 'ins_1' ? [] : ['Labels']),
    ...(/^(0+|root)(:|$)/.test(textOf(body['User'])) ? ['User'] : []),
  ];
}

const names = [
  'Privileged CapAdd CapDrop Devices Binds Mounts VolumesFrom NetworkMode PidMode IpcMode UTSMode UsernsMode SecurityOpt',
  'Runtime PortBindings PublishAllPorts Memory MemorySwap PidsLimit NanoCpus CpuShares Sysctls MaskedPaths ReadonlyPaths Tmpfs',
  'OomScoreAdj CgroupParent LogConfig DeviceRequests Ulimits privileged __proto__ constructor',
].flatMap((line) => line.split(' '));
const words = fc.constantFrom(
  'host',
  'container:x',
  'ALL',
  'no-new-privileges',
  '/etc:/x',
  '/srv/data:/x',
  '/',
  '0',
  'root',
);
const value = fc.oneof(
  fc.jsonValue(),
  words,
  fc.array(words),
  fc.constantFrom(true, -1, 0, 1),
  fc.dictionary(words, words),
);
const parts = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value);
const runs = { numRuns: 1500 };

describe('whatever is sent', () => {
  it('passes only without a way out of the container', () => {
    fc.assert(
      fc.property(parts, parts, fc.boolean(), (hostConfig, rest, small) => {
        const sent = small ? aSmallBody(hostConfig) : aBody(hostConfig, rest);
        const decision = checkContainer(JSON.parse(JSON.stringify(sent)), policy);
        if ('pass' in decision) expect(dangers(decision.pass.body)).toEqual([]);
        else expect(decision.reasons.length).toBeGreaterThan(0);
      }),
      runs,
    );
  });

  it('never passes with a member that is not known, at any depth', () => {
    const places = [
      [],
      ['HostConfig'],
      ['HostConfig', 'LogConfig'],
      ['HostConfig', 'Mounts', '0'],
      ['NetworkingConfig'],
    ];
    const unknown = fc.string({ minLength: 1 }).filter((name) => !/^[A-Z]|^(name|platform)$/.test(name));
    fc.assert(
      fc.property(fc.constantFrom(...places), unknown, fc.jsonValue(), (place, name, sent) => {
        fc.pre(sent !== null);
        const body = JSON.parse(JSON.stringify(aBody())) as Json;
        const parent = place.reduce((part, step) => part[step] as Json, body);
        Object.defineProperty(parent, name, { value: sent, enumerable: true, configurable: true });
        expect(checkContainer(body, policy)).toHaveProperty('reasons');
      }),
      runs,
    );
  });

  it('never throws, and what passes passes again unchanged', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          parts,
          parts.map((each) => aBody(each)),
        ),
        (sent) => {
          const decision = checkContainer(sent, policy);
          checkNetwork(sent, policy);
          if ('pass' in decision) expect(checkContainer(decision.pass.body, policy)).toEqual(decision);
        },
      ),
      runs,
    );
  });

  it('is understood as JSON understands it, or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const parsed = parseStrictly(text);
        if ('value' in parsed) expect(parsed.value).toEqual(JSON.parse(text));
      }),
      runs,
    );
  });
});
