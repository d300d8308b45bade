import { isConductor, sides, type Boundary, type Geometry } from './geometry.js';
import type { Shape } from './shapes.js';

/** One member of a geometry that is wrong, and why. */
export interface GeometryProblem {
  member: string;
  reason: string;
}

export type GeometryReading =
  { geometry: Geometry; problems?: undefined } | { geometry?: undefined; problems: GeometryProblem[] };

/** Checks a geometry as it came from a file and fills in its defaults; or names everything that is wrong at once. */
export function readGeometry(value: unknown): GeometryReading {
  const reader = new Reader();
  const geometry = reader.geometry(value);
  if (reader.problems.length === 0) {
    const settable = geometry.electrodes.length + sides.filter((side) => isConductor(geometry.boundaries[side])).length;
    if (settable === 0) reader.report('electrodes', 'is empty, and no side has a potential: nothing sets the field');
  }
  return reader.problems.length === 0 ? { geometry } : { problems: reader.problems };
}

const maxShapes = 1000;
const shapeMembers = {
  rectangle: ['x', 'y', 'width', 'height'],
  circle: ['x', 'y', 'radius'],
  ring: ['x', 'y', 'innerRadius', 'outerRadius'],
} as const;

type Members = Record<string, unknown>;

/** Reads member by member and goes on after a mistake, so that all of them are reported. */
class Reader {
  readonly problems: GeometryProblem[] = [];

  report(member: string, reason: string): void {
    this.problems.push({ member, reason });
  }

  geometry(value: unknown): Geometry {
    const known = [
      'title',
      'unitMetres',
      'width',
      'height',
      'backgroundPermittivity',
      'electrodes',
      'dielectrics',
      'boundaries',
    ];
    const from = this.members(value, '', known);
    return {
      title: from['title'] === undefined ? 'untitled' : this.text(from['title'], 'title'),
      unitMetres: from['unitMetres'] === undefined ? 1 : this.positive(from['unitMetres'], 'unitMetres'),
      width: this.positive(from['width'], 'width'),
      height: this.positive(from['height'], 'height'),
      backgroundPermittivity:
        from['backgroundPermittivity'] === undefined
          ? 1
          : this.permittivity(from['backgroundPermittivity'], 'backgroundPermittivity'),
      electrodes: this.list(from['electrodes'], 'electrodes', (each, at) => {
        const electrode = this.members(each, at, ['name', 'potentialVolts', 'shape']);
        return {
          name: this.text(electrode['name'], `${at}.name`),
          potentialVolts: this.number(electrode['potentialVolts'], `${at}.potentialVolts`),
          shape: this.shape(electrode['shape'], `${at}.shape`),
        };
      }),
      dielectrics: this.list(from['dielectrics'] ?? [], 'dielectrics', (each, at) => {
        const dielectric = this.members(each, at, ['name', 'relativePermittivity', 'shape']);
        return {
          name: this.text(dielectric['name'], `${at}.name`),
          relativePermittivity: this.permittivity(dielectric['relativePermittivity'], `${at}.relativePermittivity`),
          shape: this.shape(dielectric['shape'], `${at}.shape`),
        };
      }),
      boundaries: this.boundaries(from['boundaries'] ?? {}),
    };
  }

  private boundaries(value: unknown): Geometry['boundaries'] {
    const from = this.members(value, 'boundaries', sides);
    const side = (name: (typeof sides)[number]): Boundary => {
      const boundary = from[name] ?? 'insulating';
      if (boundary === 'insulating') return boundary;
      const member = `boundaries.${name}`;
      if (typeof boundary !== 'object') this.report(member, "must be 'insulating' or { potentialVolts }");
      else
        return {
          potentialVolts: this.number(
            this.members(boundary, member, ['potentialVolts'])['potentialVolts'],
            `${member}.potentialVolts`,
          ),
        };
      return 'insulating';
    };
    return { left: side('left'), right: side('right'), bottom: side('bottom'), top: side('top') };
  }

  private shape(value: unknown, at: string): Shape {
    const kind = typeof value === 'object' && value !== null ? (value as Members)['kind'] : undefined;
    if (kind !== 'rectangle' && kind !== 'circle' && kind !== 'ring') {
      this.report(`${at}.kind`, 'must be rectangle, circle or ring');
      return { kind: 'circle', x: 0, y: 0, radius: 1 };
    }
    const from = this.members(value, at, ['kind', ...shapeMembers[kind]]);
    const read = Object.fromEntries(
      shapeMembers[kind].map((name) => [
        name,
        name === 'x' || name === 'y'
          ? this.number(from[name], `${at}.${name}`)
          : this.positive(from[name], `${at}.${name}`),
      ]),
    );
    const shape = { kind, ...read } as unknown as Shape;
    if (shape.kind === 'ring' && shape.innerRadius >= shape.outerRadius)
      this.report(`${at}.innerRadius`, 'must be below outerRadius');
    return shape;
  }

  private list<T>(value: unknown, at: string, read: (each: unknown, at: string) => T): T[] {
    if (!Array.isArray(value)) {
      this.report(at, 'must be a list');
      return [];
    }
    if (value.length > maxShapes) this.report(at, `has more than ${maxShapes} items`);
    return value.slice(0, maxShapes).map((each, index) => read(each, `${at}.${index}`));
  }

  private members(value: unknown, at: string, known: readonly string[]): Members {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.report(at, 'must be an object');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name))
        this.report(at === '' ? name : `${at}.${name}`, `is not a known member (known: ${known.join(', ')})`);
    }
    return value as Members;
  }

  private text(value: unknown, at: string): string {
    if (typeof value === 'string' && value.length > 0 && value.length <= 200) return value;
    this.report(at, 'must be a text of 1 to 200 characters');
    return '';
  }

  private number(value: unknown, at: string): number {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.report(at, 'must be a number');
    return 0;
  }

  private positive(value: unknown, at: string): number {
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    this.report(at, 'must be a number above 0');
    return 1;
  }

  private permittivity(value: unknown, at: string): number {
    if (typeof value === 'number' && value >= 1 && value <= 1e6) return value;
    this.report(at, 'must be a number from 1 (vacuum) to 1000000');
    return 1;
  }
}
