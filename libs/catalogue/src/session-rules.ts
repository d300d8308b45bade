import type { SessionType } from '@muster/contracts';
import { compileSchema } from './parameters.js';
import { nearestWord, type FixableProblem } from './problems.js';
import { hardwareRules } from './worker-rules.js';

/** Rules for a session type whose shape is right. */
export function sessionTypeRules(type: SessionType): FixableProblem[] {
  const placement = neighbourRules(type);
  return [
    ...schemaRules(type),
    ...mandatoryRules(type),
    ...placement,
    ...(placement.length === 0 ? contradictionRules(type) : []),
    ...Object.entries(type.roles).flatMap(([role, spec]) => hardwareRules(spec.hardware, `roles.${role}.hardware`)),
    ...limitRules(type),
  ];
}

function schemaRules({ parameters }: SessionType): FixableProblem[] {
  const reason = parameters === undefined ? undefined : compileSchema(parameters).reason;
  return reason === undefined
    ? []
    : [
        {
          member: 'parameters',
          reason: `is not a usable JSON Schema: ${reason}`,
          fix: 'correct the schema (draft 2020-12)',
        },
      ];
}

function mandatoryRules({ roles }: SessionType): FixableProblem[] {
  if (Object.values(roles).some((role) => role.mandatory !== false)) return [];
  return [
    {
      member: 'roles',
      reason: 'has no mandatory role',
      fix: 'a session needs one: remove mandatory: false from a role',
    },
  ];
}

function neighbourRules({ roles }: SessionType): FixableProblem[] {
  const names = Object.keys(roles);
  return Object.entries(roles).flatMap(([role, spec]) =>
    (['near', 'apart'] as const).flatMap((relation) =>
      (spec[relation] ?? []).flatMap((other, index) => {
        const member = `roles.${role}.${relation}.${index}`;
        if (other === role) return [{ member, reason: 'names its own role', fix: 'name another role' }];
        if (names.includes(other)) return [];
        const meant = nearestWord(other, names);
        return [
          {
            member,
            reason: `no role is named "${other}"`,
            fix: meant === undefined ? `roles are ${names.join(', ')}` : `did you mean ${meant}?`,
          },
        ];
      }),
    ),
  );
}

/** `near` holds both ways and along chains; `apart` inside one such group can never be. */
function contradictionRules({ roles }: SessionType): FixableProblem[] {
  const group = nearGroups(roles);
  return Object.entries(roles).flatMap(([role, spec]) =>
    (spec.apart ?? []).flatMap((other, index) =>
      group.get(role) === group.get(other)
        ? [
            {
              member: `roles.${role}.apart.${index}`,
              reason: `${role} and ${other} must be near each other as well`,
              fix: 'remove one of near and apart',
            },
          ]
        : [],
    ),
  );
}

function nearGroups(roles: SessionType['roles']): Map<string, string> {
  const group = new Map(Object.keys(roles).map((role) => [role, role]));
  for (const [role, spec] of Object.entries(roles)) {
    for (const other of spec.near ?? []) {
      const [from, into] = [group.get(other), group.get(role) ?? role];
      for (const [each, its] of group) if (its === from) group.set(each, into);
    }
  }
  return group;
}

function limitRules({ limits }: SessionType): FixableProblem[] {
  const { idleMs, maxAgeMs } = limits ?? {};
  if (idleMs === undefined || maxAgeMs === undefined || idleMs <= maxAgeMs) return [];
  return [
    {
      member: 'limits.idleMs',
      reason: `is above maxAgeMs (${maxAgeMs})`,
      fix: 'an idle limit ends a session before its age does',
    },
  ];
}
