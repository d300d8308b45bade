import { hostConfigRule } from './host-config.js';
import { allowsImage, installationLabel, isOurs, ownName, type EnginePolicy } from './policy.js';
import {
  anyText,
  flag,
  ignored,
  isObject,
  list,
  map,
  object,
  oneOf,
  shown,
  text,
  unused,
  whole,
  type Rule,
} from './rules.js';

/** A body that may pass if what it names is as it must be. */
export interface CheckedContainer {
  readonly body: Record<string, unknown>;
  /** The image must be looked at: the body leaves its user to it, or names it by its id. */
  readonly image: string | undefined;
  /** Networks that pass only with our label. */
  readonly networks: readonly string[];
}

/** What an image says of itself. */
export interface ImageFacts {
  readonly user: string;
  /** All its names, with tags and digests. */
  readonly names: readonly string[];
}

export type Decision<T> = { readonly pass: T } | { readonly reasons: readonly string[] };

const dnsName = /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;
/** Neighbours find a container under these; a name like that of a service would take its calls. */
const aliasRule = text(
  /^(?=.{1,63}$)(muster|ses|wrk)-[a-zA-Z0-9_.-]+$/,
  'a name that begins with muster-, ses- or wrk-',
);
const imageReference = /^[a-zA-Z0-9][a-zA-Z0-9_.:@/-]{0,254}$/;
const imageId = /^sha256:[0-9a-f]{64}$/;
const words: Rule = (value, at, refuse) =>
  typeof value === 'string' ? anyText(value, at, refuse) : list(anyText)(value, at, refuse);

/**
 * The body of a container's creation, made anew from what was understood and is allowed, or every reason why not. Never
 * throws, whatever `value` is.
 */
export function checkContainer(value: unknown, policy: EnginePolicy): Decision<CheckedContainer> {
  const reasons: string[] = [];
  const body = containerRule(policy)(value, '', (reason) => void reasons.push(reason));
  if (!isObject(body) || reasons.length > 0) return { reasons: reasons.length > 0 ? reasons : ['no body was sent'] };
  const image = String(body['Image']);
  const networks = networksOf(body).filter((name) => !policy.networks.includes(name));
  const strange = networks.find((name) => !ownName.test(name));
  if (strange !== undefined) return { reasons: [`the network ${shown(strange)} is not one that the operator allows`] };
  const isById = imageId.test(image);
  if (!isById && !allowsImage(policy, image))
    return { reasons: [`the image ${shown(image)} is not one that the operator allows`] };
  const looksAtImage = body['User'] === undefined || (isById && policy.images.length > 0);
  return { pass: { body, image: looksAtImage ? image : undefined, networks } };
}

/** The body as it is sent on, after the image was looked at: never as root, never an image that the operator does not allow. */
export function admitImage(
  { body }: CheckedContainer,
  { user, names }: ImageFacts,
  policy: EnginePolicy,
): Decision<Record<string, unknown>> {
  if (policy.images.length > 0 && !names.some((name) => allowsImage(policy, name)))
    return { reasons: [`the image ${shown(body['Image'])} has no name that the operator allows`] };
  const reasons: string[] = [];
  const own = body['User'] ?? userRule(user, 'User of the image', (reason) => void reasons.push(reason));
  return reasons.length > 0 ? { reasons } : { pass: { ...body, User: own } };
}

const userRule: Rule = (value, at, refuse) => {
  const pattern =
    /^([1-9]\d{0,9}|(?!root(:|$))[a-zA-Z_][a-zA-Z0-9_.-]{0,63})(:(\d{1,10}|[a-zA-Z_][a-zA-Z0-9_.-]{0,63}))?$/;
  return typeof value === 'string' && pattern.test(value)
    ? value
    : refuse(`${at} must be somebody other than root, not ${shown(value)}`);
};

function containerRule(policy: EnginePolicy): Rule {
  return object(
    {
      AttachStderr: flag,
      AttachStdin: unused,
      AttachStdout: flag,
      Cmd: words,
      Domainname: unused,
      Entrypoint: words,
      Env: list(variable),
      ExposedPorts: map(/^\d{1,5}\/(tcp|udp)$/, object({})),
      Healthcheck: object({ Test: list(oneOf(['NONE'])) }),
      HostConfig: hostConfigRule(policy),
      Hostname: text(dnsName, 'a host name'),
      Image: text(imageReference, 'the name of an image'),
      Labels: labelsRule(policy),
      MacAddress: unused,
      NetworkDisabled: flag,
      NetworkingConfig: object({ EndpointsConfig: map(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, endpoint) }),
      OnBuild: unused,
      OpenStdin: unused,
      Shell: unused,
      StdinOnce: unused,
      StopSignal: text(/^(SIG)?[A-Z0-9+]{1,12}$/, 'a signal'),
      StopTimeout: whole(0, 86_400),
      Tty: unused,
      User: userRule,
      Volumes: unused,
      WorkingDir: text(/^\/[^\0]*$/, 'an absolute path'),
      // Parameters of the query, which one client repeats here and the engine ignores.
      name: ignored,
      platform: ignored,
    },
    ['HostConfig', 'Image', 'Labels'],
  );
}

/** Cards are asked for by their ids; some engines would give all of them to whoever sets this. */
const variable = text(
  /^(?!NVIDIA_VISIBLE_DEVICES=(?!(void|none)?$))[^=\0]+=[^\0]*$/,
  'NAME=value, and not NVIDIA_VISIBLE_DEVICES',
);

const endpoint: Rule = object({
  Aliases: list(aliasRule),
  DriverOpts: unused,
  IPAMConfig: unused,
  Links: unused,
  MacAddress: unused,
  NetworkID: unused,
});

/** Ours only: labels of others are instructions to other programs that watch this engine. */
function labelsRule(policy: EnginePolicy): Rule {
  const ours = map(/^dev\.muster\.[a-z0-9.-]{1,64}$/, anyText);
  return (value, at, refuse) => {
    const cleaned = ours(value, at, refuse);
    if (!isOurs(policy, cleaned)) refuse(`${at} must say ${installationLabel}=${policy.installationId}`);
    return cleaned;
  };
}

function networksOf(body: Record<string, unknown>): string[] {
  const { NetworkMode: mode = 'default' } = body['HostConfig'] as { NetworkMode?: string };
  const { EndpointsConfig: endpoints = {} } = (body['NetworkingConfig'] ?? {}) as { EndpointsConfig?: object };
  return [...new Set([mode === 'default' ? 'bridge' : mode, ...Object.keys(endpoints)])];
}
