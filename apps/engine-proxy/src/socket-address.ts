import { chmod, stat, unlink } from 'node:fs/promises';
import { connect, type AddressInfo, type Server } from 'node:net';

export type SocketAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** `unix:///run/x.sock`, `tcp://127.0.0.1:2375`, `tcp://[::1]:2375`; `undefined` for anything else. */
export function addressOf(written: string): SocketAddress | undefined {
  const path = /^unix:\/\/(\/.+)$/.exec(written)?.[1];
  if (path !== undefined) return { socketPath: path };
  const [, host, port] = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^:/[\]]+):(\d{1,5})$/.exec(written) ?? [];
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** As it was written, with the port that the system chose. */
export function writtenAddress(address: SocketAddress, server: Server): string {
  if ('socketPath' in address) return `unix://${address.socketPath}`;
  return `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}:${(server.address() as AddressInfo).port}`;
}

/** Listens there. A socket that a killed process left behind is replaced, one that somebody serves is not. */
export async function listenAt(server: Server, address: SocketAddress): Promise<void> {
  if (!('socketPath' in address)) return await listening(server, { host: address.host, port: address.port });
  const path = address.socketPath;
  if (await isLeftBehind(path)) await unlink(path);
  await listening(server, { path });
  // Who may write to it may call: its owner and its group.
  await chmod(path, 0o660);
}

function listening(server: Server, options: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function isLeftBehind(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return false;
  return await new Promise((resolve) => {
    const probe = connect(path, () => resolve(!probe.destroy()));
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
