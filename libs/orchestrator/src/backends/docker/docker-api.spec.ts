import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DockerApi } from './docker-api.js';

it('a hundred questions at once to an engine cost little of the processor', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-engine-'));
  const socketPath = join(folder, 'docker.sock');
  const server = createServer((_, response) => setTimeout(() => response.end('[]'), 100));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const api = new DockerApi({ protocol: 'http', socketPath });
  try {
    const before = process.cpuUsage();
    for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 100 }, () => api.list([])));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1500);
  } finally {
    api.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  }
});
