import type { Decision } from './container-body.js';
import { installationLabel, isOurs, ownName, type EnginePolicy } from './policy.js';
import { anyText, flag, isObject, list, map, object, oneOf, shown, text, unused, type Rule } from './rules.js';
import { isInside } from './subnets.js';

/** The body of a network's creation: a bridge of our own, its subnets where the operator has room for them. */
export function checkNetwork(value: unknown, policy: EnginePolicy): Decision<Record<string, unknown>> {
  const reasons: string[] = [];
  const body = networkRule(policy)(value, '', (reason) => void reasons.push(reason));
  if (isObject(body) && !isOurs(policy, body['Labels']))
    reasons.push(`Labels must say ${installationLabel}=${policy.installationId}`);
  return isObject(body) && reasons.length === 0 ? { pass: body } : { reasons };
}

function networkRule(policy: EnginePolicy): Rule {
  const subnet: Rule = (value, at, refuse) =>
    typeof value === 'string' && isInside(value, policy.subnets)
      ? value
      : refuse(`${at} must lie in the subnets that the operator allows, not ${shown(value)}`);
  const pool = object(
    {
      Subnet: subnet,
      IPRange: subnet,
      Gateway: text(/^\d{1,3}(\.\d{1,3}){3}$/, 'an address'),
      AuxiliaryAddresses: unused,
    },
    ['Subnet'],
  );
  return object(
    {
      Attachable: flag,
      CheckDuplicate: flag,
      ConfigFrom: unused,
      ConfigOnly: unused,
      Driver: oneOf(['bridge']),
      EnableIPv6: unused,
      Ingress: unused,
      Internal: flag,
      IPAM: object({ Driver: oneOf(['', 'default']), Config: list(pool), Options: unused }),
      Labels: map(/^dev\.muster\.[a-z0-9.-]{1,64}$/, anyText),
      Name: text(ownName, 'a name that begins with muster-'),
      Options: object({
        'com.docker.network.bridge.enable_icc': oneOf(['true', 'false']),
        'com.docker.network.bridge.enable_ip_masquerade': oneOf(['true', 'false']),
      }),
      Scope: oneOf(['', 'local']),
    },
    ['Labels', 'Name'],
  );
}
