import { join } from 'node:path';
import { FakeEngine } from './fake-engine.js';
import { openProxy, type OpenedProxy } from './open-proxy.js';

/** What a client sends to make a container that is allowed. */
export const create = '/v1.41/containers/create?name=muster-3';
export const body = {
  Image: 'muster/workers:1',
  User: '65532',
  Labels: { 'dev.muster.installation': 'ins_1' },
  HostConfig: {
    LogConfig: { Type: 'local', Config: { 'max-size': '1m' } },
    CpuShares: 512,
    NanoCpus: 500_000_000,
    Memory: 67_108_864,
    MemorySwap: 67_108_864,
    PidsLimit: 64,
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
  },
};

/** A proxy before an engine of its own; who opens them closes both. */
export async function openBeforeEngine(
  environment: Record<string, string> = { MUSTER_BODY_LIMIT_BYTES: '65536' },
): Promise<{ engine: FakeEngine; proxy: OpenedProxy }> {
  const engine = new FakeEngine();
  const proxy = await openProxy(async (folder) => {
    await engine.listen(join(folder, 'engine.sock'));
    return `unix://${folder}/engine.sock`;
  }, environment);
  return { engine, proxy };
}
