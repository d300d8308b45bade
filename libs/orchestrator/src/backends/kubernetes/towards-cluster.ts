import { connect } from 'node:net';
import { BackendUnavailable } from '../../contract/errors.js';
import { KubernetesApi } from './kubernetes-api.js';

const answerMs = 10_000;

/** The address that this computer has on its way to the API server, and so to the nodes of a cluster nearby. */
export function towardsCluster(configFile: string | undefined): Promise<string> {
  const { server } = KubernetesApi.open(configFile === undefined ? {} : { configFile });
  const { hostname, port, protocol } = new URL(server);
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), timeout: answerMs });
    const failed = (why: string): void => {
      socket.destroy();
      reject(new BackendUnavailable(`the cluster at ${server} cannot be reached: ${why}`));
    };
    socket.once('connect', () => {
      resolve(socket.localAddress ?? '');
      socket.destroy();
    });
    socket.once('timeout', () => failed(`no answer within ${answerMs} ms`));
    socket.once('error', ({ message }) => failed(message));
  });
}
