import { errorCodes, type ErrorCode } from './errors.js';
import { EnumField, IntegerField, NestedListField, TextField } from './fields.js';

/** One member that is wrong, and why. */
export class ProblemMember {
  @TextField({ minLength: 0, description: 'Path of the member; empty: the whole body', example: 'roles.solver.worker' })
  member: string;
  @TextField({ example: 'is not a known member' }) reason: string;
}

/** The body of every error answer (RFC 9457). Facts for programs may stand beside these members. */
export class Problem {
  @TextField({ description: 'An address that names the kind of problem' }) type: string;
  @TextField({ description: 'The same for every problem of this code' }) title: string;
  @IntegerField({ min: 400, max: 599, description: 'The HTTP status' }) status: number;
  @TextField({ maxLength: 8192, description: 'What happened, and what to do about it; for people' }) detail: string;
  @EnumField(Object.keys(errorCodes), 'ErrorCode', { description: 'Stable: programs decide by it' }) code: ErrorCode;
  @NestedListField(() => ProblemMember, { optional: true, description: 'What exactly is wrong, member by member' })
  errors?: ProblemMember[];
  @TextField({ optional: true, description: 'Leads to this request in the logs' }) traceId?: string;
}
