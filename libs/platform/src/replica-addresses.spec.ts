import { describe, expect, it } from 'vitest';
import { replicaAddresses } from './replica-addresses.js';

describe('replicas of a service', () => {
  const resolve = async (host: string) => {
    if (host === 'directory') return ['10.0.0.1', '10.0.0.2'].map((address) => ({ address, family: 4 }));
    if (host === 'localhost')
      return [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ];
    throw new TypeError('no such host');
  };

  it('are found behind one name; other names stay as they are', async () => {
    const configured = ['http://directory:8601', 'http://localhost:8601', 'http://unknown:8601', 'https://directory'];
    expect(await replicaAddresses(configured, resolve)).toEqual([
      'http://10.0.0.1:8601',
      'http://10.0.0.2:8601',
      'http://localhost:8601',
      'http://unknown:8601',
      'https://directory',
    ]);
  });
});
