import { request } from 'node:http';
import { connect } from 'node:net';
import type { StartOnNode } from '@muster/contracts';

/** Whether a program answers: an HTTP status below 500 on the path, or else a port that accepts. Never rejects. */
export interface ProgramProbe {
  answers(target: { host: string; port: number }, probe: NonNullable<StartOnNode['probe']>): Promise<boolean>;
}

const timeoutMs = 1000;

export const networkProbe: ProgramProbe = {
  answers: ({ host, port }, { httpGet }) =>
    httpGet === undefined ? accepts(host, port) : answersHttp(host, port, httpGet),
};

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function answersHttp(host: string, port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ host, port, path, timeout: timeoutMs, agent: false }, (answer) => {
      resolve((answer.statusCode ?? 500) < 500);
      call.destroy();
    });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(false));
    call.once('close', () => resolve(false));
    call.end();
  });
}
