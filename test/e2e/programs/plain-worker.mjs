// A worker without the SDK that can misbehave: `node plain-worker.mjs MODE`. Each mode is one kind of trouble.
import { createServer } from 'node:http';

const mode = process.argv[2] ?? 'good';
const { MUSTER_BIND, MUSTER_ADVERTISE, MUSTER_CONTROL_URL, MUSTER_TOKEN, MUSTER_INCARNATION } = process.env;
const [host, port] = MUSTER_BIND.split(/:(?=\d+$)/);
const say = (text) => process.stdout.write(`${text}\n`);

/** What was said of the trace, by call. */
const traces = { environment: process.env.TRACEPARENT };

const actions = {
  echo: (body) => body,
  whoami: () => ({ pid: process.pid, incarnation: Number(MUSTER_INCARNATION) }),
  gpus: () => process.env.CUDA_VISIBLE_DEVICES ?? null,
  traces: () => traces,
  crash: () => process.exit(7),
  hang: () => new Promise(() => {}),
};

const routes = {
  '/v1/init': () => ({}),
  '/v1/run': () => {
    if (mode === 'crash-always') setImmediate(() => process.exit(9));
    return {};
  },
  '/v1/execute': async ({ action, body }) => ({ body: await actions[action](body) }),
  '/v1/shutdown': () => {
    if (mode !== 'stubborn') setImmediate(() => process.exit(0));
    return {};
  },
};

const server = createServer((request, response) => void serve(request, response));

async function serve(request, response) {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (request.headers.traceparent !== undefined) traces[request.url] ??= request.headers.traceparent;
  const answer = request.method === 'GET' ? {} : await routes[request.url](JSON.parse(text || '{}'));
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
}

process.on('SIGTERM', () => mode !== 'stubborn' && process.exit(0));
say(`${mode} begins`);
if (mode === 'exit') process.exit(3);
if (mode === 'flood') {
  const line = 'x'.repeat(65_536);
  let left = 1600;
  const more = () => {
    while (left-- > 0) if (!process.stdout.write(`${line}\n`)) return process.stdout.once('drain', more);
    say('the flood is over');
  };
  more();
}
server.listen(Number(port), host, () => mode !== 'silent' && void register());

async function register() {
  await fetch(`${MUSTER_CONTROL_URL}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MUSTER_TOKEN}` },
    body: JSON.stringify({ address: MUSTER_ADVERTISE }),
  });
}
