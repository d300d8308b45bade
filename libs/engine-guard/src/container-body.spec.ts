import { describe, expect, it } from 'vitest';
import { admitImage, checkContainer, type CheckedContainer } from './container-body.js';
import { aBody, aSmallBody, policy } from './testing/bodies.js';

const reasonsOf = (body: unknown, given = policy): readonly string[] => {
  const decision = checkContainer(body, given);
  return 'reasons' in decision ? decision.reasons : [];
};
const passOf = (body: unknown, given = policy): CheckedContainer => {
  const decision = checkContainer(body, given);
  if ('reasons' in decision) throw new TypeError(decision.reasons.join('; '));
  return decision.pass;
};

describe('a container that Muster makes', () => {
  it('passes as it is', () => {
    expect(passOf(aBody())).toEqual({ body: aBody(), image: undefined, networks: [] });
  });

  it('passes with the least that must be given', () => {
    expect(passOf(aSmallBody()).body).toEqual(aSmallBody());
  });

  it('passes without what a client sends empty', () => {
    const empty = { Privileged: false, CapAdd: null, Devices: [], OomScoreAdj: 0, PidMode: '', Sysctls: {} };
    expect(passOf(aBody(empty, { Tty: false, Volumes: {}, name: 'muster-1' })).body).toEqual(aBody());
  });
});

describe('the rights of a container', () => {
  it.each([
    ['Privileged', true],
    ['CapAdd', ['SYS_ADMIN']],
    ['CapDrop', ['NET_RAW']],
    ['CapDrop', []],
    ['Devices', [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'rwm' }]],
    ['DeviceCgroupRules', ['a *:* rwm']],
    ['SecurityOpt', ['no-new-privileges', 'seccomp=unconfined']],
    ['SecurityOpt', ['no-new-privileges', 'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}']],
    ['SecurityOpt', ['no-new-privileges', 'apparmor=unconfined']],
    ['SecurityOpt', ['no-new-privileges', 'label=disable']],
    ['SecurityOpt', ['no-new-privileges', 'systempaths=unconfined']],
    ['SecurityOpt', ['no-new-privileges:false']],
    ['SecurityOpt', []],
    ['MaskedPaths', []],
    ['ReadonlyPaths', []],
    ['ReadonlyRootfs', false],
    ['Runtime', 'kata'],
    ['Runtime', '/bin/sh'],
    ['Sysctls', { 'kernel.core_pattern': '|/bin/sh' }],
    ['GroupAdd', ['999']],
    ['Annotations', { 'io.katacontainers.config': 'x' }],
    ['CgroupParent', '/'],
    ['OomScoreAdj', -1000],
    ['OomKillDisable', true],
    ['RestartPolicy', { Name: 'always' }],
    ['Isolation', 'process'],
    ['privileged', true],
    ['Privıleged', true],
    ['SomethingNew', 1],
  ])('cannot be %s %j', (name, value) => {
    expect(reasonsOf(aBody({ [name]: value }))[0]).toMatch(/^HostConfig\./);
  });

  it('are never those of root, whatever way it is written', () => {
    for (const User of ['root', '0', '00', '0:1000', 'root:root', '+0', '-0', '0x0', ' 0', '', '1000:1000:0'])
      expect(reasonsOf(aBody({}, { User }))).toEqual([expect.stringMatching(/^User must be somebody other than root/)]);
  });

  it.each(['host', 'container:abc', 'ns:/proc/1/ns/net', 'Host'])('cannot reach into the namespaces of %s', (mode) => {
    for (const name of ['NetworkMode', 'PidMode', 'IpcMode', 'UTSMode', 'UsernsMode', 'CgroupnsMode'])
      expect(reasonsOf(aBody({ [name]: mode })), name).not.toEqual([]);
  });
});

describe('the limits of a container', () => {
  it.each(['Memory', 'MemorySwap', 'CpuShares', 'PidsLimit', 'LogConfig', 'CapDrop', 'SecurityOpt', 'ReadonlyRootfs'])(
    'must say %s',
    (name) => {
      expect(reasonsOf(aBody({ [name]: undefined }))).toContain(`HostConfig.${name} must be given`);
      expect(reasonsOf(aBody({ [name]: null }))).toContain(`HostConfig.${name} must be given`);
    },
  );

  it.each([
    ['Memory', 0],
    ['Memory', -1],
    ['Memory', '1'],
    ['MemorySwap', -1],
    ['MemorySwap', 536_870_912],
    ['NanoCpus', 0],
    ['CpuShares', 0],
    ['CpuShares', 1_000_000],
    ['PidsLimit', 0],
    ['PidsLimit', -1],
    ['PidsLimit', 4097],
    ['LogConfig', { Type: 'local', Config: {} }],
    ['LogConfig', { Type: 'syslog', Config: { 'syslog-address': 'tcp://example.org' } }],
    ['LogConfig', { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1', tag: 'x' } }],
    ['LogConfig', { Type: '' }],
  ])('cannot be %s %j', (name, value) => {
    expect(reasonsOf(aBody({ [name]: value }))).not.toEqual([]);
  });

  it('count cards by their ids, never by number', () => {
    for (const change of [
      { Count: -1 },
      { Count: 1 },
      { Driver: 'cdi' },
      { Options: { a: 'b' } },
      { Capabilities: [['tpu']] },
    ])
      expect(
        reasonsOf(aBody({ DeviceRequests: [{ DeviceIDs: ['0'], Capabilities: [['gpu']], ...change }] })),
      ).not.toEqual([]);
    expect(reasonsOf(aBody({ DeviceRequests: [{ Capabilities: [['gpu']] }] }))).toEqual([
      'HostConfig.DeviceRequests[0].DeviceIDs must be given',
    ]);
    expect(reasonsOf(aBody({}, { Env: ['NVIDIA_VISIBLE_DEVICES=all'] }))).not.toEqual([]);
    expect(reasonsOf(aBody({}, { Env: ['NVIDIA_VISIBLE_DEVICES=void', 'NVIDIA_VISIBLE_DEVICESX=1'] }))).toEqual([]);
  });
});

describe('what a container sees of the host', () => {
  it.each([
    '/',
    '/var/run/docker.sock',
    '/run/docker.sock',
    '/var/run',
    '/var',
    '/proc',
    '/proc/1/root',
    '/sys',
    '/etc',
    '/etc/shadow',
    '/var/lib/docker',
    '/dev/sda',
    '/root',
    '/srv',
    '/srv/data/below',
    '/srv/data/../../etc',
    '/srv/data/',
    '/srv//data',
    '/srv/./data',
    '/srv/database',
    '/srv/secrets',
    '/srv/secrets/../data',
    '/srv/secrets/x.sock',
    'other-volume',
    './data',
    '~',
    '',
  ])('is not %j', (source) => {
    expect(reasonsOf(aBody({ Binds: [`${source}:/x:ro`] }))).not.toEqual([]);
    const Type = source.startsWith('/') ? 'bind' : 'volume';
    expect(reasonsOf(aBody({ Mounts: [{ Type, Source: source, Target: '/x', ReadOnly: true }] }))).not.toEqual([]);
  });

  it('is what the operator allows, written in either way', () => {
    const Binds = [
      '/srv/data:/a',
      '/srv/data:/b:ro',
      '/srv/models:/c:ro',
      '/srv/secrets/a/b:/d:ro',
      'scratch:/e:nocopy',
    ];
    expect(passOf(aBody({ Binds })).body).toEqual(aBody({ Binds }));
  });

  it('cannot be written where the operator allows to read', () => {
    for (const bind of ['/srv/models:/x', '/srv/models:/x:rw', '/srv/secrets/key:/x'])
      expect(reasonsOf(aBody({ Binds: [bind] }))[0]).toMatch(/is allowed read-only$/);
    expect(reasonsOf(aBody({ Mounts: [{ Type: 'bind', Source: '/srv/models', Target: '/x' }] }))).not.toEqual([]);
  });

  it.each([
    [{ Type: 'bind', Source: '/srv/data', Target: '/x', BindOptions: { Propagation: 'rshared' } }],
    [{ Type: 'volume', Source: 'scratch', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'local' } } }],
    [{ Type: 'volume', Source: '/srv/data', Target: '/x' }],
    [{ Type: 'volume', Source: '', Target: '/x' }],
    [{ Type: 'bind', Source: 'scratch', Target: '/x' }],
    [{ Type: 'npipe', Source: '/srv/data', Target: '/x' }],
    [{ Type: 'image', Source: 'busybox', Target: '/x' }],
    [{ Type: 'tmpfs', Source: '/srv/data', Target: '/x' }],
    [{ Type: 'bind', Source: '/srv/data', Target: '/proc' }],
    [{ Type: 'bind', Source: '/srv/data', Target: '/a/../proc' }],
    [{ Type: 'bind', Source: '/srv/data' }],
    [{ type: 'bind', source: '/etc', target: '/x' }],
  ])('is no mount like %j', (mount) => {
    expect(reasonsOf(aBody({ Mounts: [mount] }))).not.toEqual([]);
  });

  it.each([
    ['Binds', ['/srv/data:/x:rshared']],
    ['Binds', ['/srv/data:/x:Z']],
    ['Binds', ['/srv/data']],
    ['Binds', ['/srv/data:/x:ro:rw']],
    ['Binds', [7]],
    ['VolumesFrom', ['other']],
    ['VolumeDriver', 'sshfs'],
    ['Tmpfs', { '/x': 'suid' }],
    ['Tmpfs', { '/x': 'size=1m,dev' }],
    ['StorageOpt', { 'dm.basesize': '1g' }],
    ['ContainerIDFile', '/etc/cron.d/x'],
  ])('is no %s %j', (name, value) => {
    expect(reasonsOf(aBody({ [name]: value }))).not.toEqual([]);
  });
});

describe('the network of a container', () => {
  const bound = (binding: Record<string, unknown>) => aBody({ PortBindings: { '21000/tcp': [binding] } });

  it('publishes only ports of the range, at allowed addresses', () => {
    for (const HostPort of ['20999', '22000', '21000-21005', '0', '', '021000', 21_000])
      expect(reasonsOf(bound({ HostIp: '127.0.0.1', HostPort })), String(HostPort)).not.toEqual([]);
    for (const HostIp of ['', '0.0.0.0', '10.0.0.1'])
      expect(reasonsOf(bound({ HostIp, HostPort: '21000' })), HostIp).not.toEqual([]);
    expect(reasonsOf(bound({ HostPort: '21000' }))).not.toEqual([]);
    expect(reasonsOf(aBody({ PublishAllPorts: true }))).not.toEqual([]);
  });

  it('is one that the operator allows, or one that must be looked at', () => {
    const on = (name: string): CheckedContainer =>
      passOf(aBody({ NetworkMode: name }, { NetworkingConfig: { EndpointsConfig: { [name]: {} } } }));
    expect(on('workers').networks).toEqual([]);
    expect(on('muster-ses-1').networks).toEqual(['muster-ses-1']);
    expect(reasonsOf(aBody({ NetworkMode: 'others' }))).toEqual([
      'the network others is not one that the operator allows',
    ]);
    expect(reasonsOf(aSmallBody({}), { ...policy, networks: ['workers'] })).toEqual([
      'the network bridge is not one that the operator allows',
    ]);
  });

  it('knows it by no name that a service could have', () => {
    const named = (alias: string) =>
      aBody({}, { NetworkingConfig: { EndpointsConfig: { workers: { Aliases: [alias] } } } });
    for (const alias of ['auth', 'mongo', 'global-session', 'muster']) expect(reasonsOf(named(alias))).not.toEqual([]);
    expect(reasonsOf(named('ses-1-wrk-2-1'))).toEqual([]);
  });
});

describe('the names of a container', () => {
  it('must say whose it is, and nothing to other programs', () => {
    const labelled = (Labels: unknown) => aBody({}, { Labels });
    expect(reasonsOf(labelled({ 'dev.muster.installation': 'ins_2' }))).toEqual([
      'Labels must say dev.muster.installation=ins_1',
    ]);
    expect(reasonsOf(labelled(undefined))).toEqual(['Labels must be given']);
    expect(reasonsOf(labelled({ 'dev.muster.installation': 'ins_1', 'traefik.enable': 'true' }))).toEqual([
      'Labels has the name traefik.enable, which is not allowed',
    ]);
  });

  it('say an image that the operator allows', () => {
    const only = { ...policy, images: ['muster/', 'registry.local:5000/solver'] };
    const of = (Image: string) => reasonsOf(aBody({}, { Image }), only);
    for (const image of ['muster/workers:1', 'registry.local:5000/solver', 'registry.local:5000/solver@sha256:00'])
      expect(of(image), image).toEqual([]);
    for (const image of [
      'other/workers',
      'muster',
      'registry.local:5000/solver-evil',
      'evil/muster/workers',
      '../x',
      'a b',
    ])
      expect(of(image), image).not.toEqual([]);
  });
});

describe('the image of a container', () => {
  it('gives its user, if the body names none', () => {
    const { User: _, ...body } = aBody();
    const checked = passOf(body);
    expect(checked.image).toBe('muster/workers:1');
    expect(admitImage(checked, { user: 'node', names: [] }, policy)).toEqual({ pass: { ...body, User: 'node' } });
    for (const user of ['', 'root', '0:0'])
      expect(admitImage(checked, { user, names: [] }, policy)).toEqual({
        reasons: [expect.stringMatching(/^User of the image must be somebody other than root/)],
      });
  });

  it('named by its id must have an allowed name', () => {
    const only = { ...policy, images: ['muster/'] };
    const checked = passOf(aBody({}, { Image: `sha256:${'0'.repeat(64)}` }), only);
    expect(admitImage(checked, { user: 'node', names: ['muster/workers:1'] }, only)).toMatchObject({ pass: {} });
    expect(admitImage(checked, { user: 'node', names: ['other:1'] }, only)).toMatchObject({
      reasons: [expect.any(String)],
    });
  });
});
