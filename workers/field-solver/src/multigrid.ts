import type { Discretisation } from './discretisation.js';
import { nodeAt, type Grid } from './grid.js';

const sweeps = 2;
const coarsestSweeps = 40;
/** Nodes of a grid from which on a pause is made between its steps. */
const pauseFromNodes = 10_000;

interface Level {
  equation: Discretisation;
  correction: Float64Array;
  residual: Float64Array;
  defect: Float64Array;
}

/**
 * Geometric multigrid: one V-cycle over grids of halved fineness, each with the equation of its own. The smoother runs in the
 * opposite order on the way up, and restriction is the transpose of prolongation: the cycle is symmetric, as conjugate
 * gradients need it.
 */
export class Multigrid {
  private readonly levels: Level[];

  constructor(equations: readonly Discretisation[]) {
    this.levels = equations.map((equation) => ({
      equation,
      correction: new Float64Array(equation.grid.length),
      residual: new Float64Array(equation.grid.length),
      defect: new Float64Array(equation.grid.length),
    }));
  }

  /** An approximate solution of A z = r; the array returned is used again by the next call. Pauses between its steps. */
  *cycle(residual: Float64Array): Generator<void, Float64Array> {
    this.levels[0]!.residual.set(residual);
    yield* this.descend(0);
    return this.levels[0]!.correction;
  }

  private *descend(depth: number): Generator<void> {
    const { equation, correction, residual, defect } = this.levels[depth]!;
    const large = equation.grid.length >= pauseFromNodes;
    correction.fill(0);
    const next = this.levels[depth + 1];
    for (let sweep = 0; sweep < (next === undefined ? coarsestSweeps : sweeps); sweep++) {
      smooth(equation, correction, residual, [0, 1]);
      if (large) yield;
    }
    if (next !== undefined) {
      computeDefect({ equation, u: correction, rightSide: residual, defect });
      restrict(equation.grid, defect, next);
      yield* this.descend(depth + 1);
      prolong(next, equation, correction);
    }
    for (let sweep = 0; sweep < (next === undefined ? coarsestSweeps : sweeps); sweep++) {
      smooth(equation, correction, residual, [1, 0]);
      if (large) yield;
    }
  }
}

/** One Gauss-Seidel sweep, the nodes of one colour of a chessboard after those of the other. */
function smooth(equation: Discretisation, u: Float64Array, rightSide: Float64Array, colours: [number, number]): void {
  const { grid, right, up, inverseDiagonal } = equation;
  const { stride, cellsX, cellsY } = grid;
  for (const colour of colours) {
    for (let row = 0; row <= cellsY; row++) {
      const start = nodeAt(grid, 0, row);
      for (let node = start + ((row + colour) & 1); node <= start + cellsX; node += 2) {
        const flow =
          right[node]! * u[node + 1]! +
          right[node - 1]! * u[node - 1]! +
          up[node]! * u[node + stride]! +
          up[node - stride]! * u[node - stride]!;
        u[node] = inverseDiagonal[node]! * (rightSide[node]! + flow);
      }
    }
  }
}

interface DefectArguments {
  equation: Discretisation;
  u: Float64Array;
  rightSide: Float64Array;
  defect: Float64Array;
}

/** defect = rightSide - A u on free nodes, 0 on the others. */
function computeDefect({ equation, u, rightSide, defect }: DefectArguments): void {
  const { grid, right, up, inverseDiagonal } = equation;
  const { stride } = grid;
  const last = nodeAt(grid, grid.cellsX, grid.cellsY);
  for (let node = stride; node <= last; node++) {
    const inverse = inverseDiagonal[node]!;
    const flow =
      right[node]! * u[node + 1]! +
      right[node - 1]! * u[node - 1]! +
      up[node]! * u[node + stride]! +
      up[node - stride]! * u[node - stride]!;
    defect[node] = inverse === 0 ? 0 : rightSide[node]! + flow - u[node]! / inverse;
  }
}

/** product = A u on free nodes, 0 on the others. */
export function applyEquation(equation: Discretisation, u: Float64Array, product: Float64Array): void {
  const { grid, right, up, inverseDiagonal } = equation;
  const { stride } = grid;
  const last = nodeAt(grid, grid.cellsX, grid.cellsY);
  for (let node = stride; node <= last; node++) {
    const inverse = inverseDiagonal[node]!;
    const flow =
      right[node]! * u[node + 1]! +
      right[node - 1]! * u[node - 1]! +
      up[node]! * u[node + stride]! +
      up[node - stride]! * u[node - stride]!;
    product[node] = inverse === 0 ? 0 : u[node]! / inverse - flow;
  }
}

/** The transpose of `prolong`: each coarse node gathers its own defect, half of its neighbours', a quarter of its diagonal ones'. */
function restrict(fine: Grid, defect: Float64Array, { equation, residual }: Level): void {
  const { grid, inverseDiagonal } = equation;
  for (let row = 0; row <= grid.cellsY; row++) {
    for (let column = 0; column <= grid.cellsX; column++) {
      const coarse = nodeAt(grid, column, row);
      const node = nodeAt(fine, 2 * column, 2 * row);
      const [west, east] = [column > 0 ? 1 : 0, column < grid.cellsX ? 1 : 0];
      const line = (centre: number): number =>
        defect[centre]! + 0.5 * (west * defect[centre - west]! + east * defect[centre + east]!);
      const below = row > 0 ? line(node - fine.stride) : 0;
      const above = row < grid.cellsY ? line(node + fine.stride) : 0;
      residual[coarse] = inverseDiagonal[coarse] === 0 ? 0 : line(node) + 0.5 * (below + above);
    }
  }
}

/** Adds the coarse correction, interpolated, to the free nodes of the fine grid. */
function prolong({ equation: coarse, correction }: Level, fine: Discretisation, u: Float64Array): void {
  const { grid, inverseDiagonal } = fine;
  const { stride } = coarse.grid;
  for (let row = 0; row <= grid.cellsY; row++) {
    const upper = (row & 1) * stride;
    for (let column = 0; column <= grid.cellsX; column++) {
      const node = nodeAt(grid, column, row);
      if (inverseDiagonal[node] === 0) continue;
      const near = nodeAt(coarse.grid, column >> 1, row >> 1);
      const across = column & 1;
      u[node]! +=
        0.25 *
        (correction[near]! +
          correction[near + across]! +
          correction[near + upper]! +
          correction[near + upper + across]!);
    }
  }
}
