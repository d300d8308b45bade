import { vacuumPermittivity } from '../../field-model/src/geometry.js';
import type { SolverStep } from './solver.js';

/** What follows from a potential; everything per metre of length of the cross-section. */
export interface FieldResult {
  energyJoulesPerMetre: number;
  charges: { conductor: string; coulombsPerMetre: number }[];
  /** Only where exactly two potentials are set: then it means something. */
  capacitanceFaradsPerMetre?: number;
}

/** Energy, charges and capacitance of a solution. The energy is minimal for the true field: its error is of second order. */
export function evaluate({ equation, potential }: Pick<SolverStep, 'equation' | 'potential'>): FieldResult {
  const charge = new Float64Array(equation.conductors.length);
  let energy = energyBetweenNodes(equation, potential);
  const { node, conductor, weight } = equation.contacts;
  for (const [index, at] of node.entries()) {
    const difference = equation.conductors[conductor[index]!]!.potentialVolts - potential[at]!;
    energy += weight[index]! * difference ** 2;
    charge[conductor[index]!]! += weight[index]! * difference;
  }
  const energyJoulesPerMetre = (vacuumPermittivity * energy) / 2;
  return {
    energyJoulesPerMetre,
    charges: equation.conductors.map(({ name }, index) => ({
      conductor: name,
      coulombsPerMetre: vacuumPermittivity * charge[index]!,
    })),
    ...capacitanceOf(new Set(equation.conductors.map((each) => each.potentialVolts)), energyJoulesPerMetre),
  };
}

function energyBetweenNodes({ grid, right, up }: SolverStep['equation'], potential: Float64Array): number {
  let energy = 0;
  for (let node = grid.stride; node < grid.length - grid.stride; node++) {
    const here = potential[node]!;
    energy +=
      right[node]! * (potential[node + 1]! - here) ** 2 + up[node]! * (potential[node + grid.stride]! - here) ** 2;
  }
  return energy;
}

function capacitanceOf(
  potentials: ReadonlySet<number>,
  energy: number,
): Pick<FieldResult, 'capacitanceFaradsPerMetre'> {
  const [low, high] = potentials;
  if (low === undefined || high === undefined || potentials.size !== 2) return {};
  return { capacitanceFaradsPerMetre: (2 * energy) / (high - low) ** 2 };
}
