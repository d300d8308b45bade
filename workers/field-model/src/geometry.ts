import type { Shape } from './shapes.js';

/** A conductor at a fixed potential. */
export interface Electrode {
  name: string;
  potentialVolts: number;
  shape: Shape;
}

/** A region of one permittivity; of regions that overlap, the later one counts. */
export interface Dielectric {
  name: string;
  relativePermittivity: number;
  shape: Shape;
}

export const sides = ['left', 'right', 'bottom', 'top'] as const;
export type Side = (typeof sides)[number];

/** A side of the domain is a conductor, or no field line crosses it (which is also what a mirror line is). */
export type Boundary = 'insulating' | { potentialVolts: number };

/** A plane cross-section of something long. The domain is the rectangle from (0, 0) to (width, height). */
export interface Geometry {
  title: string;
  /** All lengths of the geometry are in this unit, for example 0.001 for millimetres. */
  unitMetres: number;
  width: number;
  height: number;
  /** Where no dielectric is. */
  backgroundPermittivity: number;
  electrodes: Electrode[];
  dielectrics: Dielectric[];
  boundaries: Record<Side, Boundary>;
}

/** The permittivity of free space, in farads per metre (CODATA 2018). */
export const vacuumPermittivity = 8.854_187_812_8e-12;

/** Whether a side of the domain is a conductor. */
export function isConductor(boundary: Boundary): boundary is { potentialVolts: number } {
  return boundary !== 'insulating';
}
