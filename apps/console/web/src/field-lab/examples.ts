import coaxialCable from '../../../../../workers/field-model/examples/coaxial-cable.json';
import microstrip from '../../../../../workers/field-model/examples/microstrip.json';

/** Geometries to begin with, by the name that people choose. */
export const examples: Readonly<Record<string, unknown>> = {
  'Coaxial cable': coaxialCable,
  'Microstrip line': microstrip,
};

export const firstExample = 'Coaxial cable';

/** As people read and change it. */
export function textOf(geometry: unknown): string {
  return JSON.stringify(geometry, undefined, 2);
}
