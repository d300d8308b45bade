import { sides, vacuumPermittivity, isConductor, type Geometry } from './geometry.js';
import type { Circle, Ring } from './shapes.js';

/** What theory says about a geometry, to compare a computed value with. */
export interface AnalyticReference {
  /** In farads per metre of length. */
  capacitancePerMetre: number;
  formula: string;
}

/** The exact capacitance of a geometry that is a coaxial line or a parallel-plate capacitor between two sides; else undefined. */
export function analyticReference(geometry: Geometry): AnalyticReference | undefined {
  return coaxialLine(geometry) ?? parallelPlates(geometry);
}

/** A round conductor in the middle of a round shield, one dielectric between them; nothing outside of the shield matters. */
function coaxialLine(geometry: Geometry): AnalyticReference | undefined {
  const [core, shield] = geometry.electrodes
    .map((electrode) => electrode.shape)
    .sort((left, right) => left.kind.localeCompare(right.kind));
  if (geometry.electrodes.length !== 2 || core?.kind !== 'circle' || shield?.kind !== 'ring') return undefined;
  if (core.x !== shield.x || core.y !== shield.y || core.radius >= shield.innerRadius) return undefined;
  if (sides.some((side) => isConductor(geometry.boundaries[side]))) return undefined;
  const permittivity = permittivityBetween(geometry, core, shield);
  if (permittivity === undefined) return undefined;
  return {
    capacitancePerMetre: (2 * Math.PI * vacuumPermittivity * permittivity) / Math.log(shield.innerRadius / core.radius),
    formula: '2 pi eps0 epsr / ln(b / a)',
  };
}

function permittivityBetween(
  { dielectrics, backgroundPermittivity }: Geometry,
  core: Circle,
  shield: Ring,
): number | undefined {
  if (dielectrics.length === 0) return backgroundPermittivity;
  const last = dielectrics.at(-1);
  if (last === undefined || last.shape.kind === 'rectangle' || last.shape.x !== core.x || last.shape.y !== core.y)
    return undefined;
  const [inner, outer] =
    last.shape.kind === 'circle' ? [0, last.shape.radius] : [last.shape.innerRadius, last.shape.outerRadius];
  const fills = inner <= core.radius && outer >= shield.innerRadius;
  return fills ? last.relativePermittivity : undefined;
}

/** Two opposite sides are the plates and nothing else is in between but one dielectric or none: no stray field at all. */
function parallelPlates({ electrodes, dielectrics, boundaries, ...geometry }: Geometry): AnalyticReference | undefined {
  if (electrodes.length > 0 || dielectrics.length > 0) return undefined;
  const upright = isConductor(boundaries.bottom) && isConductor(boundaries.top);
  const sideways = isConductor(boundaries.left) && isConductor(boundaries.right);
  if (upright === sideways) return undefined;
  const rest = upright ? [boundaries.left, boundaries.right] : [boundaries.bottom, boundaries.top];
  if (rest.some(isConductor)) return undefined;
  const ratio = upright ? geometry.width / geometry.height : geometry.height / geometry.width;
  return {
    capacitancePerMetre: vacuumPermittivity * geometry.backgroundPermittivity * ratio,
    formula: 'eps0 epsr w / d',
  };
}
