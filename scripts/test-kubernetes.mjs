// npm run test:kubernetes: what needs a real cluster, the one that KUBECONFIG names. Its nodes must have the images of Muster, of the
// test programs and node:24-bookworm-slim: nothing is pulled.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { addUp, finish, parseArguments, runTests } from './run-tests.mjs';

const { summaryFile, rest } = parseArguments(process.argv.slice(2));
if (process.env.KUBECONFIG === undefined || process.env.KUBECONFIG === '') {
  console.log(
    'KUBECONFIG is not set, so nothing was run. Name a cluster that tests may use: KUBECONFIG=$HOME/.kube/config npm run test:kubernetes',
  );
  finish({ passed: [], failed: [], skipped: [] }, summaryFile);
}

function kubectl(args, input) {
  const run = spawnSync('kubectl', args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'inherit'] });
  if (run.status === 0) return run.stdout.trim();
  return finish({ passed: [], failed: [`kubectl ${args[0]} failed`], skipped: [] }, summaryFile);
}

const namespace = `muster-test-${randomBytes(4).toString('hex')}`;
const node = process.env.MUSTER_TEST_NODE ?? kubectl(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}']);
const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
process.on('exit', () => spawnSync('kubectl', ['delete', 'namespace', namespace, '--wait=false'], { stdio: 'ignore' }));

const narrowed = rest.length > 0 ? ['--passWithNoTests', ...rest] : [];
const pods = { MUSTER_TEST_BACKEND: 'kubernetes', MUSTER_TEST_NODE: node, MUSTER_TEST_NAMESPACE: namespace };
const endToEnd = ['--config', 'vitest.e2e.config.ts', '--project', 'standalone', ...narrowed];
const runs = [
  runTests('on a real cluster', ['--config', 'vitest.kubernetes.config.ts', ...narrowed]),
  runTests('end to end through the front door of a cluster', ['--config', 'vitest.front-door.config.ts', ...narrowed]),
  runTests('end to end with workers in pods', endToEnd, { ...process.env, ...pods }),
];
finish(addUp(runs), summaryFile);
