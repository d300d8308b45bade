import type { SessionDocument, WorkerRecord } from '../session-document.js';
import type { HolderContext } from './holder-context.js';
import type { SessionMemory } from './session-memory.js';

/** What an effect works with: the document as it was when the effect began. */
export interface EffectScene {
  document: SessionDocument;
  memory: SessionMemory;
  context: HolderContext;
  signal: AbortSignal;
}

/** Tried again after a pause. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly code = 'not-yet';
}

/** The directory knows where a node answers now; the document, where it did when the worker was placed. */
export function nodeAddress(
  { node, nodeAddress }: Pick<WorkerRecord, 'node' | 'nodeAddress'>,
  { book }: HolderContext,
): string {
  return (node === null ? undefined : book.get(node)?.address) ?? nodeAddress ?? '';
}
