import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type { Geometry } from '../../field-model/src/geometry.js';
import { discretise, type Discretisation } from './discretisation.js';
import { FieldError } from './field-error.js';
import { gridFor, halved, nodeAt, type Grid } from './grid.js';
import { Multigrid, applyEquation } from './multigrid.js';

export interface SolverOptions {
  /** Cells along the longer side, 16 to 1024; rounded up to what multigrid needs. */
  gridCells: number;
  /** Relative residual at which the iteration ends, 1e-12 to 0.1. */
  tolerance: number;
  /** More iterations than this are a failure. */
  maxIterations?: number;
}

/** The state after one iteration; `potential` goes on changing and is to be read (or copied) before the next step is asked for. */
export interface SolverStep {
  iteration: number;
  /** Relative to the residual without any field. */
  residual: number;
  converged: boolean;
  equation: Discretisation;
  /** Volts at every node, in the memory layout of the grid. */
  potential: Float64Array;
}

export const solverDefaults = { gridCells: 256, tolerance: 1e-8, maxIterations: 200 } as const;

/**
 * Solves the potential of a geometry by conjugate gradients, preconditioned by multigrid: a step per iteration, the last one
 * converged. Between its steps, and several times within each on large grids, the event loop turns; `signal` ends it there
 * with its reason. Throws `FieldError`.
 */
export async function* solveField(
  geometry: Geometry,
  options: SolverOptions,
  signal?: AbortSignal,
): AsyncGenerator<SolverStep, void> {
  checkOptions(options);
  for (const step of iterate(geometry, options)) {
    await eventLoopTurn();
    signal?.throwIfAborted();
    if (step !== undefined) yield step;
  }
}

function checkOptions({ gridCells, tolerance }: SolverOptions): void {
  if (!Number.isInteger(gridCells) || gridCells < 16 || gridCells > 1024) {
    throw new FieldError('invalid-options', 'gridCells must be a whole number from 16 to 1024');
  }
  if (!(tolerance >= 1e-12 && tolerance <= 0.1))
    throw new FieldError('invalid-options', 'tolerance must be a number from 1e-12 to 0.1');
}

/** The whole solution; `undefined` is a pause. */
function* iterate(
  geometry: Geometry,
  { gridCells, tolerance, maxIterations = solverDefaults.maxIterations }: SolverOptions,
): Generator<SolverStep | void> {
  const equations = yield* equationsOf(geometry, gridFor(geometry, gridCells));
  const equation = equations[0]!;
  const multigrid = new Multigrid(equations);
  const potential = equation.fixed.slice();
  const residual = sourcesOf(equation);
  const product = new Float64Array(residual.length);
  const start = Math.sqrt(dot(residual, residual));
  yield { iteration: 0, residual: start === 0 ? 0 : 1, converged: start === 0, equation, potential };
  let relative = start === 0 ? 0 : 1;
  let energy = 0;
  let direction: Float64Array | undefined;
  for (let iteration = 1; relative > tolerance; iteration++) {
    if (iteration > maxIterations)
      throw new FieldError(
        'not-converged',
        `No solution after ${maxIterations} iterations (residual ${relative.toExponential(1)})`,
      );
    const corrected = yield* multigrid.cycle(residual);
    const newEnergy = dot(residual, corrected);
    direction = nextDirection(direction, corrected, newEnergy / energy);
    energy = newEnergy;
    applyEquation(equation, direction, product);
    const length = energy / dot(direction, product);
    addScaled(potential, direction, length);
    addScaled(residual, product, -length);
    relative = Math.sqrt(dot(residual, residual)) / start;
    yield { iteration, residual: relative, converged: relative <= tolerance, equation, potential };
  }
}

function* equationsOf(geometry: Geometry, finest: Grid): Generator<void, Discretisation[]> {
  const equations: Discretisation[] = [];
  for (let grid: Grid | undefined = finest; grid !== undefined; grid = halved(grid)) {
    const equation = yield* discretise(geometry, grid);
    if (equations.length === 0) refuseMissedElectrodes(geometry, equation);
    // Without any conductor the equation has no single solution: such a grid is too coarse to help.
    if (equations.length > 0 && equation.contacts.node.length === 0) break;
    equations.push(equation);
  }
  return equations;
}

function refuseMissedElectrodes({ electrodes }: Geometry, { contacts }: Discretisation): void {
  const met = new Set(contacts.conductor);
  const missed = electrodes.find((_, index) => !met.has(index));
  if (missed !== undefined)
    throw new FieldError(
      'grid-too-coarse',
      `Electrode "${missed.name}" has no surface that a grid line meets: it lies outside, inside another one, or between the lines; use more gridCells`,
    );
}

/** What the conductors push into the nodes next to them. */
function sourcesOf({ contacts, conductors, grid }: Discretisation): Float64Array {
  const sources = new Float64Array(grid.length);
  for (const [index, node] of contacts.node.entries()) {
    sources[node]! += contacts.weight[index]! * conductors[contacts.conductor[index]!]!.potentialVolts;
  }
  return sources;
}

function nextDirection(previous: Float64Array | undefined, corrected: Float64Array, factor: number): Float64Array {
  if (previous === undefined) return corrected.slice();
  for (let index = 0; index < previous.length; index++) previous[index] = corrected[index]! + factor * previous[index]!;
  return previous;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index++) target[index]! += factor * source[index]!;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index]! * right[index]!;
  return sum;
}

/** A field to be sent or drawn: volts, row by row from the bottom, `columns` x `rows` nodes. */
export interface PotentialField {
  columns: number;
  rows: number;
  volts: Float32Array;
}

/** A copy of the potential as 32-bit numbers, at most `maxNodes` along each side: a larger one keeps every n-th node. */
export function snapshot({ equation, potential }: SolverStep, maxNodes = Infinity): PotentialField {
  const { grid } = equation;
  const every = Math.max(1, Math.ceil(Math.max(grid.cellsX, grid.cellsY) / (maxNodes - 1)));
  const [columns, rows] = [Math.floor(grid.cellsX / every) + 1, Math.floor(grid.cellsY / every) + 1];
  const volts = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      volts[row * columns + column] = potential[nodeAt(grid, column * every, row * every)]!;
  }
  return { columns, rows, volts };
}
