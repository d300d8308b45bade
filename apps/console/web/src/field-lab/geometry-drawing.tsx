import { type Geometry, isConductor, type Side } from '../../../../../workers/field-model/src/geometry.js';
import type { Shape } from '../../../../../workers/field-model/src/shapes.js';

/** A cross-section as it is drawn: y points up. */
export function GeometryDrawing({ geometry }: { geometry: Geometry }) {
  const { width, height, electrodes, dielectrics, boundaries } = geometry;
  const ends: Readonly<Record<Side, readonly [number, number, number, number]>> = {
    left: [0, 0, 0, height],
    right: [width, 0, width, height],
    bottom: [0, 0, width, 0],
    top: [0, height, width, height],
  };
  return (
    <svg class="geometry" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <g transform={`matrix(1 0 0 -1 0 ${height})`}>
        {dielectrics.map(({ shape }, index) => (
          <Outline key={index} shape={shape} kind="dielectric" />
        ))}
        {electrodes.map(({ shape }, index) => (
          <Outline key={index} shape={shape} kind="electrode" />
        ))}
        {Object.entries(ends).map(([side, [x1, y1, x2, y2]]) => (
          <line
            key={side}
            class={isConductor(boundaries[side as Side]) ? 'side conductor' : 'side'}
            x1={x1}
            y1={y1}
            x2={x2}
            y2={y2}
          />
        ))}
      </g>
    </svg>
  );
}

function Outline({ shape, kind }: { shape: Shape; kind: string }) {
  const { x, y } = shape;
  if (shape.kind === 'rectangle') return <rect class={kind} x={x} y={y} width={shape.width} height={shape.height} />;
  if (shape.kind === 'circle') return <circle class={kind} cx={x} cy={y} r={shape.radius} />;
  const path = circlePath(x, y, shape.outerRadius) + circlePath(x, y, shape.innerRadius);
  return <path class={kind} fill-rule="evenodd" d={path} />;
}

function circlePath(x: number, y: number, radius: number): string {
  const half = (way: number): string => `a${radius} ${radius} 0 1 0 ${way * 2 * radius} 0`;
  return `M${x - radius} ${y}${half(1)}${half(-1)}z`;
}

/** The same in words. */
export function GeometryParts({ geometry: { electrodes, dielectrics, boundaries } }: { geometry: Geometry }) {
  const sides = Object.entries(boundaries).flatMap(([side, boundary]) =>
    isConductor(boundary) ? [`${side} ${boundary.potentialVolts} V`] : [],
  );
  return (
    <ul class="parts">
      {electrodes.map(({ name, potentialVolts }, index) => (
        <li key={index} class="electrode">
          {name} <span class="quiet">{potentialVolts} V</span>
        </li>
      ))}
      {dielectrics.map(({ name, relativePermittivity }, index) => (
        <li key={index} class="dielectric">
          {name} <span class="quiet">εr {relativePermittivity}</span>
        </li>
      ))}
      {sides.length > 0 && (
        <li class="electrode">
          sides <span class="quiet">{sides.join(', ')}</span>
        </li>
      )}
    </ul>
  );
}
