import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rangeOf, scaleLabels, voltsAt } from '../../../../../workers/field-plot/src/field-values.js';
import type { Geometry } from '../../../../../workers/field-model/src/geometry.js';
import type { FieldFrame } from '../../../../../workers/field-solver/src/field-frame.js';
import { drawField, drawScale } from './draw-field.js';
import { GeometryDrawing } from './geometry-drawing.js';

/** A place in the domain, from 0 to 1 from the lower left. */
interface Place {
  x: number;
  y: number;
  byKey: boolean;
}

const ways: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const keyStep = 0.02;
const inside = (part: number): number => Math.min(1, Math.max(0, part));

/** The geometry, and the field in it when there is one. The mouse, a finger or the arrow keys show the volts at a place. */
export function FieldStage({ geometry, frame }: { geometry: Geometry; frame: FieldFrame | undefined }) {
  const [place, setPlace] = useState<Place>();
  const onPointer = (event: PointerEvent): void => {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
    setPlace({ x: inside(x), y: inside(y), byKey: false });
  };
  const onKey = (event: KeyboardEvent): void => {
    const way = ways[event.key];
    if (way === undefined || frame === undefined) return;
    event.preventDefault();
    const { x, y } = place ?? { x: 0.5, y: 0.5 };
    setPlace({ x: inside(x + way[0] * keyStep), y: inside(y + way[1] * keyStep), byKey: true });
  };
  return (
    <figure class="field-figure">
      <div
        class={frame === undefined ? 'stage' : 'stage has-field'}
        style={{ '--aspect': geometry.width / geometry.height }}
        tabIndex={0}
        role="group"
        aria-label={`Cross-section: ${geometry.title}`}
        aria-describedby="field-keys"
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={() => setPlace(undefined)}
        onKeyDown={onKey}
        onBlur={() => setPlace(undefined)}
      >
        <FieldCanvas frame={frame} />
        <GeometryDrawing geometry={geometry} />
        {frame !== undefined && place !== undefined && (
          <span class="cross" style={{ '--x': `${100 * place.x}%`, '--y': `${100 * (1 - place.y)}%` }} />
        )}
      </div>
      <p class="hidden-text" id="field-keys">
        Arrow keys show the volts at a place.
      </p>
      <Scale frame={frame} />
      <output class="reading" aria-live={place?.byKey === true ? 'polite' : 'off'}>
        {reading(geometry, frame, place)}
      </output>
    </figure>
  );
}

function reading(geometry: Geometry, frame: FieldFrame | undefined, place: Place | undefined): string {
  if (frame === undefined) return 'Not solved yet.';
  if (place === undefined) return 'Point at the field, or press an arrow key in it, to read its volts.';
  const { x, y } = place;
  const millimetres = (length: number): string => `${Number((length * geometry.unitMetres * 1000).toPrecision(3))}`;
  const at = `${millimetres(x * geometry.width)} mm, ${millimetres(y * geometry.height)} mm`;
  return `${voltsAt(frame, x, y).toFixed(3)} V at ${at}`;
}

function FieldCanvas({ frame }: { frame: FieldFrame | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (frame !== undefined) drawField(canvas.current!, frame);
  }, [frame]);
  useEffect(() => {
    if (frame === undefined) return undefined;
    const size = new ResizeObserver(() => drawField(canvas.current!, frame));
    size.observe(canvas.current!);
    return () => size.disconnect();
  }, [frame]);
  return <canvas class="field" ref={canvas} aria-hidden="true" />;
}

function Scale({ frame }: { frame: FieldFrame | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => drawScale(canvas.current!), []);
  const labels = frame === undefined ? [] : scaleLabels(rangeOf(frame.volts));
  return (
    <div class={frame === undefined ? 'scale empty' : 'scale'}>
      <canvas ref={canvas} aria-hidden="true" />
      <ol aria-label="Scale in volts">
        {labels.map((label, index) => (
          <li key={index}>{label}</li>
        ))}
      </ol>
    </div>
  );
}
