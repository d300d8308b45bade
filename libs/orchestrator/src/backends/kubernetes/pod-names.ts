import type { V1Pod } from './kubernetes-api.js';

export function nameOf(pod: V1Pod): string {
  return pod.metadata?.name ?? '';
}

export function uidOf(pod: V1Pod): string {
  return pod.metadata?.uid ?? '';
}
