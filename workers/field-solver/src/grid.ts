import type { Geometry } from '../../field-model/src/geometry.js';

/** A regular grid of nodes over the domain; all lengths in the unit of the geometry. */
export interface Grid {
  /** Cells in x and y; there is one node more. */
  cellsX: number;
  cellsY: number;
  stepX: number;
  stepY: number;
  /**
   * Distance in memory from a node to its upper neighbour. One row is kept free below and above, so that every node has four
   * neighbours in memory; their weights are 0.
   */
  stride: number;
  length: number;
}

const coarsestCells = 8;

/**
 * The grid with about this many cells along the longer side: numbers are rounded up so that the grid can be halved down to about
 * eight cells, and the cells are as square as this allows.
 */
export function gridFor({ width, height }: Pick<Geometry, 'width' | 'height'>, cells: number): Grid {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  const halvings = Math.max(0, Math.floor(Math.log2(cells / coarsestCells)));
  const cellsLonger = roundUp(cells, 2 ** halvings);
  const fewer = Math.max(4, (cellsLonger * shorter) / longer);
  const cellsShorter = roundUp(fewer, 2 ** Math.max(0, Math.min(halvings, Math.floor(Math.log2(fewer / 4)))));
  return gridOf({ width, height }, width >= height ? [cellsLonger, cellsShorter] : [cellsShorter, cellsLonger]);
}

function gridOf({ width, height }: { width: number; height: number }, [cellsX, cellsY]: [number, number]): Grid {
  const stride = cellsX + 1;
  return { cellsX, cellsY, stepX: width / cellsX, stepY: height / cellsY, stride, length: (cellsY + 3) * stride };
}

/** The grid with every second line left out, or undefined when it cannot be halved any more. */
export function halved(grid: Grid): Grid | undefined {
  const { cellsX, cellsY, stepX, stepY } = grid;
  if (cellsX % 2 !== 0 || cellsY % 2 !== 0 || Math.min(cellsX, cellsY) < 4) return undefined;
  return gridOf({ width: cellsX * stepX, height: cellsY * stepY }, [cellsX / 2, cellsY / 2]);
}

/** Where a node stands in memory. */
export function nodeAt(grid: Grid, column: number, row: number): number {
  return (row + 1) * grid.stride + column;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple - 1e-9) * multiple;
}
