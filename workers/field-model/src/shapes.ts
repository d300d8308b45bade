/** Shapes in the plane; lengths in the unit of their geometry. */
export interface Rectangle {
  kind: 'rectangle';
  /** The corner with the smallest x and y. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Circle {
  kind: 'circle';
  /** The centre. */
  x: number;
  y: number;
  radius: number;
}

export interface Ring {
  kind: 'ring';
  x: number;
  y: number;
  innerRadius: number;
  outerRadius: number;
}

export type Shape = Rectangle | Circle | Ring;

export interface Point {
  x: number;
  y: number;
}

/** Whether a point lies in a shape, its edge included. */
export function contains(shape: Shape, { x, y }: Point): boolean {
  if (shape.kind === 'rectangle') {
    return x >= shape.x && x <= shape.x + shape.width && y >= shape.y && y <= shape.y + shape.height;
  }
  const squared = (x - shape.x) ** 2 + (y - shape.y) ** 2;
  if (shape.kind === 'circle') return squared <= shape.radius ** 2;
  return squared >= shape.innerRadius ** 2 && squared <= shape.outerRadius ** 2;
}

/**
 * Where the way from one point to another first meets a shape, as a part of the way (0 to 1); 0 when it starts inside,
 * undefined when it never does. Exact, so that shapes much thinner than the way are met too.
 */
export function firstHit(shape: Shape, from: Point, to: Point): number | undefined {
  if (contains(shape, from)) return 0;
  if (shape.kind === 'rectangle') return hitRectangle(shape, from, to);
  if (shape.kind === 'circle') return circleCrossings(shape, shape.radius, from, to)?.enter;
  const inner = circleCrossings(shape, shape.innerRadius, from, to);
  const inHole = (from.x - shape.x) ** 2 + (from.y - shape.y) ** 2 < shape.innerRadius ** 2;
  return inHole ? inner?.leave : circleCrossings(shape, shape.outerRadius, from, to)?.enter;
}

function hitRectangle(shape: Rectangle, from: Point, to: Point): number | undefined {
  const across = slab({ from: from.x, to: to.x, low: shape.x, high: shape.x + shape.width });
  const up = slab({ from: from.y, to: to.y, low: shape.y, high: shape.y + shape.height });
  const enter = Math.max(across.enter, up.enter);
  return enter <= Math.min(across.leave, up.leave) && enter >= 0 && enter <= 1 ? enter : undefined;
}

function slab({ from, to, low, high }: { from: number; to: number; low: number; high: number }): {
  enter: number;
  leave: number;
} {
  if (from === to) {
    return from >= low && from <= high ? { enter: -Infinity, leave: Infinity } : { enter: Infinity, leave: -Infinity };
  }
  const [first, second] = [(low - from) / (to - from), (high - from) / (to - from)];
  return { enter: Math.min(first, second), leave: Math.max(first, second) };
}

function circleCrossings(
  centre: Point,
  radius: number,
  from: Point,
  to: Point,
): { enter?: number; leave?: number } | undefined {
  const [dx, dy, fx, fy] = [to.x - from.x, to.y - from.y, from.x - centre.x, from.y - centre.y];
  const a = dx * dx + dy * dy;
  const b = fx * dx + fy * dy;
  const discriminant = b * b - a * (fx * fx + fy * fy - radius * radius);
  if (a === 0 || discriminant < 0) return undefined;
  const root = Math.sqrt(discriminant);
  const onWay = (part: number): number | undefined => (part >= 0 && part <= 1 ? part : undefined);
  return { enter: onWay((-b - root) / a), leave: onWay((-b + root) / a) };
}
