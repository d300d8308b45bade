import { describe, expect, it } from 'vitest';
import { planFrontDoor, planServices, type PlanOptions } from './service-plan.js';

const options: PlanOptions = {
  ports: {
    auth: 1,
    globalSession: 2,
    globalDirectory: 3,
    public: {
      'front-door': 8600,
      auth: 11,
      'global-session': 12,
      'global-directory': 13,
      console: 14,
      'relay-1': 15,
      'relay-2': 16,
    },
  },
  sessionServices: 2,
  relays: 2,
  publicUrl: 'http://127.0.0.1:8600',
  internalHost: '127.0.0.1',
  frontDoorHost: '127.0.0.1',
  shared: { MUSTER_DATA_DIR: '/data' },
};

describe('the plan of one process per service', () => {
  it('has every service once, two session services and two relays', () => {
    expect(planServices(options).map(({ name }) => name)).toEqual([
      'auth',
      'global-directory',
      'global-session',
      'local-directory',
      'session-1',
      'session-2',
      'relay-1',
      'relay-2',
      'console',
    ]);
  });

  it('tells every service where the three configured ones are', () => {
    for (const { environment } of planServices(options)) {
      expect(environment).toMatchObject({
        MUSTER_AUTH_URL: 'http://127.0.0.1:1',
        MUSTER_GLOBAL_SESSION_URL: 'http://127.0.0.1:2',
        MUSTER_GLOBAL_DIRECTORY_URL: 'http://127.0.0.1:3',
      });
    }
  });

  it('lets other computers reach the services where an address is given for that', () => {
    const plans = planServices({
      ...options,
      internalHost: 'fd00::1',
      shared: { MUSTER_SESSION_INTERNAL_HOST: '10.1.0.1' },
    });
    expect(plans.find(({ name }) => name === 'auth')?.environment).toMatchObject({
      MUSTER_INTERNAL_HOST: 'fd00::1',
      MUSTER_AUTH_URL: 'http://[fd00::1]:1',
    });
    expect(plans.find(({ name }) => name === 'session-1')?.environment).toMatchObject({
      MUSTER_INTERNAL_HOST: '10.1.0.1',
      MUSTER_GLOBAL_DIRECTORY_URL: 'http://[fd00::1]:3',
    });
  });

  it('ends TLS at the front door', () => {
    const shared = { MUSTER_TLS_CERT_FILE: 'cert.pem', MUSTER_TLS_KEY_FILE: 'key.pem' };
    for (const { environment } of planServices({ ...options, shared }))
      expect(environment).toMatchObject({ MUSTER_TLS_CERT_FILE: '', MUSTER_TLS_KEY_FILE: '' });
    expect(planFrontDoor({ ...options, shared }).environment).toMatchObject(shared);
  });

  it('puts the front door on the public port, before both relays', () => {
    expect(planFrontDoor(options).environment).toMatchObject({
      MUSTER_PORT: '8600',
      MUSTER_FRONT_RELAY: 'http://127.0.0.1:15,http://127.0.0.1:16',
    });
  });
});
