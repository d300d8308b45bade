import { isConductor, type Geometry } from '../../field-model/src/geometry.js';
import { contains, firstHit, type Point, type Shape } from '../../field-model/src/shapes.js';
import { FieldError } from './field-error.js';
import { nodeAt, type Grid } from './grid.js';

/** A conductor of the problem: an electrode, or a side of the domain. */
export interface Conductor {
  name: string;
  potentialVolts: number;
}

/** Where a grid line meets a conductor: the node on the free side, and the weight of the way up to the surface. */
export interface Contacts {
  node: number[];
  conductor: number[];
  weight: number[];
}

/**
 * The field equation on one grid, div(eps grad u) = 0, as a network: neighbours are joined by weights, and a line that meets a
 * conductor ends at its surface (the symmetric form of Gibou et al., second order in u for curved surfaces too).
 */
export interface Discretisation {
  grid: Grid;
  /** Weight of the line from a node to its right, and to its upper neighbour; 0 = not joined. */
  right: Float64Array;
  up: Float64Array;
  /** 1 / sum of a node's weights; 0 for nodes inside conductors, which thus never change. */
  inverseDiagonal: Float64Array;
  contacts: Contacts;
  conductors: Conductor[];
  /** Potentials of the nodes inside conductors, elsewhere 0. */
  fixed: Float64Array;
}

/** A line is never taken to be shorter than this part of a cell: it keeps weights finite. */
const shortestPart = 1e-4;
const rowsPerPause = 16;
/** Where a line's permittivity is looked at, as parts of its length and of half a cell to its sides: first coarsely, then finely. */
const samplePattern = [
  [0.5, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
] as const;
const alongParts = [0.125, 0.375, 0.625, 0.875];
const acrossParts = [-0.75, -0.25, 0.25, 0.75];

/** Builds the equation of one grid; pauses now and then. Throws when electrodes of different potentials meet at a node. */
export function* discretise(geometry: Geometry, grid: Grid): Generator<void, Discretisation> {
  const builder = new Builder(geometry, grid);
  for (let row = 0; row <= grid.cellsY; row++) {
    builder.markRow(row);
    if (row % rowsPerPause === 0) yield;
  }
  for (let row = 0; row <= grid.cellsY; row++) {
    builder.joinRow(row);
    if (row % rowsPerPause === 0) yield;
  }
  return builder.finish();
}

class Builder {
  private readonly conductors: Conductor[];
  /** Conductor at each node + 1; 0 = free. */
  private readonly owner: Int16Array;
  private readonly right: Float64Array;
  private readonly up: Float64Array;
  private readonly diagonal: Float64Array;
  private readonly contacts: Contacts = { node: [], conductor: [], weight: [] };

  constructor(
    private readonly geometry: Geometry,
    private readonly grid: Grid,
  ) {
    this.conductors = conductorsOf(geometry);
    this.owner = new Int16Array(grid.length);
    this.right = new Float64Array(grid.length);
    this.up = new Float64Array(grid.length);
    this.diagonal = new Float64Array(grid.length);
  }

  markRow(row: number): void {
    for (let column = 0; column <= this.grid.cellsX; column++) {
      this.owner[nodeAt(this.grid, column, row)] = this.conductorAt(column, row) + 1;
    }
  }

  joinRow(row: number): void {
    const { cellsX, cellsY, stepX, stepY } = this.grid;
    for (let column = 0; column <= cellsX; column++) {
      const edgeRow = row === 0 || row === cellsY ? 0.5 : 1;
      const edgeColumn = column === 0 || column === cellsX ? 0.5 : 1;
      if (column < cellsX) this.join([column, row], [column + 1, row], (edgeRow * stepY) / stepX);
      if (row < cellsY) this.join([column, row], [column, row + 1], (edgeColumn * stepX) / stepY);
    }
  }

  finish(): Discretisation {
    const { grid, conductors, contacts, right, up, diagonal, owner } = this;
    const inverseDiagonal = diagonal.map((sum, node) => (sum > 0 && owner[node] === 0 ? 1 / sum : 0));
    const fixed = Float64Array.from(owner, (each) => (each > 0 ? conductors[each - 1]!.potentialVolts : 0));
    return { grid, right, up, inverseDiagonal, contacts, conductors, fixed };
  }

  private conductorAt(column: number, row: number): number {
    const { electrodes } = this.geometry;
    const point = this.point([column, row]);
    const first = electrodes.findIndex((electrode) => contains(electrode.shape, point));
    if (first >= 0) {
      const other = electrodes.find(
        (electrode) =>
          electrode.potentialVolts !== electrodes[first]!.potentialVolts && contains(electrode.shape, point),
      );
      if (other !== undefined)
        throw new FieldError(
          'electrodes-touch',
          `Electrodes "${electrodes[first]!.name}" and "${other.name}" overlap but differ in potential`,
        );
      return first;
    }
    const side = this.sideAt(column, row);
    return side === undefined
      ? -1
      : this.conductors.findIndex((conductor, index) => index >= electrodes.length && conductor.name === side);
  }

  private sideAt(column: number, row: number): string | undefined {
    const { boundaries } = this.geometry;
    if (column === 0 && isConductor(boundaries.left)) return 'left';
    if (column === this.grid.cellsX && isConductor(boundaries.right)) return 'right';
    if (row === 0 && isConductor(boundaries.bottom)) return 'bottom';
    return row === this.grid.cellsY && isConductor(boundaries.top) ? 'top' : undefined;
  }

  private join(from: [number, number], to: [number, number], shape: number): void {
    const [start, end] = [nodeAt(this.grid, ...from), nodeAt(this.grid, ...to)];
    if (this.owner[start] !== 0 && this.owner[end] !== 0) return;
    const [here, there] = [this.point(from), this.point(to)];
    const forward = this.owner[start] === 0 ? this.hit(here, there, this.owner[end]!) : undefined;
    const backward = this.owner[end] === 0 ? this.hit(there, here, this.owner[start]!) : undefined;
    const weight = shape * this.permittivityAlong(here, there);
    if (forward === undefined && backward === undefined) {
      (from[1] === to[1] ? this.right : this.up)[start] = weight;
      this.diagonal[start]! += weight;
      this.diagonal[end]! += weight;
      return;
    }
    if (forward !== undefined) this.contact(start, forward, weight);
    if (backward !== undefined) this.contact(end, backward, weight);
  }

  private contact(node: number, { conductor, part }: Hit, weight: number): void {
    const contactWeight = weight / Math.max(part, shortestPart);
    this.contacts.node.push(node);
    this.contacts.conductor.push(conductor);
    this.contacts.weight.push(contactWeight);
    this.diagonal[node]! += contactWeight;
  }

  /** The first conductor on the way from a free node; a side of the domain is met at the node that lies on it. */
  private hit(from: Point, to: Point, owner: number): Hit | undefined {
    let first: Hit | undefined = owner > 0 ? { conductor: owner - 1, part: 1 } : undefined;
    for (const [conductor, { shape }] of this.geometry.electrodes.entries()) {
      if (!isClose(shape, from, to)) continue;
      const part = firstHit(shape, from, to);
      if (part !== undefined && (first === undefined || part < first.part)) first = { conductor, part };
    }
    return first;
  }

  /**
   * Along the line resistances add, across it conductances do: so a boundary between dielectrics keeps its place within a cell.
   * What would be inside a conductor does not count.
   */
  private permittivityAlong(from: Point, to: Point): number {
    if (this.geometry.dielectrics.length === 0) return this.geometry.backgroundPermittivity;
    const [halfX, halfY] = from.y === to.y ? [0, this.grid.stepY / 2] : [this.grid.stepX / 2, 0];
    const at = (along: number, across: number): Point => ({
      x: from.x + along * (to.x - from.x) + across * halfX,
      y: from.y + along * (to.y - from.y) + across * halfY,
    });
    const [first, ...others] = samplePattern.map(([along, across]) => this.permittivityAt(at(along, across)));
    if (others.every((each) => each === first)) return first!;
    const strips = acrossParts.map((across) => this.meanAlong(alongParts.map((along) => at(along, across))));
    const known = strips.filter((strip) => strip !== undefined);
    return known.length === 0 ? first! : known.reduce((sum, strip) => sum + strip, 0) / known.length;
  }

  private meanAlong(points: Point[]): number | undefined {
    const { electrodes } = this.geometry;
    const free = points.filter((point) => !electrodes.some((electrode) => contains(electrode.shape, point)));
    if (free.length === 0) return undefined;
    return free.length / free.reduce((sum, point) => sum + 1 / this.permittivityAt(point), 0);
  }

  private permittivityAt({ x, y }: Point): number {
    const { dielectrics, width, height, backgroundPermittivity } = this.geometry;
    const inside = { x: Math.min(Math.max(x, 0), width), y: Math.min(Math.max(y, 0), height) };
    for (let index = dielectrics.length - 1; index >= 0; index--) {
      const dielectric = dielectrics[index]!;
      if (contains(dielectric.shape, inside)) return dielectric.relativePermittivity;
    }
    return backgroundPermittivity;
  }

  private point([column, row]: [number, number]): Point {
    return { x: column * this.grid.stepX, y: row * this.grid.stepY };
  }
}

interface Hit {
  conductor: number;
  /** Part of the way, 0 to 1. */
  part: number;
}

function conductorsOf({ electrodes, boundaries }: Geometry): Conductor[] {
  const ofSides = (['left', 'right', 'bottom', 'top'] as const).flatMap((side) => {
    const boundary = boundaries[side];
    return isConductor(boundary) ? [{ name: side, potentialVolts: boundary.potentialVolts }] : [];
  });
  return [...electrodes.map(({ name, potentialVolts }) => ({ name, potentialVolts })), ...ofSides];
}

/** Whether a line may meet a shape at all: cheap, for the many lines that do not. */
function isClose(shape: Shape, from: Point, to: Point): boolean {
  const [lowX, highX] = from.x < to.x ? [from.x, to.x] : [to.x, from.x];
  const [lowY, highY] = from.y < to.y ? [from.y, to.y] : [to.y, from.y];
  if (shape.kind === 'rectangle')
    return lowX <= shape.x + shape.width && highX >= shape.x && lowY <= shape.y + shape.height && highY >= shape.y;
  const reach = shape.kind === 'circle' ? shape.radius : shape.outerRadius;
  return lowX <= shape.x + reach && highX >= shape.x - reach && lowY <= shape.y + reach && highY >= shape.y - reach;
}
