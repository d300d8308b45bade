// The NetworkPolicies of k8s/base, made of k8s/network-matrix.yaml: everything is denied, and each service is allowed what stands there.
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

const servicesNamespace = 'muster';
const sessionsNamespace = 'muster-sessions';
const notServices = ['anyone', 'workers', 'api-server'];

/** The text of network-policies.yaml. */
export function networkPolicies(file = 'k8s/network-matrix.yaml') {
  const { ports, allow } = parse(readFileSync(file, 'utf8'));
  const rules = allow.map(({ from, to, ports: name }) => ({ from, to, ports: portsOf(ports[name]) }));
  const names = rules.flatMap(({ from, to }) => [...from, to]).filter((name) => !notServices.includes(name));
  const policies = [
    ...[servicesNamespace, sessionsNamespace].map(denyAll),
    ...[...new Set(names)].sort().map((name) => policyOf(name, servicesNamespace, rules)),
    policyOf('workers', sessionsNamespace, rules),
  ];
  const note = '# Generated from network-matrix.yaml by `npm run generate`; changes here are lost.\n';
  return note + policies.map((policy) => stringify(policy, { lineWidth: 0 })).join('---\n');
}

/** Names are looked up by all: without DNS nobody finds anybody. */
function denyAll(namespace) {
  const dns = [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ];
  const spec = { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{ ports: dns }] };
  return policy('deny-all-but-names', namespace, spec);
}

function policyOf(name, namespace, rules) {
  const ingress = rules
    .filter(({ to }) => to === name)
    .map(({ from, ports }) => ({ ...(from.includes('anyone') ? {} : { from: from.map(peerOf) }), ...ports }));
  const egress = rules
    .filter(({ from }) => from.includes(name))
    .map(({ to, ports }) => ({ ...(to === 'api-server' ? {} : { to: [peerOf(to)] }), ...ports }));
  const podSelector = name === 'workers' ? {} : { matchLabels: { 'app.kubernetes.io/name': name } };
  const spec = { podSelector, policyTypes: ['Ingress', 'Egress'] };
  return policy(name, namespace, {
    ...spec,
    ...(ingress.length === 0 ? {} : { ingress }),
    ...(egress.length === 0 ? {} : { egress }),
  });
}

function peerOf(name) {
  const inNamespace = (namespace) => ({ matchLabels: { 'kubernetes.io/metadata.name': namespace } });
  if (name === 'workers') return { namespaceSelector: inNamespace(sessionsNamespace), podSelector: {} };
  return {
    namespaceSelector: inNamespace(servicesNamespace),
    podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
  };
}

/** None: every port. */
function portsOf(ranges) {
  if (ranges.length === 0) return {};
  const ports = ranges.map((range) => {
    const [first, last] = String(range).split('-').map(Number);
    return { port: first, ...(last === undefined ? {} : { endPort: last }), protocol: 'TCP' };
  });
  return { ports };
}

function policy(name, namespace, spec) {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec };
}
