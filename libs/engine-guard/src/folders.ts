/** A folder of the engine's host that containers may see. */
export interface FolderGrant {
  /** Absolute and plain. */
  readonly path: string;
  readonly readOnly: boolean;
  /** What lies in the folder, rather than the folder itself; then always read-only. */
  readonly contents: boolean;
}

/** Who can write in one of these, or read some of them, owns the host or the engine. */
const closed = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var/cache',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/lib/kubelet',
  '/var/log',
  '/var/run',
  '/var/spool',
];

/** Absolute, and written so that it means what it says: no `..`, no `.`, no `//`, no end in `/`. */
export function isPlainPath(path: string): boolean {
  return /^(\/[^/\p{Cc}]+)+$/u.test(path) && path.split('/').every((segment) => segment !== '.' && segment !== '..');
}

/** Why this place of the host is never shown to a container, whatever the operator allows. */
export function closedReason(path: string): string | undefined {
  if (!isPlainPath(path)) return 'must be an absolute path without "." and ".." that is not / itself';
  if (path.endsWith('.sock')) return 'is a socket';
  const near = closed.find((each) => isWithin(path, each) || isWithin(each, path));
  return near === undefined ? undefined : `is too near to ${near}`;
}

/** `/srv/a` is within `/srv` and within itself, `/srvx` is not. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * The grant by which a container may see this place. The folder itself must be named: below a folder in which containers
 * write, the next path could be a symbolic link to anywhere. What lies inside is only reachable where nobody writes.
 */
export function grantOf(
  folders: readonly FolderGrant[],
  wanted: { path: string; readOnly: boolean },
): FolderGrant | undefined {
  return folders.find(
    (each) =>
      (wanted.readOnly || !each.readOnly) &&
      (each.contents ? wanted.path !== each.path && isWithin(wanted.path, each.path) : wanted.path === each.path),
  );
}

/** `/srv/data`, `/srv/models:ro`, `/srv/secrets/*`. */
export function parseFolder(entry: string): FolderGrant {
  const contents = entry.endsWith('/*');
  const readOnly = contents || entry.endsWith(':ro');
  return { path: entry.replace(/(\/\*|:ro)$/, ''), readOnly, contents };
}

export function folderProblem(grant: FolderGrant, all: readonly FolderGrant[]): string | undefined {
  const reason = grant.path.includes(':') ? 'must have no colon' : closedReason(grant.path);
  if (reason !== undefined) return `the folder ${grant.path} ${reason}`;
  const writable = all.find((each) => !each.readOnly && each !== grant && isWithin(grant.path, each.path));
  return writable === undefined
    ? undefined
    : `the folder ${grant.path} lies in ${writable.path}, where containers may write: they could put a link in its place`;
}
