import type { WorkerId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { placeOf, type NodeAddresses } from './workload-place.js';

const fence = { worker: 'wrk_1' as WorkerId, incarnation: 2 };
const ask = { fence, booking: { hostPorts: [4001, 4002] } };
const program = { ...ask, probe: { port: 8080, httpGet: '/' } };
const node = { bindHost: '0.0.0.0', advertiseHost: 'node-a.example' };
const at = (reach: NodeAddresses['reach'], more: Partial<NodeAddresses> = {}): NodeAddresses => ({
  reach,
  ...node,
  ...more,
});

describe("a workload on the node's own addresses", () => {
  it('listens where the node says, and is advertised under its name', () => {
    expect(placeOf(ask, at('host', { advertiseHost: 'fd00::1' }))).toEqual({
      bind: { host: '0.0.0.0', port: 4001 },
      near: { host: '127.0.0.1', port: 4001 },
      address: 'http://[fd00::1]:4001',
      ports: [],
    });
  });

  it('listens on loopback only when it compares no token; its own port counts where none was booked', () => {
    const loopback = { host: '127.0.0.1', port: 4001 };
    expect(placeOf(program, at('host'))).toMatchObject({
      bind: loopback,
      near: loopback,
      address: 'http://127.0.0.1:4001',
    });
    expect(placeOf({ ...program, booking: { hostPorts: [] } }, at('host')).bind.port).toBe(8080);
  });
});

describe('a workload whose ports are published', () => {
  it('listens everywhere in its own network, on the numbers that were booked', () => {
    expect(placeOf(ask, at('published', { bindHost: '172.17.0.1' }))).toEqual({
      bind: { host: '0.0.0.0', port: 4001 },
      near: { host: '172.17.0.1', port: 4001 },
      address: 'http://node-a.example:4001',
      ports: [
        { port: 4001, hostAddress: '172.17.0.1', hostPort: 4001 },
        { port: 4002, hostAddress: '172.17.0.1', hostPort: 4002 },
      ],
    });
  });

  it('is published on loopback only when it compares no token, whatever port it listens on', () => {
    expect(placeOf(program, at('published'))).toMatchObject({
      bind: { host: '0.0.0.0', port: 8080 },
      near: { host: '127.0.0.1', port: 4001 },
      ports: [
        { port: 8080, hostAddress: '127.0.0.1', hostPort: 4001 },
        { port: 4002, hostAddress: '127.0.0.1', hostPort: 4002 },
      ],
    });
  });
});

describe('a workload that is reached by name', () => {
  it('has a name of its own for each incarnation, and publishes nothing', () => {
    expect(placeOf(ask, at('name'))).toEqual({
      bind: { host: '0.0.0.0', port: 4001 },
      near: { host: 'wrk-1-2', port: 4001 },
      address: 'http://wrk-1-2:4001',
      ports: [],
      hostName: 'wrk-1-2',
    });
    expect(placeOf(program, at('name')).near).toEqual({ host: 'wrk-1-2', port: 8080 });
  });
});

describe('a workload beside a local directory that is a container, too', () => {
  it('is reached by its name from there, by published ports from elsewhere', () => {
    expect(placeOf(ask, at('mixed', { bindHost: '10.1.0.7' }))).toEqual({
      bind: { host: '0.0.0.0', port: 4001 },
      near: { host: 'wrk-1-2', port: 4001 },
      address: 'http://node-a.example:4001',
      ports: [
        { port: 4001, hostAddress: '10.1.0.7', hostPort: 4001 },
        { port: 4002, hostAddress: '10.1.0.7', hostPort: 4002 },
      ],
      hostName: 'wrk-1-2',
    });
  });

  it('is not published when it compares no token', () => {
    expect(placeOf(program, at('mixed'))).toEqual(placeOf(program, at('name')));
  });
});
