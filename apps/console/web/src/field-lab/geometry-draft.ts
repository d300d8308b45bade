import type { Geometry } from '../../../../../workers/field-model/src/geometry.js';
import { type GeometryProblem, readGeometry } from '../../../../../workers/field-model/src/read-geometry.js';

/** A geometry that is being written: what it means, or everything that is wrong with it. */
export interface GeometryDraft {
  geometry?: Geometry;
  problems: readonly GeometryProblem[];
}

export function readDraft(text: string): GeometryDraft {
  try {
    const { geometry, problems = [] } = readGeometry(JSON.parse(text));
    return { geometry, problems };
  } catch (error) {
    return { problems: [{ member: 'JSON', reason: (error as SyntaxError).message }] };
  }
}
