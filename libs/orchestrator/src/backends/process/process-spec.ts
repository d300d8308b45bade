import { dirname, extname, isAbsolute, resolve } from 'node:path';
import { InvalidSpec } from '../../contract/errors.js';
import type { Run, WorkloadSpec } from '../../contract/workload-spec.js';
import type { Launch } from './keeper/protocol.js';

/** What of the host goes into a launch. */
export interface LaunchHost {
  readonly platform: NodeJS.Platform;
  readonly nodePath: string;
  readonly workerHostFile: string;
  readonly defaultPath?: string;
}

export const defaultMaxOutputBytes = 4 * 1024 * 1024;
const defaultUnixPath = '/usr/local/bin:/usr/bin:/bin';

/** The launch of a spec, by nothing but the spec and the host: same in, same out. Throws `InvalidSpec`. */
export function launchOf(spec: WorkloadSpec, host: LaunchHost): Launch {
  checkPlainValues(spec);
  const [file, ...args] = commandOf(spec.run, host).map((word) => withPort(word, spec));
  if (file === undefined || file === '') throw new InvalidSpec('run.command is empty');
  if ([file, ...args].some((word) => word.includes('\0'))) throw new InvalidSpec('run.command has a NUL character');
  const { id, kind, ownership, booking, scratchDir } = spec;
  return {
    id,
    kind,
    ownership,
    booking,
    file: file === 'node' ? host.nodePath : file,
    args,
    ...('module' in spec.run && spec.run.spare !== false && { mayUseSpare: true }),
    env: environmentOf(spec, host),
    ...('command' in spec.run && 'workingDirectory' in spec.run && { workingDirectory: spec.run.workingDirectory }),
    ...(scratchDir !== undefined && { scratchDir }),
    maxOutputBytes: spec.maxOutputBytes ?? defaultMaxOutputBytes,
  };
}

function commandOf(run: Run, host: LaunchHost): readonly string[] {
  if ('image' in run) throw new InvalidSpec('the process back end runs no images');
  return 'module' in run ? [host.nodePath, host.workerHostFile, moduleFile(run.module, host)] : run.command;
}

/** Modules that are named without a place are bundled beside the worker host. */
function moduleFile(module: string, host: LaunchHost): string {
  const file = isAbsolute(module) ? module : resolve(dirname(host.workerHostFile), module);
  return extname(file) === '' ? `${file}.js` : file;
}

function withPort(word: string, spec: WorkloadSpec): string {
  if (!word.includes('$PORT')) return word;
  const port = spec.booking.hostPorts[0];
  if (port === undefined) throw new InvalidSpec('run.command names $PORT, but no host port is booked');
  return word.replaceAll('$PORT', String(port));
}

/** Built from nothing: the spec's, its secrets' paths, and the few without which common programs do not start. */
function environmentOf(spec: WorkloadSpec, host: LaunchHost): Record<string, string> {
  const secrets = (spec.secrets ?? []).map(({ env, name, path }) => {
    if (path === undefined) throw new InvalidSpec(`secret ${name} has no file on this node`);
    return [env, path] as const;
  });
  return { ...minimalEnvironment(spec, host), ...spec.env, ...Object.fromEntries(secrets) };
}

function minimalEnvironment(spec: WorkloadSpec, host: LaunchHost): Record<string, string> {
  const own = spec.scratchDir ?? (host.platform === 'win32' ? 'C:\\Windows\\Temp' : '/tmp');
  if (host.platform === 'win32') {
    const root = 'C:\\Windows';
    return { SystemRoot: root, PATH: host.defaultPath ?? `${root}\\System32;${root}`, TEMP: own, TMP: own };
  }
  return { PATH: host.defaultPath ?? defaultUnixPath, HOME: own, TMPDIR: own, LANG: 'C.UTF-8' };
}

function checkPlainValues(spec: WorkloadSpec): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,199}$/i.test(spec.id)) throw new InvalidSpec('id is not safe as a file name');
  if (spec.scratchDir !== undefined && !isAbsolute(spec.scratchDir))
    throw new InvalidSpec('scratchDir is not absolute');
  for (const [name, value] of Object.entries(spec.env))
    if (!/^[^=\0]+$/.test(name) || value.includes('\0'))
      throw new InvalidSpec(`env ${JSON.stringify(name)} is not possible`);
  if (spec.maxOutputBytes !== undefined && spec.maxOutputBytes < 1024)
    throw new InvalidSpec('maxOutputBytes is under 1024');
}
