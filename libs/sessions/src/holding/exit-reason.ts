import type { WorkerRecord } from '../session-document.js';
import type { ObservedWorker } from './held-facts.js';
import { lastWords } from './last-words.js';

/** Why an incarnation is over, in words; with the end of its output unless it ended as it was asked to. */
export function describeExit(worker: WorkerRecord, observed: ObservedWorker): string {
  const { state, exit, why } = observed;
  const missing = `its node ${worker.nodeName} does not have it any more`;
  const how = why ?? (state === 'missing' ? missing : wordsOf(exit));
  const asked = worker.state === 'stopping' && worker.reason !== null ? `${worker.reason} (${how})` : how;
  const expected = worker.state === 'stopping' && (exit?.reason === 'stopped' || isFinished(observed));
  const tail = expected ? '' : lastWords(exit?.outputTail ?? '');
  return tail === '' ? asked : `${asked}\n${tail}`;
}

function wordsOf(exit: ObservedWorker['exit']): string {
  if (exit === undefined) return 'it has ended';
  switch (exit.reason) {
    case 'out-of-memory':
      return 'it ran out of memory';
    case 'stopped':
      return 'it was stopped';
    case 'lost':
      return 'its node lost it';
    case 'unresponsive':
      return 'it did not answer any more and was ended';
    case 'signal':
      return `it was ended by ${exit.signal ?? 'a signal'}`;
    default:
      return `it ended with code ${exit.code ?? 'unknown'}`;
  }
}

/** It ended by itself and without an error. */
export function isFinished({ exit }: ObservedWorker): boolean {
  return exit?.reason === 'exit' && exit.code === 0;
}
