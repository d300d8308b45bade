import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/**
 * `probe [internal|public|SOCKET] [path]`: asks the service of this computer (or container), and exits with 0 when it answers 200,
 * else with 1 and the answer. Without arguments: /health/ready on the internal listener.
 */
const [listener = 'internal', path = '/health/ready'] = process.argv.slice(2);
const deadlineMs = 9000;
const isPublic = listener === 'public';
const port = (isPublic ? process.env['MUSTER_PORT'] : process.env['MUSTER_INTERNAL_PORT']) ?? '8600';
// The certificate names what clients call it, not the loopback address.
const isTls = isPublic && (process.env['MUSTER_TLS_CERT_FILE'] ?? '') !== '';
const where = listener.startsWith('/') ? { socketPath: listener } : { host: '127.0.0.1', port };
const options = { ...where, path, rejectUnauthorized: false, signal: AbortSignal.timeout(deadlineMs) };

const request = (isTls ? tlsRequest : plainRequest)(options, (answer) => {
  if (answer.statusCode !== 200) answer.pipe(process.stdout);
  else answer.resume();
  answer.once('close', () => process.exit(answer.statusCode === 200 ? 0 : 1));
});
request.once('error', (error) => {
  process.stdout.write(`${error.message}\n`);
  process.exit(1);
});
request.end();
