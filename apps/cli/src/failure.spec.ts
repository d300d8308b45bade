import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCodes, MusterError } from '@muster/contracts/wire';
import { ConfigurationError } from '@muster/platform/bare';
import { CliError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';
import { failureJson, failureOf, failureText } from './failure.js';
import { Paint } from './output/paint.js';

const exitOf = (error: unknown): number => exitCodes[failureOf(error).exit].code;

describe('the exit status', () => {
  it('is constant: scripts decide by it', () => {
    expect(Object.fromEntries(Object.entries(exitCodes).map(([name, { code }]) => [name, code]))).toEqual({
      done: 0,
      failed: 1,
      usage: 2,
      notAllowed: 3,
      notFound: 4,
      unreachable: 5,
      sessionEnded: 6,
      interrupted: 130,
    });
  });

  it.each<[ErrorCode, number]>([
    ['internal', 1],
    ['project-open', 1],
    ['never-placeable', 1],
    ['invalid-request', 2],
    ['invalid-parameters', 2],
    ['not-authenticated', 3],
    ['wrong-credentials', 3],
    ['not-allowed', 3],
    ['account-disabled', 3],
    ['unknown-session', 4],
    ['unknown-role', 4],
    ['upstream-unavailable', 5],
    ['store-unavailable', 5],
    ['session-ended', 6],
    ['cancelled', 130],
  ])('of a refusal with %s is %i', (code, exit) => {
    expect(exitOf(new MusterError(code, 'as it is'))).toBe(exit);
  });

  it('of every refusal for want of a login or right is 3, and of everything unknown 4', () => {
    const codes = Object.entries(errorCodes) as [ErrorCode, { status: number }][];
    const exits = codes.map(([code, { status }]) => [status, exitOf(new MusterError(code, ''))] as const);
    expect(new Set(exits.filter(([status]) => status === 401 || status === 403).map(([, exit]) => exit))).toEqual(
      new Set([3]),
    );
    expect(new Set(exits.filter(([status]) => status === 404).map(([, exit]) => exit))).toEqual(new Set([4]));
  });

  it('of a wrong setting is 2, and of what nobody foresaw 1', () => {
    expect(exitOf(new ConfigurationError(['MUSTER_URL must be an http or https address']))).toBe(2);
    expect(exitOf(new TypeError('unforeseen'))).toBe(1);
    expect(exitOf('thrown text')).toBe(1);
  });
});

describe('a failure', () => {
  const error = new MusterError('invalid-parameters', 'they do not fit', {
    errors: [{ member: 'parameters.cells', reason: 'must be >= 16' }],
  });

  it('is told in one line, then its members, then the fix', () => {
    expect(failureText(failureOf(error), new Paint(false))).toBe(
      'error: they do not fit (invalid-parameters)\n  parameters.cells: must be >= 16\n  fix: `muster types TYPE` shows what it takes\n',
    );
  });

  it('is one JSON line for programs', () => {
    expect(JSON.parse(failureJson(failureOf(error)))).toEqual({
      error: {
        message: 'they do not fit',
        code: 'invalid-parameters',
        members: [{ member: 'parameters.cells', reason: 'must be >= 16' }],
        fix: '`muster types TYPE` shows what it takes',
        exitCode: 2,
      },
    });
  });

  it('of a connection is told by what the system said, in words', () => {
    const refused = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    });
    const unreached = new MusterError('upstream-unavailable', 'fetch failed', { cause: refused });
    expect(failureOf(unreached).message).toBe('the installation was not reached: nothing listens at this address');
  });

  it('never has a stack trace, nor what a terminal would obey', () => {
    const text = failureText(failureOf(new Error('bad \u001B[2Jthing')), new Paint(false));
    expect(text).toBe('error: bad thing\n');
    expect(failureOf(new CliError('notFound', 'gone', { fix: 'look' }))).toEqual({
      exit: 'notFound',
      message: 'gone',
      members: [],
      fix: 'look',
    });
  });
});
