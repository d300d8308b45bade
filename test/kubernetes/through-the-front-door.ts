import { ClusterSystem } from './cluster-system.js';

/** Before the end-to-end tests: the system in the cluster that KUBECONFIG names, for all of them. Answers what takes it away. */
export default async function bringUp(): Promise<() => Promise<void>> {
  const system = await ClusterSystem.prepare();
  await system.up(...settings);
  process.env['MUSTER_TEST_URL'] = system.publicUrl;
  process.env['MUSTER_TEST_PASSWORD'] = system.password;
  return () => system.down();
}

/** What tests of refusals at the WebSocket want smaller than it is by default; and the nodes of this cluster are known as soon as they are there. */
const settings = ['MUSTER_TICKET_MS=1500', 'MUSTER_RELAY_MAX_FRAME_BYTES=65536', 'MUSTER_BOOK_SETTLE_MS=0'];
