import { defineWorker, MusterError, type ActionContext, type Bytes } from '@muster/worker-sdk';
import type { Geometry } from '../../field-model/src/geometry.js';
import type { LoadedGeometry } from '../../field-model/src/main.js';
import { evaluate, type FieldResult } from './capacitance.js';
import { FieldError } from './field-error.js';
import { encodeField } from './field-frame.js';
import { snapshot, solveField, solverDefaults, type SolverOptions, type SolverStep } from './solver.js';

/** What `solve` answers. */
export interface SolveAnswer extends FieldResult {
  title: string;
  iterations: number;
  residual: number;
  /** Cells that the grid really has, in x and y. */
  cells: [number, number];
  reference?: LoadedGeometry['reference'];
  /** Computed / exact - 1, where theory has an exact capacitance. */
  relativeError?: number;
}

/** Frames that are pushed while iterating have at most so many nodes along a side; `field` answers all of them. */
const maxFrameNodes = 257;
const busyMs = 60_000;

let solving = false;
let solution: Bytes | undefined;

async function solve(body: unknown, context: ActionContext): Promise<SolveAnswer> {
  const options = optionsOf(body, context.session.parameters);
  if (solving) throw new MusterError('conflict', 'A solution is being computed: wait for it, or cancel it');
  solving = true;
  try {
    const model = await context.peers.call<LoadedGeometry>('model', 'get', {}, { signal: context.signal });
    return answerOf(await iterate(model.geometry, options, context), model);
  } catch (error) {
    throw error instanceof FieldError ? new MusterError('invalid-request', error.message, { cause: error }) : error;
  } finally {
    solving = false;
  }
}

async function iterate(geometry: Geometry, options: SolverOptions, context: ActionContext): Promise<SolverStep> {
  context.busy(busyMs, 'solving a field');
  context.progress({ done: 0, text: 'building the grids' });
  let last: SolverStep | undefined;
  for await (const step of solveField(geometry, options, context.signal)) {
    const { iteration, residual } = step;
    const done = Math.min(1, Math.log10(Math.max(residual, 1e-300)) / Math.log10(options.tolerance));
    context.progress({
      done: Math.max(0, done),
      text: `iteration ${iteration}, residual ${residual.toExponential(1)}`,
    });
    context.push('field', frameOf(geometry, step, maxFrameNodes));
    last = step;
  }
  if (last === undefined) throw new MusterError('action-failed', 'The solver ended without a step');
  solution = { topic: 'field', bytes: frameOf(geometry, last, Infinity) };
  return last;
}

function frameOf({ width, height, unitMetres }: Geometry, step: SolverStep, maxNodes: number): Uint8Array {
  const { iteration, residual } = step;
  return encodeField(snapshot(step, maxNodes), {
    widthMetres: width * unitMetres,
    heightMetres: height * unitMetres,
    iteration,
    residual,
  });
}

function answerOf(step: SolverStep, { geometry, reference }: LoadedGeometry): SolveAnswer {
  const result = evaluate(step);
  const computed = result.capacitanceFaradsPerMetre;
  const { cellsX, cellsY } = step.equation.grid;
  return {
    title: geometry.title,
    iterations: step.iteration,
    residual: step.residual,
    cells: [cellsX, cellsY],
    ...result,
    ...(reference === undefined ? {} : { reference }),
    ...(reference === undefined || computed === undefined
      ? {}
      : { relativeError: computed / reference.capacitancePerMetre - 1 }),
  };
}

/** From the request, else from the session's parameters, else the defaults. */
function optionsOf(body: unknown, parameters: Record<string, unknown>): SolverOptions {
  const given = { ...parameters, ...(typeof body === 'object' ? body : {}) } as Record<string, unknown>;
  const number = (name: 'gridCells' | 'tolerance'): number => {
    const value = given[name] ?? solverDefaults[name];
    if (typeof value === 'number') return value;
    throw new MusterError('invalid-request', `${name} must be a number`, {
      errors: [{ member: name, reason: 'must be a number' }],
    });
  };
  return { gridCells: number('gridCells'), tolerance: number('tolerance') };
}

/** The last solution at full resolution, as a binary field frame. */
function field(): Bytes {
  if (solution === undefined) throw new MusterError('conflict', 'Nothing is solved yet: call solve first');
  return solution;
}

/** Solves the field of the geometry that `model` holds; streams it while it iterates. */
export default defineWorker({ actions: { solve, field } });
