import { instanceToPlain, plainToInstance } from 'class-transformer';
import { validate, validateSync } from 'class-validator';

type ClassRef = new () => object;

/** One member that is wrong, and why. `member` is a path like `roles.solver.worker`; empty for the whole value. */
export interface MemberProblem {
  member: string;
  reason: string;
}

/** Checks a plain value against a DTO class, unknown members included; an empty list means it is valid. */
export function problemsOf(target: ClassRef, value: unknown): MemberProblem[] {
  if (!isPlainObject(value)) return [{ member: '', reason: 'must be an object' }];
  const instance = plainToInstance(target, value);
  return flatten(validateSync(instance, validatorOptions), '');
}

export const validatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
} as const;

/** The two packages that check bodies, for who would otherwise load copies of its own. */
export const checkers = {
  validatorPackage: { validate },
  transformerPackage: { plainToInstance, classToPlain: instanceToPlain },
};

interface ErrorNode {
  property: string;
  constraints?: Record<string, string>;
  children?: ErrorNode[];
}

/** Class-validator's tree of errors as a flat list of members and reasons. */
export function flatten(errors: ErrorNode[], parent: string): MemberProblem[] {
  return errors.flatMap((error) => {
    const member = parent === '' ? error.property : `${parent}.${error.property}`;
    const own = Object.entries(error.constraints ?? {}).map(([name, text]) => ({
      member,
      reason:
        name === 'whitelistValidation'
          ? 'is not a known member'
          : text.startsWith(error.property)
            ? text.slice(error.property.length).trim()
            : text,
    }));
    return [...own, ...flatten(error.children ?? [], member)];
  });
}

/** All in one line, for people. */
export function textOf(problems: readonly MemberProblem[]): string {
  return problems
    .map(({ member, reason }) => `${member} ${reason}`.trim())
    .join('; ')
    .slice(0, 1000);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
