import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGeometry } from './read-geometry.js';

const examples = new URL('../examples/', import.meta.url);
const example = (file: string): unknown => JSON.parse(readFileSync(new URL(file, examples), 'utf8'));

describe('a geometry', () => {
  it.each(readdirSync(examples))('of the example %s is valid', (file) => {
    expect(readGeometry(example(file)).problems).toBeUndefined();
  });

  it('gets metres, vacuum and insulating sides where it says nothing', () => {
    const { geometry } = readGeometry({
      width: 2,
      height: 1,
      electrodes: [],
      boundaries: { left: { potentialVolts: 5 } },
    });
    expect(geometry).toEqual({
      title: 'untitled',
      unitMetres: 1,
      width: 2,
      height: 1,
      backgroundPermittivity: 1,
      electrodes: [],
      dielectrics: [],
      boundaries: { left: { potentialVolts: 5 }, right: 'insulating', bottom: 'insulating', top: 'insulating' },
    });
  });

  it('names everything that is wrong at once', () => {
    const { problems } = readGeometry({
      width: -1,
      height: '3',
      colour: 'red',
      electrodes: [
        { name: '', potentialVolts: Number.NaN, shape: { kind: 'square' } },
        { name: 'a', potentialVolts: 1, shape: { kind: 'ring', x: 0, y: 0, innerRadius: 2, outerRadius: 1 } },
        'core',
      ],
      dielectrics: [{ name: 'b', relativePermittivity: 0.5, shape: { kind: 'circle', x: 0, y: 0, radius: 1, r: 1 } }],
      boundaries: { left: 'open', roof: 'insulating' },
    });
    expect(problems?.map((problem) => problem.member).sort()).toEqual([
      'boundaries.left',
      'boundaries.roof',
      'colour',
      'dielectrics.0.relativePermittivity',
      'dielectrics.0.shape.r',
      'electrodes.0.name',
      'electrodes.0.potentialVolts',
      'electrodes.0.shape.kind',
      'electrodes.1.shape.innerRadius',
      'electrodes.2',
      'electrodes.2.name',
      'electrodes.2.potentialVolts',
      'electrodes.2.shape.kind',
      'height',
      'width',
    ]);
  });

  it('without any potential is refused: nothing sets the field', () => {
    expect(readGeometry({ width: 1, height: 1, electrodes: [] }).problems).toMatchObject([{ member: 'electrodes' }]);
  });

  it.each([undefined, null, 3, 'x', [], [[]]])('is not %j', (value) => {
    expect(readGeometry(value).problems?.length).toBeGreaterThan(0);
  });
});
