import { closedReason, grantOf, isPlainPath } from './folders.js';
import type { EnginePolicy } from './policy.js';
import { flag, list, map, object, oneOf, shown, text, unused, whole, type Refuse, type Rule } from './rules.js';

interface Wanted {
  source: string;
  target: string;
  readOnly: boolean;
}

const bindOptions = new Set(['ro', 'rw', 'nocopy', 'private', 'rprivate']);
const tmpfsOption = /^(rw|ro|nosuid|nodev|noexec|exec|size=\d{1,15}[kmgKMG]?|mode=0?[0-7]{3,4}|[ug]id=\d{1,10})$/;

/** `source:target` or `source:target:options`, the source an allowed folder or volume. */
export function bindRule(policy: EnginePolicy): Rule {
  return list((value, at, refuse) => {
    const [source = '', target = '', options = 'rw', ...more] = typeof value === 'string' ? value.split(':') : [];
    const words = options.split(',');
    if (more.length > 0 || source === '' || target === '')
      return refuse(`${at} must be source:target[:options], not ${shown(value)}`);
    const strange = words.find((word) => !bindOptions.has(word));
    if (strange !== undefined) return refuse(`${at} has the option ${shown(strange)}, which is not allowed`);
    requireAllowed({ source, target, readOnly: words.includes('ro') }, policy, (reason) => refuse(`${at}: ${reason}`));
    return value;
  });
}

/** The long form of the same; a volume's driver options could name any place of the host, so there are none. */
export function mountRule(policy: EnginePolicy): Rule {
  const members = object(
    {
      Type: oneOf(['bind', 'volume', 'tmpfs']),
      Source: text(/^[^\0:]*$/, 'a folder or the name of a volume'),
      Target: text(/^\/[^\0]*$/, 'an absolute path'),
      ReadOnly: flag,
      Consistency: unused,
      BindOptions: object({ Propagation: oneOf(['private', 'rprivate']), NonRecursive: flag }),
      VolumeOptions: object({ NoCopy: flag, Labels: unused, DriverConfig: unused, Subpath: unused }),
      TmpfsOptions: object({ SizeBytes: whole(1), Mode: whole(0, 0o1777), Options: unused }),
    },
    ['Type', 'Target'],
  );
  return list((value, at, refuse) => {
    const mount = members(value, at, refuse) as
      { Type?: string; Source?: string; Target?: string; ReadOnly?: boolean } | undefined;
    const { Type: type, Source: source = '', Target: target = '', ReadOnly: readOnly = false } = mount ?? {};
    const say: Refuse = (reason) => refuse(`${at}: ${reason}`);
    if (type === 'tmpfs') {
      requireTarget(target, say);
      if (source !== '') say('a tmpfs has no source');
    } else if (type !== undefined && (type === 'bind') !== source.startsWith('/'))
      say(`the source ${shown(source)} is not one of a ${type}`);
    else if (type !== undefined) requireAllowed({ source, target, readOnly }, policy, say);
    return mount;
  });
}

export const tmpfsRule: Rule = map(/^\//, (value, at, refuse) => {
  if (typeof value !== 'string') return refuse(`${at} must be a text`);
  const strange = value === '' ? undefined : value.split(',').find((word) => !tmpfsOption.test(word));
  return strange === undefined ? value : refuse(`${at} has the option ${shown(strange)}, which is not allowed`);
});

function requireAllowed({ source, target, readOnly }: Wanted, policy: EnginePolicy, say: Refuse): void {
  requireTarget(target, say);
  if (!source.startsWith('/')) {
    if (!policy.volumes.includes(source)) say(`the volume ${shown(source)} is not one that the operator allows`);
    return;
  }
  const closed = closedReason(source);
  if (closed !== undefined) say(`the folder ${shown(source)} ${closed}`);
  else if (grantOf(policy.folders, { path: source, readOnly }) === undefined)
    say(
      grantOf(policy.folders, { path: source, readOnly: true }) === undefined
        ? `the folder ${shown(source)} is not one that the operator allows`
        : `the folder ${shown(source)} is allowed read-only`,
    );
}

function requireTarget(target: string, say: Refuse): void {
  if (!isPlainPath(target) || /^\/(proc|sys|dev)(\/|$)/.test(target)) say(`nothing can be mounted at ${shown(target)}`);
}
