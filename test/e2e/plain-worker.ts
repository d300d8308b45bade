import { resolve } from 'node:path';
import type { TestRole, TestSessionType } from '@muster/testing';

const program = resolve(import.meta.dirname, 'programs/plain-worker.mjs');

/** What the plain worker of these tests does wrong; `good` = nothing. */
export type Mode = 'good' | 'silent' | 'exit' | 'stubborn' | 'flood' | 'crash-always';

/** A role that is filled by the plain worker: light, without the SDK, with the actions echo, whoami, crash and hang. */
export function plainRole(mode: Mode = 'good', more: Omit<TestRole, 'command'> = {}): TestRole {
  return { command: ['node', program, mode], ...more };
}

/** A session type with one role `only`. */
export function plainType(mode: Mode = 'good', more: Omit<TestRole, 'command'> = {}): TestSessionType {
  return { roles: { only: plainRole(mode, more) } };
}
