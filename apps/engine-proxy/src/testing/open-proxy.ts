import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '@muster/platform/plain';
import type { Logger } from 'pino';
import { allSettings } from '../engine-proxy.config.js';
import { openEngineProxy, type RunningProxy } from '../run-engine-proxy.js';

export interface Reply {
  status: number;
  value: unknown;
  headers: Record<string, unknown>;
}

export type Line = Record<string, unknown>;

/** A running proxy with what it logged; `ask` speaks plain HTTP to it. */
export class OpenedProxy {
  constructor(
    readonly running: RunningProxy,
    readonly log: Line[],
    readonly folder: string,
  ) {}

  get port(): number {
    return Number(/:(\d+)$/.exec(this.running.addresses.find((each) => each.startsWith('tcp:')) ?? '')?.[1]);
  }

  /** Reasons of all refusals so far. */
  get refusals(): string[] {
    return this.log.filter(({ said }) => said === 'refused').flatMap(({ reasons }) => reasons as string[]);
  }

  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request({
        port: this.port,
        method,
        path,
        agent: false,
        headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      });
      call.once('error', reject);
      call.once('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('end', () => {
          const said = Buffer.concat(chunks).toString();
          resolve({
            status: answer.statusCode ?? 0,
            value: said === '' ? undefined : parsed(said),
            headers: answer.headers,
          });
        });
      });
      call.end(text);
    });
  }

  /** Sends these bytes and answers what came until the connection was closed. */
  raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = '';
      const socket = connect(this.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => (said += String(chunk)));
      socket.once('error', reject);
      socket.once('close', () => resolve(said));
    });
  }

  async close(): Promise<void> {
    await this.running.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** `engine`: makes the address of the engine of a folder for this test alone. */
export async function openProxy(
  engine: (folder: string) => Promise<string>,
  environment: Record<string, string> = {},
): Promise<OpenedProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-proxy-'));
  const log: Line[] = [];
  const settings = loadSettings(allSettings, {
    environment: {
      MUSTER_INSTALLATION_ID: 'ins_1',
      MUSTER_ENGINE_PROXY_ENGINE: await engine(folder),
      MUSTER_ENGINE_PROXY_LISTEN: `tcp://127.0.0.1:0,unix://${folder}/proxy.sock`,
      MUSTER_STOP_GRACE_MS: '500',
      ...environment,
    },
  });
  const write = (line: Line, said: string): unknown => log.push({ ...line, said });
  const logger = { info: write, warn: write, error: write } as unknown as Logger;
  return new OpenedProxy(await openEngineProxy(settings, logger), log, folder);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
