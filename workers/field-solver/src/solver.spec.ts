import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyticReference } from '../../field-model/src/analytic.js';
import { vacuumPermittivity, type Geometry } from '../../field-model/src/geometry.js';
import { readGeometry } from '../../field-model/src/read-geometry.js';
import { evaluate, type FieldResult } from './capacitance.js';
import { snapshot, solveField, type SolverStep } from './solver.js';

const cable = read(
  JSON.parse(readFileSync(new URL('../../field-model/examples/coaxial-cable.json', import.meta.url), 'utf8')),
);
const plates = read({
  width: 2,
  height: 1,
  electrodes: [],
  boundaries: { bottom: { potentialVolts: 0 }, top: { potentialVolts: 10 } },
});

function read(value: unknown): Geometry {
  const { geometry, problems } = readGeometry(value);
  if (geometry === undefined) throw new TypeError(JSON.stringify(problems));
  return geometry;
}

async function solved(
  geometry: Geometry,
  gridCells: number,
): Promise<FieldResult & { iterations: number; step: SolverStep }> {
  let last: SolverStep | undefined;
  for await (const step of solveField(geometry, { gridCells, tolerance: 1e-10 })) last = step;
  if (last === undefined) throw new TypeError('no step came');
  return { ...evaluate(last), iterations: last.iteration, step: last };
}

async function capacitanceError(gridCells: number): Promise<number> {
  const exact = analyticReference(cable)!.capacitancePerMetre;
  return Math.abs((await solved(cable, gridCells)).capacitanceFaradsPerMetre! / exact - 1);
}

describe('the field between parallel plates', () => {
  it('is uniform, and the capacitance exact', async () => {
    const { capacitanceFaradsPerMetre, step } = await solved(plates, 64);
    expect(capacitanceFaradsPerMetre! / analyticReference(plates)!.capacitancePerMetre).toBeCloseTo(1, 9);
    const { columns, rows, volts } = snapshot(step);
    expect([columns, rows, volts[0], volts[columns * rows - 1]]).toEqual([65, 33, 0, 10]);
    expect(volts[16 * columns + 5]).toBeCloseTo(5, 5);
  });

  it('with two layers in series is that of two capacitors, wherever their border lies in a cell', async () => {
    const layer = {
      name: 'layer',
      relativePermittivity: 4,
      shape: { kind: 'rectangle', x: 0, y: 0, width: 2, height: 0.3 },
    };
    const layered = { ...plates, dielectrics: [layer] };
    const exact = (vacuumPermittivity * 2) / (0.3 / 4 + 0.7);
    expect((await solved(read(layered), 80)).capacitanceFaradsPerMetre! / exact).toBeCloseTo(1, 2);
  });
});

describe('the field of a coaxial cable', () => {
  it('has the capacitance of theory, 97.03 pF/m, within 0.01 % on 256 cells', async () => {
    expect(analyticReference(cable)!.capacitancePerMetre * 1e12).toBeCloseTo(97.03, 2);
    expect(await capacitanceError(256)).toBeLessThan(1e-4);
  });

  it('comes closer by the square of the cell size', async () => {
    const errors = [
      await capacitanceError(32),
      await capacitanceError(64),
      await capacitanceError(128),
      await capacitanceError(256),
    ];
    const order = Math.log2(errors[0]! / errors[3]!) / 3;
    expect(order).toBeGreaterThan(1.8);
  });

  it('is found in few iterations, whatever the grid', async () => {
    for (const gridCells of [16, 100, 256]) expect((await solved(cable, gridCells)).iterations).toBeLessThan(15);
  });

  it('has the potential of theory at every node between the conductors', async () => {
    const { step } = await solved(cable, 128);
    const { columns, rows, volts } = snapshot(step);
    let worst = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const radius = Math.hypot((column / (columns - 1)) * 3.6 - 1.8, (row / (rows - 1)) * 3.6 - 1.8);
        const exact = Math.min(1, Math.max(0, Math.log(1.475 / radius) / Math.log(1.475 / 0.406)));
        worst = Math.max(worst, Math.abs(volts[row * columns + column]! - exact));
      }
    }
    expect(worst).toBeLessThan(1e-3);
  });

  it('puts opposite charges on core and shield', async () => {
    const { charges, capacitanceFaradsPerMetre } = await solved(cable, 64);
    expect(charges.map((charge) => charge.conductor)).toEqual(['inner conductor', 'shield']);
    expect(charges[0]!.coulombsPerMetre / capacitanceFaradsPerMetre!).toBeCloseTo(1, 6);
    expect(charges[1]!.coulombsPerMetre / capacitanceFaradsPerMetre!).toBeCloseTo(-1, 6);
  });
});

describe('the solver', () => {
  it('meets a plate thinner than a cell', async () => {
    const shape = { kind: 'rectangle', x: 0, y: 0.51, width: 2, height: 1e-6 };
    const thin = read({
      ...plates,
      electrodes: [{ name: 'foil', potentialVolts: 0, shape }],
      boundaries: { ...plates.boundaries, bottom: 'insulating' },
    });
    const exact = (vacuumPermittivity * 2) / (1 - 0.51 - 1e-6);
    expect((await solved(thin, 32)).capacitanceFaradsPerMetre! / exact).toBeCloseTo(1, 6);
  });

  it('gives no capacitance where three potentials are set, and the potential itself where all are equal', async () => {
    const three = read({ ...plates, boundaries: { ...plates.boundaries, left: { potentialVolts: 5 } } });
    expect((await solved(three, 32)).capacitanceFaradsPerMetre).toBeUndefined();
    const one = read({ ...plates, boundaries: { top: { potentialVolts: 3 } } });
    const { step, energyJoulesPerMetre } = await solved(one, 16);
    expect(energyJoulesPerMetre).toBeLessThan(1e-25);
    expect(snapshot(step).volts.every((volts) => Math.abs(volts - 3) < 1e-5)).toBe(true);
  });

  it('ends with the reason of its signal, between two steps', async () => {
    const controller = new AbortController();
    const steps = solveField(cable, { gridCells: 256, tolerance: 1e-10 }, controller.signal);
    await steps.next();
    controller.abort(new RangeError('enough'));
    await expect(steps.next()).rejects.toThrow('enough');
  });

  it('lets the event loop turn many times within one iteration on a large grid', async () => {
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await solved(cable, 256);
    counting = false;
    expect(turns).toBeGreaterThan(100);
  });

  it.each([
    ['a grid that is too fine', cable, { gridCells: 4096, tolerance: 1e-6 }, 'gridCells'],
    ['a tolerance of zero', cable, { gridCells: 64, tolerance: 0 }, 'tolerance'],
    ['too few iterations allowed', cable, { gridCells: 64, tolerance: 1e-10, maxIterations: 2 }, 'No solution after 2'],
    [
      'an electrode outside of the domain',
      withElectrode({ kind: 'circle', x: 9, y: 9, radius: 1 }),
      { gridCells: 64, tolerance: 1e-6 },
      '"extra"',
    ],
    [
      'an electrode between the grid lines',
      withElectrode({ kind: 'circle', x: 1.001, y: 0.51, radius: 1e-4 }),
      { gridCells: 16, tolerance: 1e-6 },
      '"extra"',
    ],
  ])('refuses %s and says what to change', async (_, geometry, options, text) => {
    const toTheEnd = async (): Promise<void> => {
      for await (const step of solveField(geometry, options)) expect(step.converged).toBe(false);
    };
    await expect(toTheEnd()).rejects.toThrow(text);
  });

  it('refuses electrodes that overlap and differ in potential', async () => {
    const touching = {
      ...cable,
      electrodes: [...cable.electrodes, { ...cable.electrodes[0]!, name: 'other', potentialVolts: 2 }],
    };
    await expect(solveField(touching, { gridCells: 64, tolerance: 1e-6 }).next()).rejects.toMatchObject({
      code: 'electrodes-touch',
    });
  });

  it('sends a large field with fewer nodes', async () => {
    const { columns, rows, volts } = snapshot((await solved(plates, 64)).step, 33);
    expect([columns, rows, volts.length]).toEqual([33, 17, 561]);
  });
});

function withElectrode(shape: object): Geometry {
  return read({ ...plates, electrodes: [{ name: 'extra', potentialVolts: 0, shape }] });
}
