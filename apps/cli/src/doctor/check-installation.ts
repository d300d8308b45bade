import type { MusterClient } from '@muster/client';
import type { MeView, NodeView, QueuePage, SessionTypeView, SystemView } from '@muster/contracts';
import { version } from '@muster/platform/bare';
import { explainType } from '@muster/catalogue/explain-type';
import { count } from '@muster/wording';
import { entriesOf } from '../paging.js';
import { error, type Finding, note, ok, warning } from './finding.js';

/** A question to the installation; it answers what was found. */
export type Check = (client: MusterClient) => Promise<Finding[]>;

export const checkLogin: Check = async (client) => {
  const { user } = await client.request<MeView>('GET', '/v1/auth/me');
  return [ok('login', `${user.username} (${user.role})`)];
};

export const checkServices: Check = async (client) => {
  const system = await client.request<SystemView>('GET', '/v1/system');
  return [versions(system), ...services(system)];
};

function versions(system: SystemView): Finding {
  const others = new Set(
    system.services.map((each) => each.version ?? system.version).filter((each) => each !== system.version),
  );
  if (others.size > 0)
    return warning(
      'version',
      `services of several releases run: ${[system.version, ...others].join(', ')}`,
      'bring all to one release',
    );
  if (system.version === version) return ok('version', `${version}, there and here`);
  return warning(
    'version',
    `the installation is ${system.version}, this command line is ${version}`,
    'use the same release',
  );
}

function services({ services: all }: SystemView): Finding[] {
  const sick = all.filter(({ state }) => state !== 'ready');
  const findings = sick.map(({ service, instance, state }) =>
    error(
      'services',
      `${service}${instance === undefined ? '' : ` ${instance}`} is ${state}`,
      `look at the log of ${service}; start it again if it is gone`,
    ),
  );
  if (!all.some(({ service }) => service === 'session'))
    findings.push(
      error(
        'services',
        'no session service runs',
        'without one no session starts: look at the log of the global directory',
      ),
    );
  return findings.length > 0 ? findings : [ok('services', `${count(all.length, 'service')}, all ready`)];
}

export const checkNodes: Check = async (client) => {
  const nodes = await entriesOf<NodeView>(client, '/v1/nodes');
  if (nodes.length === 0)
    return [error('nodes', 'there are none', 'start a local directory on each computer that shall run workers')];
  const findings = nodes.flatMap(nodeFindings);
  if (!nodes.some(({ state }) => state === 'ready'))
    findings.push(error('nodes', 'none takes work', 'undrain one, or start its local directory'));
  return findings.length > 0 ? findings : [ok('nodes', `${count(nodes.length, 'node')} ready (${backEnds(nodes)})`)];
};

/** A node tells by its state whether its back end can be reached: one that is silent cannot say. */
function nodeFindings({ name, state, pressure, drain, description: { backend } }: NodeView): Finding[] {
  const findings: Finding[] = [];
  if (state === 'down' || state === 'suspect')
    findings.push(
      error(
        'nodes',
        `${name} is ${state}: its local directory, or its ${backend} back end, does not answer`,
        `look at the log of the local directory of ${name}`,
      ),
    );
  if (pressure !== undefined)
    findings.push(
      warning('nodes', `${name} takes no more for the moment: ${pressure}`, 'free what it lacks, or add a node'),
    );
  if (drain !== undefined)
    findings.push(
      warning(
        'nodes',
        `${name} is drained${drain.reason === undefined ? '' : ` (${drain.reason})`}`,
        `\`muster undrain ${name}\` when it shall work again`,
      ),
    );
  return findings;
}

const backEnds = (nodes: readonly NodeView[]): string =>
  [...new Set(nodes.map(({ description }) => description.backend))].join(', ');

/** Also whether each type could ever start: a type that fits nowhere is found before somebody opens it. */
export const checkCatalogue: Check = async (client) => {
  const types = await entriesOf<SessionTypeView>(client, '/v1/session-types');
  if (types.length === 0)
    return [
      error('catalogue', 'it has no session types', 'put files into the folder MUSTER_CATALOGUE and start again'),
    ];
  const verdicts = await Promise.all(
    types.map(async ({ name }) => ({ name, verdict: (await explainType(client, name)).mandatory.verdict })),
  );
  const never = verdicts.filter(({ verdict }) => verdict === 'never');
  const later = verdicts.filter(({ verdict }) => verdict === 'later');
  const findings = never.map(({ name }) =>
    warning('catalogue', `${name} fits on no node`, `\`muster explain ${name}\` says what the nodes lack`),
  );
  if (later.length > 0)
    findings.push(note('catalogue', `would have to wait now: ${later.map(({ name }) => name).join(', ')}`));
  return findings.length > 0
    ? findings
    : [ok('catalogue', `${count(types.length, 'session type')}, and each has a place`)];
};

export const checkQueue: Check = async (client) => {
  const { items, waiting } = await client.request<QueuePage>('GET', '/v1/queue?limit=1');
  if (waiting === 0) return [ok('queue', 'nothing waits')];
  const why = items[0]?.explanation;
  return [
    note(
      'queue',
      `${count(waiting, 'session')} ${waiting === 1 ? 'waits' : 'wait'}${why === undefined ? '' : `, the first because: ${why}`}`,
    ),
  ];
};
