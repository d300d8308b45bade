import { expect, it } from 'vitest';
import { isLabelSelector } from './label-selector.js';

it.each([
  'kubernetes.io/os=linux',
  'kubernetes.io/os == linux, !node-role.kubernetes.io/control-plane',
  'kubernetes.io/os in (linux,windows)',
  'zone notin ( a, b ),gpu',
  'empty=',
  'a!=b',
])('%s is a label selector', (text) => expect(isLabelSelector(text)).toBe(true));

it.each([
  '',
  '!!bad((',
  'kubernetes.io/os in (linux\\,windows)',
  'a=b,,c',
  'a in b',
  'a=b=c',
  'A/b=c',
  '-a',
  'a in (b',
  'a in b)',
  `${'a.'.repeat(500)}!`,
  `${'a, '.repeat(300)}(`,
  'a'.repeat(5000),
])('%s is none', (text) => expect(isLabelSelector(text)).toBe(false));
