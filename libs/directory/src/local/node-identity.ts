import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { idPrefixes, type NodeId } from '@muster/contracts';
import { newId, type Clock, type RandomSource } from '@muster/platform';

/** Who this node is, and which start of its local directory this is. */
export interface NodeIdentity {
  readonly id: NodeId;
  /** Higher than at every start before, also when the wall clock was set back. */
  readonly nodeEpoch: number;
}

export interface NodeIdentityOptions {
  folder: string;
  /** Absent: the one in the file, or a new one. */
  declaredId?: NodeId;
  clock: Clock;
  random: RandomSource;
}

export class NodeIdentityBroken extends Error {
  override readonly name = 'NodeIdentityBroken';
  readonly code = 'node-identity-broken';
}

/** Reads `node.json` of the folder, raises the node epoch and writes it down before it is used. */
export async function openNodeIdentity({
  folder,
  declaredId,
  clock,
  random,
}: NodeIdentityOptions): Promise<NodeIdentity> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'node.json');
  const known = await read(path);
  const identity = {
    id: declaredId ?? known?.id ?? (newId(idPrefixes.node, random) as NodeId),
    nodeEpoch: Math.max(Math.floor(clock.nowMs()), (known?.nodeEpoch ?? 0) + 1),
  };
  await write(path, identity);
  return identity;
}

async function read(path: string): Promise<NodeIdentity | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const value = parsed(text);
  if (typeof value?.id === 'string' && Number.isSafeInteger(value.nodeEpoch)) return value;
  throw new NodeIdentityBroken(`${path} is damaged: remove it, and this computer becomes a new node`);
}

function parsed(text: string): NodeIdentity | undefined {
  try {
    return JSON.parse(text) as NodeIdentity;
  } catch {
    return undefined;
  }
}

async function write(path: string, identity: NodeIdentity): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(identity));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
